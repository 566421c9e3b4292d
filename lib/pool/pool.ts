import { assert, InvariantError } from '../assert/assert.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { LeaseTrace } from './lease-trace.ts';
import { poolErrors } from './pool-errors.ts';

/**
 * A bounded pool with one owner at a time per object.
 *
 *   pool ──acquire──▶ owner ──release──▶ reset ──▶ first waiter, or the pool
 *
 * It is there for its bound and its accounting. Against `new` it costs 0.8 to 1.0 times for an event that dies inside the
 * call, 0.7 to 0.8 for one that waits among many (`npm run bench -- micro`); a smaller object that dies in the call is
 * cheaper as a plain `new`.
 */
export class Pool<T extends Poolable> {
  readonly name: string;
  readonly capacity: number;
  readonly #waitLimitMs: number;
  readonly #waitersMax: number;
  readonly #clock: Clock;
  readonly #trace: LeaseTrace | null;
  readonly #members: readonly T[];
  readonly #free: T[];
  readonly #waiters = new Set<Waiter<T>>();
  readonly #drainers = new Set<() => void>();
  #freeCount: number;
  #acquired = 0;
  #released = 0;
  #freeCountMin: number;
  #timeouts = 0;
  #isClosed = false;

  constructor(options: PoolOptions<T>) {
    const { name, capacity, create, clock, waitLimitMs = 100, waitersMax = 1024, debug = false } = options;
    assert(Number.isInteger(capacity) && capacity > 0, 'pool capacity must be a positive whole number');
    assert(waitLimitMs >= 0, 'pool wait limit must not be negative');
    this.name = name;
    this.capacity = capacity;
    this.#waitLimitMs = waitLimitMs;
    this.#waitersMax = waitersMax;
    this.#clock = clock;
    this.#trace = debug ? new LeaseTrace(name) : null;
    this.#free = Array.from({ length: capacity }, create);
    this.#members = [...this.#free];
    this.#freeCount = capacity;
    this.#freeCountMin = capacity;
    for (const item of this.#free) {
      assert(item.home === null, 'pool must be given a new object each time');
      item.home = this;
      item.pooled = true;
      this.#trace?.rest(item, '');
    }
  }

