import { describe, expect, it } from 'vitest';
import { EventPools } from '../../../internal/dispatcher/event-pools.ts';
import { ManualClock } from '../../../lib/clock/manual-clock.ts';
import { EventType } from '../../../schemas/events/event.ts';
import { BookPayload, KlinePayload, TickerPayload, TradePayload } from '../../../schemas/events/payloads.ts';
import { channels, type Channel } from '../../../schemas/market/stream.ts';

const typesOf: Readonly<Record<Channel, readonly EventType[]>> = {
  trade: [EventType.Trade],
  ticker: [EventType.Ticker],
  book: [EventType.BookSnapshot, EventType.BookUpdate],
  kline: [EventType.Kline],
};
const payloadOf = { trade: TradePayload, ticker: TickerPayload, book: BookPayload, kline: KlinePayload };

describe('the event pools', () => {
  it.each(channels)('lend events with the payload of %s, and take back every type of it', (channel) => {
    const pools = new EventPools(2, new ManualClock(), false);
    for (const type of typesOf[channel]) {
      const event = pools.tryAcquire(channel)!;
      expect(event.payload).toBeInstanceOf(payloadOf[channel]);
      event.type = type;
      pools.release(event);
      expect(event.type).toBe(EventType.None);
    }
    const counters = pools.counters().find(({ name }) => name === `canonicalEvent.${channel}`)!;
    expect([counters.inUse, counters.acquired, counters.released]).toEqual([0, typesOf[channel].length, typesOf[channel].length]);
  });

  it('give null when dry, and tell when there is one again without keeping it', async () => {
    const clock = new ManualClock();
    const pools = new EventPools(1, clock, true);
    const event = pools.tryAcquire('trade')!;
    expect(pools.tryAcquire('trade')).toBeNull();
    expect(pools.tryAcquire('book')).not.toBeNull();
    const available = pools.whenAvailable('trade');
    event.type = EventType.Trade;
    pools.release(event);
    await available;
    expect(pools.tryAcquire('trade')).not.toBeNull();
  });

  it('reject with POOL_EXHAUSTED when none comes back within 100 ms, and leave no waiter', async () => {
    const clock = new ManualClock();
    const pools = new EventPools(1, clock, false);
    pools.tryAcquire('kline');
    const outcome = pools.whenAvailable('kline').then(() => 'available', (error: { code: string }) => error.code);
    clock.advance(99);
    expect(pools.counters()[3]!.waiting).toBe(1);
    clock.advance(1);
    expect(await outcome).toBe('POOL_EXHAUSTED');
    expect([pools.counters()[3]!.waiting, pools.counters()[3]!.timeouts, clock.pendingTimers]).toEqual([0, 1, 0]);
  });

  it.each(channels)('stop the process when a %s event comes back twice, with both stacks', (channel) => {
    for (const tracesLeases of [false, true]) {
      const pools = new EventPools(1, new ManualClock(), tracesLeases);
      const event = pools.tryAcquire(channel)!;
      event.type = typesOf[channel][0]!;
      pools.release(event);
      expect(() => pools.release(event)).toThrow(tracesLeases ? /released twice[^]*acquired at[^]*released at[^]*released again/ : 'released twice');
    }
  });
});
