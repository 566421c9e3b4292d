import { describe, expect, test } from 'vitest';
import { sleep } from '../../../../lib/clock/clock.ts';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { systemClock } from '../../../../lib/clock/system-clock.ts';

describe('ManualClock', () => {
  test('stands still until it is told to move', () => {
    const clock = new ManualClock(1000);
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1000, 0]);
    clock.advance(250);
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1250, 250]);
  });

  test('fires timers in the order they are due, each at its own moment', () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.monotonicMs()}`);
    clock.after(30, note('late'));
    clock.after(10, note('early'));
    clock.after(30, note('later'));
    clock.every(20, note('often'));
    clock.advance(50);
    expect(fired).toEqual(['early@10', 'often@20', 'late@30', 'later@30', 'often@40']);
  });

  test('fires a timer that another timer set, when it is due in the same move', () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.after(10, () => clock.after(5, () => fired.push(clock.monotonicMs())));
    clock.advance(20);
    expect(fired).toEqual([15]);
  });

  test('a cancelled timer never fires, also when it is cancelled by one that is due with it', () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const first = clock.after(10, () => {
      fired.push('first');
      second.cancel();
    });
    const second = clock.after(10, () => fired.push('second'));
    clock.after(20, () => fired.push('third')).cancel();
    clock.advance(100);
    first.cancel();
    expect([fired, clock.pendingTimers]).toEqual([['first'], 0]);
  });

  test('a periodic timer can cancel itself', () => {
    const clock = new ManualClock();
    let count = 0;
    const timer = clock.every(10, () => {
      count += 1;
      if (count === 3) timer.cancel();
    });
    clock.advance(1000);
    expect([count, clock.pendingTimers]).toEqual([3, 0]);
  });

  test('a delay in the past is due at once and does not turn time back', () => {
    const clock = new ManualClock();
    clock.advance(5);
    let firedMs = -1;
    clock.after(-10, () => (firedMs = clock.monotonicMs()));
    clock.advance(0);
    expect(firedMs).toBe(5);
  });

  test('refuses to go back, and a period of nothing', () => {
    const clock = new ManualClock();
    expect(() => clock.advance(-1)).toThrow('time does not go back');
    expect(() => clock.every(0, () => undefined)).toThrow('a period must be positive');
  });
});

test('sleep ends when the time of its clock has come', async () => {
  const clock = new ManualClock();
  let isAwake = false;
  const sleeping = sleep(clock, 10).then(() => (isAwake = true));
  clock.advance(9);
  await Promise.resolve();
  expect(isAwake).toBe(false);
  clock.advance(1);
  await sleeping;
  expect(isAwake).toBe(true);
});

describe('systemClock', () => {
  test('never goes back in monotonic time and tells a wall time after 2020', () => {
    const before = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before);
    expect(systemClock.wallMs()).toBeGreaterThan(1_577_836_800_000);
  });

  test('fires once or again and again until it is cancelled', async () => {
    await new Promise<void>((resolve) => systemClock.after(0, resolve));
    let count = 0;
    await new Promise<void>((resolve) => {
      const timer = systemClock.every(1, () => {
        count += 1;
        if (count < 3) return;
        timer.cancel();
        resolve();
      });
    });
    expect(count).toBe(3);
  });

  test('a cancelled timer does not fire', async () => {
    let isFired = false;
    systemClock.after(0, () => (isFired = true)).cancel();
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    expect(isFired).toBe(false);
  });
});
