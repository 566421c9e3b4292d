import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../lib/clock/manual-clock.ts';
import { Pacer } from '../../../internal/sim/pacer.ts';
import type { SimulatedVenue } from '../../../internal/sim/simulated-venue.ts';

/** A venue that only counts what is asked of it. */
function countingVenue(framesPerStep: number, framesPerBeat = 0): SimulatedVenue & { steps: number; beats: number } {
  const venue = {
    steps: 0,
    beats: 0,
    step: () => {
      venue.steps += 1;
      return framesPerStep;
    },
    beat: () => {
      venue.beats += 1;
      return framesPerBeat;
    },
  };
  return venue as unknown as SimulatedVenue & { steps: number; beats: number };
}

describe('a pacer', () => {
  it('makes as many frames as the rate asks for, whatever an action makes', () => {
    for (const framesPerStep of [1, 3, 7]) {
      const clock = new ManualClock();
      const venue = countingVenue(framesPerStep);
      new Pacer(venue, clock, 5_000).start();
      clock.advance(2_000);
      expect(Math.abs(venue.steps * framesPerStep - 10_000)).toBeLessThanOrEqual(framesPerStep);
    }
  });

  it('counts what is due anyway', () => {
    const clock = new ManualClock();
    const venue = countingVenue(1, 2);
    new Pacer(venue, clock, 500).start();
    clock.advance(1_000);
    expect(venue.beats).toBe(100);
    expect(venue.steps).toBe(300);
  });

  it('makes up for a stall of a quarter of a second and no more', () => {
    let nowMs = 0;
    let beat: () => void = () => undefined;
    const clock = { wallMs: () => 0, monotonicMs: () => nowMs, after: () => ({ cancel: () => undefined }), every: (_ms: number, run: () => void) => ((beat = run), { cancel: () => undefined }) };
    const venue = countingVenue(1);
    new Pacer(venue, clock, 1_000).start();
    nowMs = 60_000;
    beat();
    expect(venue.steps).toBe(250);
  });

  it('gives up on a venue whose actions make no frames, until the next beat', () => {
    const clock = new ManualClock();
    const venue = countingVenue(0);
    new Pacer(venue, clock, 100).start();
    clock.advance(10);
    expect(venue.steps).toBe(20);
  });

  it('stands still after stop, and goes on after start without making up for the time between', () => {
    const clock = new ManualClock();
    const venue = countingVenue(1);
    const pacer = new Pacer(venue, clock, 1_000);
    pacer.start();
    pacer.start();
    clock.advance(100);
    pacer.stop();
    expect([venue.steps, pacer.isRunning, clock.pendingTimers]).toEqual([100, false, 0]);
    clock.advance(1_000);
    pacer.start();
    clock.advance(100);
    expect(venue.steps).toBe(200);
  });
});
