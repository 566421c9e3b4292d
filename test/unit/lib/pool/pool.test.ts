import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../../lib/assert/assert.ts';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { AppError } from '../../../../lib/errors/app-error.ts';
import { Pool } from '../../../../lib/pool/pool.ts';
import type { Poolable, PoolOptions } from '../../../../lib/pool/pool.ts';

class Parcel implements Poolable {
  pooled = false;
  generation = 0;
  home: object | null = null;
  weight = 0;
  label = '';

  reset(): void {
    this.weight = 0;
    this.label = '';
  }
}

function makePool(capacity: number, options: Partial<PoolOptions<Parcel>> = {}): { pool: Pool<Parcel>; clock: ManualClock } {
  const clock = new ManualClock();
  return { pool: new Pool({ name: 'parcels', capacity, create: () => new Parcel(), clock, ...options }), clock };
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  return null;
}

/** The message of the InvariantError that `run` must throw. */
function invariantOf(run: () => unknown): string {
  const thrown = thrownBy(run);
  expect(thrown).toBeInstanceOf(InvariantError);
  return (thrown as InvariantError).message;
}

/** Lets promise reactions run; no time passes. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('lending', () => {
  test('lends every object once and then says no with null', () => {
    const { pool } = makePool(2);
    const first = pool.tryAcquire();
    const second = pool.tryAcquire();
    expect(first).not.toBe(second);
    expect(pool.tryAcquire()).toBeNull();
  });

  test('forgets what the object knew before it is lent again', () => {
    const { pool } = makePool(1);
    const parcel = pool.tryAcquire()!;
    parcel.weight = 5;
    parcel.label = 'x';
    pool.release(parcel);
    expect(pool.tryAcquire()).toMatchObject({ weight: 0, label: '' });
  });

  test('gives every lease a generation that grows', () => {
    const { pool } = makePool(1);
    const generations = [1, 2, 3].map(() => {
      const parcel = pool.tryAcquire()!;
      pool.release(parcel);
      return parcel.generation;
    });
    expect(generations).toEqual([1, 2, 3]);
  });

  test('counts for reports', () => {
    const { pool } = makePool(3);
    const first = pool.tryAcquire()!;
    pool.tryAcquire();
    pool.release(first);
    expect(pool.counters()).toEqual({
      name: 'parcels',
      capacity: 3,
      acquired: 2,
      released: 1,
      inUse: 1,
      peak: 2,
      timeouts: 0,
      waiting: 0,
    });
  });

  test.each([0, -1, 1.5])('refuses the capacity %d', (capacity) => {
    expect(() => makePool(capacity)).toThrow('pool capacity must be a positive whole number');
  });

  test('refuses a maker that gives the same object twice', () => {
    const same = new Parcel();
    expect(() => makePool(2, { create: () => same })).toThrow('pool must be given a new object each time');
  });
});

describe('waiting', () => {
  test('an acquire of a pool that is not dry answers at once', async () => {
    const { pool, clock } = makePool(1);
    expect(await pool.acquire()).toBeInstanceOf(Parcel);
    expect(clock.pendingTimers).toBe(0);
  });

  test('waiters are served in the order they came', async () => {
    const { pool, clock } = makePool(1);
    const parcel = pool.tryAcquire()!;
    const served: string[] = [];
    const first = pool.acquire().then((item) => (served.push('first'), item));
    const second = pool.acquire().then((item) => (served.push('second'), item));
    expect(pool.waiting).toBe(2);
    pool.release(parcel);
    pool.release(await first);
    await second;
    expect(served).toEqual(['first', 'second']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a released object goes to the waiter and not to who asks later', () => {
    const { pool } = makePool(1);
    const parcel = pool.tryAcquire()!;
    void pool.acquire();
    pool.release(parcel);
    expect(pool.tryAcquire()).toBeNull();
    expect(parcel).toMatchObject({ pooled: false, generation: 2 });
  });

  test('a waiter gives up after 100 ms with the facts', async () => {
    const { pool, clock } = makePool(1);
    pool.tryAcquire();
    const waiting = pool.acquire().catch((thrown: unknown) => thrown);
    clock.advance(99);
    await settle();
    expect(pool.waiting).toBe(1);
    clock.advance(1);
    const thrown = await waiting;
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown).toMatchObject({
      code: 'POOL_EXHAUSTED',
      severity: 'retry',
      facts: { pool: 'parcels', capacity: 1, inUse: 1, waiting: 0, waitLimitMs: 100 },
    });
    expect(pool.counters().timeouts).toBe(1);
  });

  test('two hundred waiters that gave up lose nothing', async () => {
    const { pool, clock } = makePool(1);
    const parcel = pool.tryAcquire()!;
    const waiting = Array.from({ length: 200 }, () => pool.acquire().catch((thrown: unknown) => thrown));
    clock.advance(100);
    const answers = await Promise.all(waiting);
    expect(answers.every((answer) => answer instanceof AppError)).toBe(true);
    pool.release(parcel);
    expect(pool.counters()).toMatchObject({ inUse: 0, timeouts: 200, waiting: 0, acquired: 1, released: 1 });
    expect(pool.tryAcquire()).toBe(parcel);
    expect(clock.pendingTimers).toBe(0);
  });

  test('the queue of waiters is bounded', async () => {
    const { pool } = makePool(1, { waitersMax: 1 });
    const parcel = pool.tryAcquire()!;
    const waiting = pool.acquire();
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_EXHAUSTED', facts: { waiting: 1 } });
    pool.release(parcel);
    expect(await waiting).toBe(parcel);
  });

  test('a timer that fires after the hand-over changes nothing', async () => {
    const { clock } = makePool(1);
    const late: (() => void)[] = [];
    const stubbornClock = {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      every: clock.every.bind(clock),
      after: (_delayMs: number, run: () => void) => (late.push(run), { cancel: () => undefined }),
    };
    const pool = new Pool({ name: 'parcels', capacity: 1, create: () => new Parcel(), clock: stubbornClock });
    const parcel = pool.tryAcquire()!;
    const waiting = pool.acquire();
    pool.release(parcel);
    for (const run of late) run();
    expect(await waiting).toBe(parcel);
    expect(pool.counters().timeouts).toBe(0);
  });
});

describe('wrong use stops the process', () => {
  test('released twice, with the generation', () => {
    const { pool } = makePool(1);
    const parcel = pool.tryAcquire()!;
    pool.release(parcel);
    expect(invariantOf(() => pool.release(parcel))).toBe('parcels: object released twice (generation 1)');
  });

  test('released twice in debug mode, with the stacks of both releases', () => {
    const { pool } = makePool(1, { debug: true });
    const parcel = pool.tryAcquire()!;
    (function firstRelease(): void {
      pool.release(parcel);
    })();
    const message = invariantOf(function secondRelease(): void {
      pool.release(parcel);
    });
    expect(message).toMatch(/acquired at[^]*released at\n[^]*firstRelease[^]*released again at\n[^]*secondRelease/);
    expect(message).not.toContain('lease-trace');
  });

  test('released to a pool that never lent it', () => {
    const { pool } = makePool(1);
    const { pool: other } = makePool(1);
    const parcel = pool.tryAcquire()!;
    other.tryAcquire();
    expect(invariantOf(() => other.release(parcel))).toBe('parcels: object released to a pool that never lent it (Parcel, generation 1)');
  });

  test('an object that no pool made is foreign, in debug mode with the stack', () => {
    const { pool } = makePool(1, { debug: true });
    pool.tryAcquire();
    const message = invariantOf(function foreignRelease(): void {
      pool.release(new Parcel());
    });
    expect(message).toContain('foreignRelease');
  });

  test('a lease that is over is seen by its generation', () => {
    const { pool } = makePool(1);
    const parcel = pool.tryAcquire()!;
    const generation = parcel.generation;
    pool.checkLease(parcel, generation);
    pool.release(parcel);
    expect(invariantOf(() => pool.checkLease(parcel, generation))).toContain('lease 1 is over, the object rests in the pool');
    pool.tryAcquire();
    expect(invariantOf(() => pool.checkLease(parcel, generation))).toContain('lease 1 is over, the object is in lease 2');
  });

  test('a lease that is over is told with all stacks in debug mode', () => {
    const { pool } = makePool(1, { debug: true });
    const parcel = pool.tryAcquire()!;
    pool.release(parcel);
    expect(invariantOf(() => pool.checkLease(parcel, 1))).toMatch(/acquired at[^]*released at[^]*used at/);
  });
});

describe('debug mode', () => {
  test('spoils numbers and texts of what was released, and gives them back clean', () => {
    const { pool } = makePool(1, { debug: true });
    const parcel = pool.tryAcquire()!;
    parcel.weight = 5;
    pool.release(parcel);
    expect(parcel).toMatchObject({ weight: NaN, label: '<released>', pooled: true, generation: 1 });
    expect(pool.tryAcquire()).toMatchObject({ weight: 0, label: '', pooled: false, generation: 2 });
  });

  test('finds a write after release at the next acquire, with the stack of the release', () => {
    const { pool } = makePool(1, { debug: true });
    const parcel = pool.tryAcquire()!;
    (function earlyRelease(): void {
      pool.release(parcel);
    })();
    parcel.weight = 1;
    expect(invariantOf(() => pool.tryAcquire())).toMatch(/written after release \(field weight\)[^]*earlyRelease/);
  });

  test('keeps fields that reset does not touch', () => {
    class Crate extends Parcel {
      readonly size = 12;
    }
    const pool = new Pool({ name: 'crates', capacity: 1, create: () => new Crate(), clock: new ManualClock(), debug: true });
    const crate = pool.tryAcquire()!;
    expect(crate.size).toBe(12);
    pool.release(crate);
    expect(crate.size).toBeNaN();
    expect(pool.tryAcquire()!.size).toBe(12);
  });

  test('lets the object poison itself when it knows how', () => {
    class Box extends Parcel {
      #content = 'new';

      get content(): string {
        return this.#content;
      }

      override reset(): void {
        super.reset();
        this.#content = 'empty';
      }

      poison(): void {
        this.weight = -1;
        this.#content = 'poison';
      }
    }
    const pool = new Pool({ name: 'boxes', capacity: 1, create: () => new Box(), clock: new ManualClock(), debug: true });
    const box = pool.tryAcquire()!;
    pool.release(box);
    expect([box.weight, box.label, box.content]).toEqual([-1, '', 'poison']);
    pool.tryAcquire();
    expect([box.weight, box.label, box.content]).toEqual([0, '', 'empty']);
  });
});

describe('closing', () => {
  test('lends nothing any more and turns the waiters away', async () => {
    const { pool, clock } = makePool(2);
    pool.tryAcquire();
    pool.tryAcquire();
    const waiting = pool.acquire();
    pool.close();
    pool.close();
    await expect(waiting).rejects.toMatchObject({ code: 'POOL_CLOSED', facts: { pool: 'parcels' } });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    expect([pool.isClosed, pool.waiting, clock.pendingTimers]).toEqual([true, 0, 0]);
  });

  test('refuses a tryAcquire although objects are free', () => {
    const { pool } = makePool(1);
    pool.close();
    expect(pool.tryAcquire()).toBeNull();
  });

  test('a drain is done at once when everything is back', async () => {
    const { pool, clock } = makePool(1);
    expect(await pool.drain(5000)).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a drain ends with the last release', async () => {
    const { pool, clock } = makePool(2);
    const parcels = [pool.tryAcquire()!, pool.tryAcquire()!];
    let left: unknown = null;
    void pool.drain(5000).then((outstanding) => (left = outstanding));
    pool.release(parcels[0]!);
    await settle();
    expect(left).toBeNull();
    pool.release(parcels[1]!);
    await settle();
    expect(left).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('two drains end together', async () => {
    const { pool } = makePool(1);
    const parcel = pool.tryAcquire()!;
    const drains = Promise.all([pool.drain(5000), pool.drain(9000)]);
    pool.release(parcel);
    expect(await drains).toEqual([[], []]);
  });

  test('a drain that waited long enough tells what is still out', async () => {
    const { pool, clock } = makePool(3);
    pool.release(pool.tryAcquire()!);
    pool.tryAcquire();
    pool.tryAcquire();
    const drain = pool.drain(5000);
    clock.advance(5000);
    expect(await drain).toEqual([
      { pool: 'parcels', typeName: 'Parcel', generation: 1, holder: '' },
      { pool: 'parcels', typeName: 'Parcel', generation: 2, holder: '' },
    ]);
  });

  test('a drain in debug mode names the holder by its stack', async () => {
    const { pool, clock } = makePool(1, { debug: true });
    (function forgetfulHolder(): void {
      pool.tryAcquire();
    })();
    const drain = pool.drain(10);
    clock.advance(10);
    expect((await drain)[0]!.holder).toContain('forgetfulHolder');
  });
});

describe('leaks', () => {
  interface Script {
    readonly name: string;
    readonly capacity: number;
    /** a acquire, w wait, r release the oldest, t let 100 ms pass. */
    readonly moves: string;
    readonly inUse: number;
    readonly timeouts: number;
  }

  const scripts: readonly Script[] = [
    { name: 'nothing happened', capacity: 2, moves: '', inUse: 0, timeouts: 0 },
    { name: 'everything came back', capacity: 2, moves: 'aarr', inUse: 0, timeouts: 0 },
    { name: 'one was forgotten', capacity: 2, moves: 'aar', inUse: 1, timeouts: 0 },
    { name: 'refusals take nothing', capacity: 1, moves: 'aaaar', inUse: 0, timeouts: 0 },
    { name: 'a waiter got the object and returned it', capacity: 1, moves: 'awrr', inUse: 0, timeouts: 0 },
    { name: 'a waiter got the object and kept it', capacity: 1, moves: 'awr', inUse: 1, timeouts: 0 },
    { name: 'a waiter gave up', capacity: 1, moves: 'awtr', inUse: 0, timeouts: 1 },
    { name: 'one gave up, the next one was served', capacity: 1, moves: 'awtwrr', inUse: 0, timeouts: 1 },
    { name: 'many waiters, all gave up', capacity: 1, moves: 'awwwwwtr', inUse: 0, timeouts: 5 },
    { name: 'waiters chained through one object', capacity: 1, moves: 'awwwrrrr', inUse: 0, timeouts: 0 },
  ];

  test.each(scripts)('$name', async ({ capacity, moves, inUse, timeouts }) => {
    const { pool, clock } = makePool(capacity);
    const held = await play(pool, clock, moves);
    expect(pool.counters()).toMatchObject({ inUse, timeouts, waiting: 0 });
    expect(held.length).toBe(inUse);
    expect(pool.outstanding().length).toBe(inUse);
  });

  test.each([false, true])('holds its books after any sequence of moves (debug %s)', async (debug) => {
    const script = fc.array(fc.constantFrom('a', 'w', 'r', 't'), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), script, async (capacity, moves) => {
        const { pool, clock } = makePool(capacity, { debug });
        const held = await play(pool, clock, moves.join(''));
        const { acquired, released, inUse, peak } = pool.counters();
        expect(acquired - released).toBe(inUse);
        expect(held.length).toBe(inUse);
        expect(peak).toBeLessThanOrEqual(capacity);
        clock.advance(100); // The last waiters give up.
        for (const parcel of held) pool.release(parcel);
        expect(await pool.drain(0)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

/** Plays the moves and returns what is held at the end. Nobody may ever hold what another holds. */
async function play(pool: Pool<Parcel>, clock: ManualClock, moves: string): Promise<Parcel[]> {
  const held: Parcel[] = [];
  const take = (parcel: Parcel | null): void => {
    if (parcel === null) return;
    expect(held).not.toContain(parcel);
    held.push(parcel);
  };
  for (const move of moves) {
    if (move === 'a') take(pool.tryAcquire());
    if (move === 'w') void pool.acquire().then(take, () => undefined);
    if (move === 't') clock.advance(100);
    if (move === 'r' && held.length > 0) pool.release(held.shift()!);
    await settle();
    expect(pool.inUse).toBe(held.length);
  }
  return held;
}
