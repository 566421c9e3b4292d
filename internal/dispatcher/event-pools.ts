import type { Clock } from '../../lib/clock/clock.ts';
import { Pool, type PoolCounters } from '../../lib/pool/pool.ts';
import { EventType, eventFor, type CanonicalEvent } from '../../schemas/events/event.ts';
import { BookPayload, TickerPayload, TradePayload } from '../../schemas/events/payloads.ts';
import { channels, type Channel } from '../../schemas/market/stream.ts';
import type { EventSource } from '../ports/event-source.ts';

function channelOfPayload({ payload }: CanonicalEvent): Channel {
  if (payload instanceof TradePayload) return 'trade';
  if (payload instanceof TickerPayload) return 'ticker';
  return payload instanceof BookPayload ? 'book' : 'kline';
}

/**
 * The CanonicalEvent pool, one shelf per payload class so that a lent event never has to change its payload.
 *
 * `capacity` per shelf is what can be in flight: every event that the ordering buffers may hold, and the few that are in
 * somebody's hands.
 */
export class EventPools implements EventSource {
  readonly #pools: Readonly<Record<Channel, Pool<CanonicalEvent>>>;
  /** By the integer of the type whose payload rides in its events. */
  readonly #poolOfType: readonly (Pool<CanonicalEvent> | undefined)[];

  constructor(capacity: number, clock: Clock, debug: boolean) {
    const poolOf = (channel: Channel): Pool<CanonicalEvent> =>
      new Pool({ name: `canonicalEvent.${channel}`, capacity, create: () => eventFor(channel), clock, debug });
    const pools = { trade: poolOf('trade'), ticker: poolOf('ticker'), book: poolOf('book'), kline: poolOf('kline') };
    const byType: Pool<CanonicalEvent>[] = [];
    byType[EventType.Trade] = pools.trade;
    byType[EventType.Ticker] = pools.ticker;
    byType[EventType.BookSnapshot] = pools.book;
    byType[EventType.BookUpdate] = pools.book;
    byType[EventType.Kline] = pools.kline;
    this.#pools = pools;
    this.#poolOfType = byType;
  }

  get pools(): readonly Pool<CanonicalEvent>[] {
    return channels.map((channel) => this.#poolFor(channel));
  }

  tryAcquire(channel: Channel): CanonicalEvent | null {
    return this.#poolFor(channel).tryAcquire();
  }

  async whenAvailable(channel: Channel): Promise<void> {
    const pool = this.#poolFor(channel);
    pool.release(await pool.acquire());
  }

  release(event: CanonicalEvent): void {
    // An event that rests already has no type any more; its pool is asked all the same, for it knows who returned it first.
    const pool = this.#poolOfType[event.type] ?? this.#poolFor(channelOfPayload(event));
    pool.release(event);
  }

  /** A switch, because a lookup by a name that changes from call to call costs as much as the rest of an acquire. */
  #poolFor(channel: Channel): Pool<CanonicalEvent> {
    switch (channel) {
      case 'trade':
        return this.#pools.trade;
      case 'ticker':
        return this.#pools.ticker;
      case 'book':
        return this.#pools.book;
      case 'kline':
        return this.#pools.kline;
    }
  }

  counters(): readonly PoolCounters[] {
    return this.pools.map((pool) => pool.counters());
  }
}
