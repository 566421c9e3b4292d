import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { codeOf } from '../../../../lib/errors/app-error.ts';
import { TokenBucket, type Rate } from '../../../../lib/http/token-bucket.ts';

const minuteMs = 60_000;

/** A full bucket of 100, and the moment, in ms after the clock's start, at which each take was settled. */
function make(rate: Rate, startWallMs = 1_700_000_000_000) {
  const clock = new ManualClock(startWallMs);
  const bucket = new TokenBucket({ clock, capacity: 100, rate, waitersMax: 4 });
  const log: string[] = [];
  const take = (name: string, weight: number, maxWaitMs: number, signal: AbortSignal | null = null): void => {
    bucket.take(weight, maxWaitMs, signal).then(
      () => log.push(`${clock.monotonicMs()} ${name}`),
      (error: unknown) => log.push(`${clock.monotonicMs()} ${name} ${codeOf(error)}`),
    );
  };
  const pass = async (deltaMs: number): Promise<void> => {
    await turn();
    for (let ms = 0; ms < deltaMs; ms += 1) {
      clock.advance(1);
      await turn();
    }
  };
  return { clock, bucket, log, take, pass };
}

async function turn(): Promise<void> {
  for (let i = 0; i < 4; i += 1) await Promise.resolve();
}

test.for([
  // rate, spent before, waited, available then
  [{ refillPerSecond: 10 }, 100, 0, 0],
  [{ refillPerSecond: 10 }, 100, 500, 5],
  [{ refillPerSecond: 10 }, 50, 5_000, 100],
  [{ refillPerSecond: 10 }, 50, 99_000, 100],
  [{ refillPerSecond: 0.5 }, 100, 3_000, 1.5],
  // The clock starts 20 s into a minute.
  [{ windowMs: minuteMs }, 100, 39_999, 0],
  [{ windowMs: minuteMs }, 100, 40_000, 100],
  [{ windowMs: minuteMs }, 30, 39_999, 70],
  [{ windowMs: minuteMs }, 30, 200_000, 100],
  [{ windowMs: 10_000 }, 100, 9_999, 0],
  [{ windowMs: 10_000 }, 100, 10_000, 100],
] as [Rate, number, number, number][])('with %j, %i spent, after %i ms there are %d', ([rate, spent, waitedMs, expected]) => {
  const { clock, bucket } = make(rate);
  expect(bucket.tryTake(spent)).toBe(true);
  clock.advance(waitedMs);
  expect(bucket.available).toBe(expected);
});

test('a window is aligned to the wall clock and not to the first request', async () => {
  const startMs = Date.UTC(2024, 0, 1, 12, 0, 59, 900);
  const { bucket, log, take, pass } = make({ windowMs: minuteMs }, startMs);
  expect(bucket.tryTake(100)).toBe(true);
  take('next minute', 60, 1_000);
  take('after it', 40, 1_000);
  take('too late', 1, 1_000);
  await pass(2_000);
  expect(log).toEqual(['100 next minute', '100 after it', '1000 too late HTTP_RATE_WAIT']);
});

test('tryTake spends all or nothing and never overtakes the line', async () => {
  const { bucket, take, log, pass } = make({ refillPerSecond: 1_000 });
  expect(bucket.tryTake(101)).toBe(false);
  expect(bucket.tryTake(90)).toBe(true);
  take('heavy', 50, 1_000);
  expect(bucket.tryTake(1)).toBe(false);
  await pass(41);
  expect(log).toEqual(['40 heavy']);
  expect(bucket.tryTake(1)).toBe(true);
});

test('who waits is served in order, also when a light one stands behind a heavy one', async () => {
  const { bucket, take, log, pass } = make({ refillPerSecond: 1_000 });
  bucket.tryTake(100);
  take('a', 30, 1_000);
  take('b', 80, 1_000);
  take('c', 1, 1_000);
  expect(bucket.waiterCount).toBe(3);
  await pass(200);
  expect(log).toEqual(['30 a', '110 b', '111 c']);
  expect(bucket.waiterCount).toBe(0);
});

