import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../lib/log/logger.ts';
import { systemClock } from '../../lib/clock/system-clock.ts';
import { parseJson } from '../../lib/json/json.ts';
import { readJsonLines } from '../../lib/json/jsonl.ts';
import { Pool } from '../../lib/pool/pool.ts';
import type { CanonicalEvent } from '../../schemas/events/event.ts';
import { toWire } from '../../schemas/events/wire.ts';
import { StreamTable } from '../../schemas/market/stream-table.ts';
import { channels } from '../../schemas/market/stream.ts';
import { WsFrame } from '../../schemas/market/ws-frame.ts';
import { EventPools } from '../../internal/dispatcher/event-pools.ts';
import type { BinanceMarket } from '../../internal/providers/binance/dialect.ts';
import { binanceVenue } from '../../internal/providers/binance/provider.ts';
import { ProviderSession } from '../../internal/providers/session/session.ts';
import { hasShared, SHARED } from './run.ts';

const files = hasShared
  ? ['spot', 'us', 'usdm'].flatMap((market) =>
      readdirSync(join(SHARED, `data/binance-${market}`))
        .filter((name) => /^(cryptofeed|hftbacktest|deep)/.test(name))
        .map((name) => [market, `data/binance-${market}/${name}`] as const),
    )
  : [];

/** Decimal text in its shortest form, by text alone: no number is ever made of it. */
function shortest(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

/** Every decimal of a frame, in the order in which its event's payload holds them. */
function decimalsOf(message: Record<string, unknown>): string[] {
  if (message['e'] === 'kline') {
    const { o, h, l, c, v, q } = message['k'] as Record<string, string>;
    return [o!, h!, l!, c!, v!, q!];
  }
  if (message['e'] === 'depthUpdate') return [...(message['b'] as string[][]), ...(message['a'] as string[][])].flatMap(([price, quantity]) => [price!, quantity!]);
  if (message['p'] !== undefined) return [message['p'] as string, message['q'] as string];
  return [message['b'], message['B'], message['a'], message['A']] as string[];
}

function wireDecimalsOf(event: CanonicalEvent): string[] {
  const payload = toWire(event).payload as unknown as Record<string, unknown>;
  if ('bids' in payload) return [...(payload['bids'] as string[][]), ...(payload['asks'] as string[][])].flat();
  if ('open' in payload) return ['open', 'high', 'low', 'close', 'volume', 'quoteVolume'].map((key) => payload[key] as string);
  if ('bidPrice' in payload) return ['bidPrice', 'bidQuantity', 'askPrice', 'askQuantity'].map((key) => payload[key] as string);
  return [payload['price'] as string, payload['quantity'] as string];
}

describe.skipIf(!hasShared)('text in gives the same value out (skipped where the public recordings are not beside the checkout)', () => {
  test.each(files)('binance %s: every price and quantity of every frame in %s', async (market, file) => {
    const events = new EventPools(8, systemClock, false);
    let wire: string[] = [];
    const take = {
      accept(event: CanonicalEvent): void {
        wire = wireDecimalsOf(event);
        events.release(event);
      },
    };
    const books = { ...take, add() {}, connected() {}, subscribed() {}, disconnected() {}, snapshotFailed() {} };
    const session = new ProviderSession({ provider: 'exact', venue: 'binance', market, symbols: ['*'], channels }, binanceVenue(market as BinanceMarket), 0, true, {
      clock: systemClock,
      log: silentLogger,
      streams: new StreamTable(),
      frames: new Pool({ name: 'wsFrame', capacity: 4, create: () => new WsFrame(), clock: systemClock }),
      events,
      books,
      sink: take,
      deadLetters: { put: (_reason, _provider, detail) => expect.fail(detail) },
      tap: { onFrame() {}, onOpen() {}, onRest() {} },
      onEnd() {},
    });
    let values = 0;
    for await (const { text } of readJsonLines(join(SHARED, file))) {
      const { kind, data } = parseJson(text) as { kind: string; data: string };
      if (kind !== 'ws') continue;
      session.onFrame({ connection: 0, epoch: 1, receivedTimeUs: 1, receivedMonotonicMs: 1, data: Buffer.from(data), isBinary: false });
      const root = parseJson(data) as Record<string, unknown>;
      const expected = decimalsOf((root['data'] ?? root) as Record<string, unknown>).map(shortest);
      values += expected.length;
      // One comparison per frame: a matcher per value would take minutes for the five million of the largest file.
      if (expected.join(' ') !== wire.join(' ')) expect(wire, data).toEqual(expected);
    }
    expect(values).toBeGreaterThan(1_000);
  }, 120_000);
});
