import { expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { SilenceWatch } from '../../../../lib/ws/silence-watch.ts';

function watch(silenceMs: number) {
  const clock = new ManualClock();
  const silentAtMs: number[] = [];
  const silence = new SilenceWatch(clock, silenceMs, () => silentAtMs.push(clock.monotonicMs()));
  return { clock, silence, silentAtMs };
}

test('silence from the start is noticed after its time, once', () => {
  const { clock, silence, silentAtMs } = watch(1_000);
  silence.start(false);
  clock.advance(10_000);
  expect(silentAtMs).toEqual([1_000]);
  expect(clock.pendingTimers).toBe(0);
});

test('silence after the last sign is noticed not before its time and at most a quarter later', () => {
  for (let lastMs = 0; lastMs < 2_000; lastMs += 37) {
    const { clock, silence, silentAtMs } = watch(1_000);
    silence.start(false);
    for (let nowMs = 0; nowMs < lastMs; nowMs += 37) {
      clock.advance(37);
      silence.heard();
    }
    const heardAtMs = clock.monotonicMs();
    clock.advance(5_000);
    expect(silentAtMs.length).toBe(1);
    expect(silentAtMs[0]! - heardAtMs).toBeGreaterThanOrEqual(1_000);
    expect(silentAtMs[0]! - heardAtMs).toBeLessThanOrEqual(1_250);
  }
});

test('a pause is no silence, and after it the peer has its whole time again', () => {
  const { clock, silence, silentAtMs } = watch(1_000);
  silence.start(false);
  clock.advance(900);
  silence.pause();
  clock.advance(60_000);
  silence.resume();
  const resumedAtMs = clock.monotonicMs();
  clock.advance(5_000);
  expect(silentAtMs[0]! - resumedAtMs).toBeGreaterThanOrEqual(1_000);
});

test('zero never fires and stop leaves no timer', () => {
  const off = watch(0);
  off.silence.start(false);
  expect(off.clock.pendingTimers).toBe(0);
  const on = watch(1_000);
  on.silence.start(true);
  on.clock.advance(5_000);
  on.silence.stop();
  expect(on.clock.pendingTimers).toBe(0);
  expect(on.silentAtMs).toEqual([]);
});