test('a wait that is certain to be too long is refused at once, another at its end', async () => {
  const { bucket, take, log, pass, clock } = make({ refillPerSecond: 1_000 });
  bucket.tryTake(100);
  take('hopeless', 51, 50);
  take('first', 40, 50);
  take('second', 40, 50);
  take('third', 5, 50);
  await pass(60);
  expect(log).toEqual(['0 hopeless HTTP_RATE_WAIT', '40 first', '50 second HTTP_RATE_WAIT', '50 third HTTP_RATE_WAIT']);
  expect(clock.pendingTimers).toBe(0);
});

test('more than the whole bucket and more waiters than allowed are refused', async () => {
  const { bucket, take, log, pass } = make({ refillPerSecond: 1_000 });
  take('whale', 101, 1_000);
  bucket.tryTake(100);
  for (const name of ['a', 'b', 'c', 'd', 'e']) take(name, 1, 1_000);
  await pass(0);
  expect(log).toEqual(['0 whale HTTP_WEIGHT_TOO_LARGE', '0 e HTTP_RATE_QUEUE_FULL']);
});

test('a waiter that is called off leaves the line and lets the next one through', async () => {
  const { bucket, take, log, pass, clock } = make({ refillPerSecond: 1_000 });
  const caller = new AbortController();
  bucket.tryTake(100);
  take('heavy', 100, 1_000, caller.signal);
  take('light', 5, 1_000);
  await pass(10);
  caller.abort();
  await pass(0);
  expect(log).toEqual(['10 heavy HTTP_ABORTED', '10 light']);
  take('already off', 1, 1_000, caller.signal);
  await pass(0);
  expect(log.at(-1)).toBe('10 already off HTTP_ABORTED');
  expect(clock.pendingTimers).toBe(0);
});

test('a closed gate lets nothing through until its moment, and only ever closes longer', async () => {
  const { bucket, take, log, pass, clock } = make({ refillPerSecond: 1_000 });
  take('before', 10, 0);
  bucket.closeUntil(clock.wallMs() + 100);
  bucket.closeUntil(clock.wallMs() + 50);
  expect(bucket.available).toBe(0);
  expect(bucket.tryTake(1)).toBe(false);
  take('hopeless', 1, 99);
  take('patient', 1, 100);
  await pass(150);
  expect(log).toEqual(['0 before', '0 hopeless HTTP_RATE_WAIT', '100 patient']);
});

test('a gate that closes while some wait keeps them waiting', async () => {
  const { bucket, take, log, pass, clock } = make({ refillPerSecond: 1_000 });
  bucket.tryTake(100);
  take('a', 10, 1_000);
  take('b', 10, 50);
  bucket.closeUntil(clock.wallMs() + 300);
  await pass(400);
  expect(log).toEqual(['50 b HTTP_RATE_WAIT', '300 a']);
});

test.for([
  // spent here, seen by the server, left
  [10, 40, 60],
  [40, 10, 60],
  [0, 100, 0],
  [0, 1_000, 0],
])('%i spent here and %i counted there leave %i', ([spent, seen, left]) => {
  const { bucket, clock } = make({ windowMs: minuteMs });
  bucket.tryTake(spent!);
  bucket.observeUsed(seen!);
  expect(bucket.available).toBe(left);
  clock.advance(minuteMs);
  expect(bucket.available).toBe(100);
});

test('never more is spent than the capacity and the refill allow, and everyone is settled', async () => {
  const plan = fc.array(fc.record({ weight: fc.integer({ min: 0, max: 100 }), maxWaitMs: fc.nat({ max: 300 }), gapMs: fc.nat({ max: 60 }) }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(plan, async (steps) => {
      const clock = new ManualClock();
      const bucket = new TokenBucket({ clock, capacity: 100, rate: { refillPerSecond: 1_000 }, waitersMax: 100 });
      let spent = 0;
      let settled = 0;
      for (const { weight, maxWaitMs, gapMs } of steps) {
        const done = (): number => (settled += 1);
        void bucket.take(weight, maxWaitMs).then(() => void (spent += weight)).then(done, done);
        clock.advance(gapMs);
        await turn();
        expect(spent).toBeLessThanOrEqual(100 + clock.monotonicMs());
      }
      for (let i = 0; i < 40; i += 1) {
        clock.advance(100);
        await turn();
      }
      expect(settled).toBe(steps.length);
      expect(clock.pendingTimers).toBe(0);
    }),
  );
});
