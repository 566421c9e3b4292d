import { assert, InvariantError } from '../../lib/assert/assert.ts';
import type { Clock, Timer } from '../../lib/clock/clock.ts';
import type { CanonicalEvent } from '../../schemas/events/event.ts';
import type { EventSink } from '../ports/event-sink.ts';
import type { EventSource } from '../ports/event-source.ts';
import { RouteTable, type Route } from './routes.ts';
import { Arrival, StreamOrder } from './stream-order.ts';

export interface DispatcherOptions {
  /** How long an event waits for what is missing before it. */
  readonly latenessToleranceMs: number;
  /** How often waiting events are looked at; nothing runs while none waits. */
  readonly flushTickMs: number;
  /** Events that may wait per stream; one more and the lowest goes out. */
  readonly heldPerStreamMax: number;
  /** Events that may wait in all streams together: what the event pools must be able to lend. */
  readonly heldMax: number;
}

/**
 * Puts each stream in the venue's order, gives every subscriber a copy of its own and returns the original to its pool.
 *
 *   original ─▶ order ──┬─ copy ─▶ subscriber 0
 *                       ├─ copy ─▶ subscriber 1
 *                       └─ release ▶ pool         exactly once, also when nobody listens or a subscriber fails
 *
 * There is no order between streams. A contiguous event goes out at once, without a timer; only a gap waits.
 */
export class Dispatcher implements EventSink {
  readonly #options: DispatcherOptions;
  readonly #clock: Clock;
  readonly #events: EventSource;
  readonly #onSubscriberFault: (subscriberId: string, fault: unknown) => void;
  readonly #orders: (StreamOrder | undefined)[] = [];
  readonly #discard = (event: CanonicalEvent): void => this.#events.release(event);
  #routes = new RouteTable(0, []);
  #heldTotal = 0;
  #tick: Timer | null = null;

  constructor(options: DispatcherOptions, clock: Clock, events: EventSource, onSubscriberFault: (subscriberId: string, fault: unknown) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#events = events;
    this.#onSubscriberFault = onSubscriberFault;
  }

  /** Raised by every change of the routes. */
  get routingVersion(): number {
    return this.#routes.version;
  }

  /** Every stream that has had an event, by the order of stream ids. */
  get orders(): readonly StreamOrder[] {
    return this.#orders.filter((order) => order !== undefined);
  }

  /** Events that wait for what is missing before them. */
  get heldTotal(): number {
    return this.#heldTotal;
  }

  /** Replaces the routes as a whole and returns the new version; the next event already follows it. */
  route(routes: readonly Route[]): number {
    this.#routes = new RouteTable(this.#routes.version + 1, routes);
    return this.#routes.version;
  }

  accept(event: CanonicalEvent): void {
    assert(!event.pooled, 'the dispatcher received an event that is already in its pool');
    const order = this.#orders[event.stream.id] ?? this.#begin(event);
    order.inTotal += 1;
    if (event.epoch !== order.epoch && !this.#turn(order, event)) return;
    const arrival = order.arrive(event);
    if (arrival === Arrival.Next) {
      this.#emit(order, event);
      if (order.heldCount > 0) this.#emitFollowing(order);
    } else if (arrival === Arrival.Held) {
      this.#held(order);
    } else {
      if (arrival === Arrival.Duplicate) order.duplicates += 1;
      else order.late += 1;
      this.#events.release(event);
    }
  }

  /** Everything that waits goes out in order, holes marked. For the end of a connection's life and for shutdown. */
  flush(): void {
    for (const order of this.#orders) {
      if (order !== undefined) this.#flushLowest(order, order.heldCount);
    }
  }

  #begin(event: CanonicalEvent): StreamOrder {
    const order = new StreamOrder(event.stream);
    order.epoch = event.epoch;
    this.#orders[event.stream.id] = order;
    return order;
  }

  /** The event is of another life of its connection. False when of a former one: it is late and has been dropped. */
  #turn(order: StreamOrder, event: CanonicalEvent): boolean {
    if (event.epoch < order.epoch) {
      order.late += 1;
      this.#events.release(event);
      return false;
    }
    this.#flushLowest(order, order.heldCount);
    order.begin(event.epoch);
    // Nobody can say what was missed between two lives.
    event.gapBefore = true;
    return true;
  }

  #emit(order: StreamOrder, event: CanonicalEvent): void {
    order.emitted(event);
    const subscribers = this.#routes.subscribersOf(event.stream);
    let broken: InvariantError | null = null;
    for (let i = 0; i < subscribers.length; i += 1) {
      const subscriber = subscribers[i]!;
      try {
        subscriber.offer(event.clone());
      } catch (fault) {
        // A broken invariant is nobody's to catch: it goes on when the others have their copies and the original is back.
        if (fault instanceof InvariantError) broken ??= fault;
        else this.#onSubscriberFault(subscriber.id, fault);
      }
    }
    this.#events.release(event);
    if (broken !== null) throw broken;
  }

  #emitFollowing(order: StreamOrder): void {
    const before = order.heldCount;
    for (let next = order.pollNext(this.#discard); next !== null; next = order.pollNext(this.#discard)) this.#emit(order, next);
    this.#released(before - order.heldCount);
  }

  #held(order: StreamOrder): void {
    this.#heldTotal += 1;
    if (order.heldCount > this.#options.heldPerStreamMax || this.#heldTotal > this.#options.heldMax) this.#flushLowest(order, 1);
    if (this.#heldTotal > 0 && this.#tick === null) this.#tick = this.#clock.every(this.#options.flushTickMs, () => this.#flushOverdue());
  }

  /** The `count` lowest go out whether or not they are next, and after them whatever has become next. */
  #flushLowest(order: StreamOrder, count: number): void {
    for (let i = 0; i < count; i += 1) {
      const lowest = order.pollLowest();
      if (lowest === null) break;
      this.#released(1);
      this.#emit(order, lowest);
    }
    if (order.heldCount > 0) this.#emitFollowing(order);
  }

  #flushOverdue(): void {
    const limitMs = this.#clock.monotonicMs() - this.#options.latenessToleranceMs;
    for (const order of this.#orders) {
      if (order === undefined || order.heldCount === 0) continue;
      const overdue = order.overdueCount(limitMs);
      if (overdue > 0) this.#flushLowest(order, overdue);
    }
  }

  #released(count: number): void {
    this.#heldTotal -= count;
    if (this.#heldTotal === 0 && this.#tick !== null) {
      this.#tick.cancel();
      this.#tick = null;
    }
  }
}
