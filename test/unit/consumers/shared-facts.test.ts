import { expect, test } from 'vitest';
import { StreamTable } from '../../../schemas/market/stream-table.ts';
import { widen, type InstrumentFacts } from '../../../schemas/market/instrument.ts';
import { trade } from './support/events.ts';
import { Stage, turns } from './support/fakes.ts';

// An event is the plugin's own, but its stream and its instrument are those of the whole pipeline: its provider decodes by them.

const facts: InstrumentFacts = { symbol: 'BTC-USDT', venueSymbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', priceScale: 2, quantityScale: 5 };

function makeStream(): ReturnType<StreamTable['addStream']> {
  const table = new StreamTable();
  return table.addStream({ provider: 'binance-spot', venue: 'binance', market: 'spot', channel: 'trade', instrument: table.addInstrument(facts) });
}

const shared: readonly (readonly [string, string])[] = [
  ...['id', 'symbol', 'venueSymbol', 'base', 'quote', 'priceScale', 'quantityScale', 'anything', 'constructor'].map((name) => ['instrument', name] as const),
  ...['id', 'provider', 'venue', 'market', 'channel', 'instrument', 'anything'].map((name) => ['stream', name] as const),
  ...['priceScale', 'quantityScale', 'constructor', 'anything'].map((name) => ['class of the instrument', name] as const),
];

test.each(shared)('what a plugin assigns to the %s (%s) changes nothing and is counted as its error', async (owner, name) => {
  const stage = new Stage();
  const stream = makeStream();
  const targets: Readonly<Record<string, object>> = { stream, 'instrument': stream.instrument, 'class of the instrument': Object.getPrototypeOf(stream.instrument) as object };
  const target = targets[owner] as Record<string, unknown>;
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  const { mailbox, runner } = stage.add('c', {
    onTrade: (event) => {
      const found = owner === 'stream' ? event.stream : owner === 'instrument' ? event.stream.instrument : (Object.getPrototypeOf(event.stream.instrument) as object);
      (found as unknown as Record<string, unknown>)[name] = 15;
    },
  });
  await runner.start(1000);
  const event = trade();
  event.stream = stream;
  mailbox.offer(event.clone());
  await turns();
  expect(runner.errorsTotal).toBe(1);
  expect(Object.getOwnPropertyDescriptor(target, name)).toEqual(descriptor);
  expect([stream.instrument.priceScale, stream.instrument.quantityScale]).toEqual([2, 5]);
});

test('the provider widens an instrument, and never narrows it', () => {
  const { instrument } = makeStream();
  widen(instrument, 4, 3);
  expect([instrument.priceScale, instrument.quantityScale]).toEqual([4, 5]);
  widen(instrument, 0, 8);
  expect([instrument.priceScale, instrument.quantityScale]).toEqual([4, 8]);
});
