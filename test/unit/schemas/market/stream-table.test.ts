import { expect, it } from 'vitest';
import { StreamTable } from '../../../../schemas/market/stream-table.ts';
import { NO_STREAM } from '../../../../schemas/market/stream.ts';
import { WsFrame } from '../../../../schemas/market/ws-frame.ts';

const facts = { symbol: 'BTC-USDT', venueSymbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', priceScale: 2, quantityScale: 5 };

it('gives instruments and streams their integers, dense from 0', () => {
  const table = new StreamTable();
  const instruments = [table.addInstrument(facts), table.addInstrument(facts)];
  const streams = instruments.map((instrument) => table.addStream({ provider: 'p', venue: 'v', market: 'm', channel: 'trade', instrument }));
  expect(instruments.map(({ id }) => id)).toEqual([0, 1]);
  expect(streams.map(({ id }) => id)).toEqual([0, 1]);
  expect([table.size, table.streams]).toEqual([2, streams]);
  expect(Object.isFrozen(streams[0])).toBe(true);
  expect(NO_STREAM.id).toBe(-1);
});

it('refuses a stream beyond its limit', () => {
  const table = new StreamTable(1);
  const instrument = table.addInstrument(facts);
  table.addStream({ provider: 'p', venue: 'v', market: 'm', channel: 'trade', instrument });
  expect(() => table.addStream({ provider: 'p', venue: 'v', market: 'm', channel: 'book', instrument })).toThrow(
    expect.objectContaining({ code: 'STREAM_LIMIT', facts: { limit: 1, provider: 'p', symbol: 'BTC-USDT' } }),
  );
});

it('forgets everything about a frame on reset', () => {
  const fresh = new WsFrame();
  const used = Object.assign(new WsFrame(), { connection: 1, epoch: 2, receivedTimeUs: 3, receivedMonotonicMs: 4, traceId: 5, data: Buffer.from('x') });
  // A field that the line above does not name would not be tested.
  for (const [key, value] of Object.entries(used)) if (!['pooled', 'generation', 'home'].includes(key)) expect(value).not.toEqual(Reflect.get(fresh, key));
  used.reset();
  expect(used).toEqual(fresh);
});