  get inUse(): number {
    return this.capacity - this.#freeCount;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many `acquire()` calls wait at this moment. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Null when the pool is dry or closed: the caller decides who gives way. */
  tryAcquire(): T | null {
    if (this.#freeCount === 0 || this.#isClosed) return null;
    this.#freeCount -= 1;
    if (this.#freeCount < this.#freeCountMin) this.#freeCountMin = this.#freeCount;
    return this.#lend(this.#free[this.#freeCount]!);
  }

  /** For asynchronous edges only: waits in order of arrival, at most `waitLimitMs`, then rejects with POOL_EXHAUSTED. */
  acquire(): Promise<T> {
    if (this.#isClosed) return Promise.reject(new AppError(poolErrors.closed, { pool: this.name }));
    const item = this.tryAcquire();
    if (item !== null) return Promise.resolve(item);
    if (this.#waiters.size >= this.#waitersMax) return Promise.reject(this.#exhausted());
    return new Promise<T>((resolve, reject) => this.#wait(resolve, reject));
  }

  /** Ends the lease. Everything the object knew is forgotten before anybody else can have it. */
  release(item: T): void {
    if (item.pooled) this.#releasedTwice(item);
    if (item.home !== this) this.#foreign(item);
    item.reset();
    item.pooled = true;
    this.#released += 1;
    this.#trace?.release(item);
    if (this.#waiters.size > 0) {
      this.#handOver(item);
      return;
    }
    this.#free[this.#freeCount] = item;
    this.#freeCount += 1;
    if (this.#isClosed && this.#freeCount === this.capacity) this.#drained();
  }

  /** Lends nothing from now on and turns the waiters away. What is out may still come back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiter of this.#waiters) {
      waiter.timer?.cancel();
      waiter.reject(new AppError(poolErrors.closed, { pool: this.name }));
    }
    this.#waiters.clear();
  }

  /** Closes the pool and waits until everything is back, at most `limitMs`; returns what still is out. */
  drain(limitMs: number): Promise<readonly Outstanding[]> {
    this.close();
    if (this.inUse === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const finish = (): void => {
        timer.cancel();
        this.#drainers.delete(finish);
        resolve(this.outstanding());
      };
      const timer = this.#clock.after(limitMs, finish);
      this.#drainers.add(finish);
    });
  }

  /** Every object that is lent out now. The holder (the acquire stack) is known in debug mode only. */
  outstanding(): readonly Outstanding[] {
    const found: Outstanding[] = [];
    for (const item of this.#members) {
      if (item.pooled) continue;
      const holder = this.#trace?.acquireStack(item) ?? '';
      found.push({ pool: this.name, typeName: item.constructor.name, generation: item.generation, holder });
    }
    return found;
  }

  counters(): PoolCounters {
    return {
      name: this.name,
      capacity: this.capacity,
      acquired: this.#acquired,
      released: this.#released,
      inUse: this.inUse,
      peak: this.capacity - this.#freeCountMin,
      timeouts: this.#timeouts,
      waiting: this.#waiters.size,
    };
  }

  /** States that `item` still is in the lease that began with `generation`; the process stops if not. */
  checkLease(item: T, generation: number): void {
    if (!item.pooled && item.generation === generation) return;
    const state = item.pooled ? 'rests in the pool' : `is in lease ${item.generation}`;
    const stacks = this.#trace?.stacks(item, 'used') ?? '';
    throw new InvariantError(`${this.name}: object used after release: lease ${generation} is over, the object ${state}${stacks}`);
  }

  #lend(item: T): T {
    this.#trace?.acquire(item);
    item.pooled = false;
    item.generation += 1;
    this.#acquired += 1;
    return item;
  }

  #wait(resolve: (item: T) => void, reject: (reason: AppError) => void): void {
    const waiter: Waiter<T> = { resolve, reject, timer: null };
    this.#waiters.add(waiter);
    waiter.timer = this.#clock.after(this.#waitLimitMs, () => {
      // Only who still stands in the queue can give up: once an object is handed over the promise is settled.
      if (!this.#waiters.delete(waiter)) return;
      this.#timeouts += 1;
      reject(this.#exhausted());
    });
  }

  #handOver(item: T): void {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      waiter.timer?.cancel();
      waiter.resolve(this.#lend(item));
      return;
    }
  }

  #exhausted(): AppError {
    return new AppError(poolErrors.exhausted, {
      pool: this.name,
      capacity: this.capacity,
      inUse: this.inUse,
      waiting: this.#waiters.size,
      waitLimitMs: this.#waitLimitMs,
    });
  }

  #drained(): void {
    for (const finish of this.#drainers) finish();
  }

  #releasedTwice(item: T): never {
    const stacks = this.#trace?.stacks(item, 'released again') ?? '';
    throw new InvariantError(`${this.name}: object released twice (generation ${item.generation})${stacks}`);
  }

  #foreign(item: T): never {
    const stacks = this.#trace?.stacks(item, 'released') ?? '';
    throw new InvariantError(
      `${this.name}: object released to a pool that never lent it (${item.constructor.name}, generation ${item.generation})${stacks}`,
    );
  }
}

/** What a pool can hold: an object that can forget everything it knew. */
export interface Poolable {
  /** True while the object rests in a pool; starts as false. Only the pool writes it, `reset` leaves it alone. */
  pooled: boolean;
  /** Grows by one at every acquire; starts as 0. Only the pool writes it, `reset` leaves it alone. */
  generation: number;
  /** The pool it belongs to; starts as null. Only the pool writes it, `reset` leaves it alone. */
  home: object | null;
  reset(): void;
  /** Debug mode: spoils every field after release, so that late readers are seen. Without it the pool does so. */
  poison?(): void;
}

export interface PoolOptions<T extends Poolable> {
  readonly name: string;
  readonly capacity: number;
  readonly create: () => T;
  readonly clock: Clock;
  /** How long `acquire()` may wait. Default 100. */
  readonly waitLimitMs?: number;
  /** How many `acquire()` calls may wait at once. Default 1024. */
  readonly waitersMax?: number;
  /** Records stacks and poisons what was released: 100 times slower, for tests and hunts. Default false. */
  readonly debug?: boolean;
}

export interface PoolCounters {
  readonly name: string;
  readonly capacity: number;
  readonly acquired: number;
  readonly released: number;
  readonly inUse: number;
  /** The most that was ever in use at once. */
  readonly peak: number;
  readonly timeouts: number;
  readonly waiting: number;
}

export interface Outstanding {
  readonly pool: string;
  readonly typeName: string;
  readonly generation: number;
  /** The stack of the acquire in debug mode, '' otherwise. */
  readonly holder: string;
}

interface Waiter<T> {
  readonly resolve: (item: T) => void;
  readonly reject: (reason: AppError) => void;
  timer: Timer | null;
}
