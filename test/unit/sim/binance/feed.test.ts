import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../../lib/json/json.ts';
import { Random } from '../../../../lib/random/random.ts';
import { levelTexts } from '../../../../internal/sim/limit-book.ts';
import { Feed } from '../../../../internal/sim/binance/feed.ts';
import { listingsOf } from '../../../../internal/sim/binance/listings.ts';
import { rulesOf } from '../../../../internal/sim/binance/rules.ts';
import type { TopicListener } from '../../../../internal/sim/binance/topics.ts';
import { binanceMarkets, type BinanceMarket } from '../../../../internal/providers/binance/dialect.ts';
import type { Frame } from '../support.ts';
import { Rebuilt, type Snapshot } from './rebuild.ts';

const START_MS = 1_700_000_000_000;

function feedOf(market: BinanceMarket, seed: number): Feed {
  return new Feed(seed, listingsOf(market), rulesOf[market], START_MS);
}

/** Hears some streams, in order. */
class Ear implements TopicListener {
  readonly route: TopicListener['route'];
  readonly isCombined: boolean;
  readonly frames: string[] = [];

  constructor(feed: Feed, names: readonly string[], isCombined = false, route: TopicListener['route'] = 'any') {
    this.route = route;
    this.isCombined = isCombined;
    for (const name of names) feed.topics.join(name, this);
  }

  deliver(text: string): boolean {
    return this.frames.push(text) > 0;
  }

  get values(): readonly Frame[] {
    return this.frames.map((text) => parseJson(text) as Frame);
  }
}

/** Ten milliseconds of market: what is due, then a few actions. */
function beats(feed: Feed, fromMs: number, count: number, stepsPerBeat = 5): number {
  for (let beat = 1; beat <= count; beat += 1) {
    feed.beat(fromMs + beat * 10);
    for (let i = 0; i < stepsPerBeat; i += 1) feed.step(fromMs + beat * 10);
  }
  return fromMs + count * 10;
}

const kinds = ['trade', 'aggTrade', 'bookTicker', 'depth@100ms', 'kline_1m'];
const names = ['btcusdt', 'ethusdt', 'ethbtc'].flatMap((symbol) => kinds.map((kind) => `${symbol}@${kind}`));

describe.each(binanceMarkets)('the feed of %s', (market) => {
  it('says the same bytes for the same seed, and others for another', () => {
    const said = [1, 1, 2].map((seed) => {
      const feed = feedOf(market, seed);
      const ear = new Ear(feed, names, true);
      beats(feed, START_MS, 300);
      return ear.frames.join('\n');
    });
    expect(said[0]!.length).toBeGreaterThan(10_000);
    expect(said[1]).toBe(said[0]);
    expect(said[2]).not.toBe(said[0]);
  });

  it('says the same whoever listens, and when', () => {
    const busy = feedOf(market, 3);
    const early = new Ear(busy, names);
    beats(busy, START_MS, 100);
    const heard = early.frames.length;
    beats(busy, START_MS + 1_000, 100);
    const quiet = feedOf(market, 3);
    beats(quiet, START_MS, 100);
    const late = new Ear(quiet, names);
    beats(quiet, START_MS + 1_000, 100);
    expect(late.frames).toEqual(early.frames.slice(heard));
  });

  it.each(Object.keys(rulesOf[market].depthPeriodsMs))('gives snapshots and diffs of depth%s that make its own book exactly', (suffix) => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const feed = feedOf(market, seed);
      const random = new Random(seed);
      const symbol = random.pick(feed.instruments).venueSymbol;
      const index = feed.indexOf(symbol);
      beats(feed, START_MS, random.integer(0, 40), 20);
      const ear = new Ear(feed, [`${symbol.toLowerCase()}@depth${suffix}`]);
      const nowMs = beats(feed, START_MS + 1_000, random.integer(0, 400), 20);
      // In the middle of a batch, more often than not: it must carry what the diffs have not said yet.
      const snapshot = parseJson(feed.snapshot(index, 5_000, nowMs)) as Snapshot;
      expect(snapshot.lastUpdateId).toBe(feed.lastUpdateId(index));
      const endMs = beats(feed, nowMs, 300, 20);
      feed.flush(endMs);

      const rebuilt = new Rebuilt(snapshot, market === 'usdm');
      for (const frame of ear.values) rebuilt.apply(frame);
      const instrument = feed.instruments[index]!;
      expect(rebuilt.applied, `seed ${seed}`).toBeGreaterThan(0);
      expect(rebuilt.lastId, `seed ${seed}`).toBe(feed.lastUpdateId(index));
      expect(rebuilt.levels('bids'), `seed ${seed}`).toEqual(levelTexts(feed.book(index).bids, instrument).map((level) => [...level]));
      expect(rebuilt.levels('asks'), `seed ${seed}`).toEqual(levelTexts(feed.book(index).asks, instrument).map((level) => [...level]));
    }
  });

  it('chains the ids of its diffs as the venue does', () => {
    const feed = feedOf(market, 4);
    const ears = ['btcusdt', 'ethusdt'].map((symbol) => new Ear(feed, [`${symbol}@depth@100ms`]));
    beats(feed, START_MS, 500, 20);
    for (const { values } of ears) {
      expect(values.length).toBeGreaterThan(40);
      for (const [i, { U = 0, u = 0, pu }] of values.entries()) {
        expect(U).toBeLessThanOrEqual(u);
        const previous = values[i - 1]?.u;
        if (previous === undefined) continue;
        if (market === 'usdm') {
          expect(pu).toBe(previous);
          expect(U).toBeGreaterThan(previous);
        } else {
          expect(U).toBe(previous + 1);
          expect(pu).toBeUndefined();
        }
      }
    }
    // Ids are shared: between two diffs of one symbol lie those of the others.
    if (market === 'usdm') expect(ears[0]!.values.some(({ U = 0, pu = 0 }) => U > pu + 1)).toBe(true);
  });

  it('sums up the fills of one taker order at one price as an aggregate', () => {
    const feed = feedOf(market, 5);
    const ear = new Ear(feed, ['btcusdt@trade', 'btcusdt@aggTrade']);
    beats(feed, START_MS, 2_000);
    let fills: { t: number; p: string; q: string; m: boolean }[] = [];
    let multiple = 0;
    for (const frame of ear.frames.map((text) => parseJson(text) as Record<string, never>)) {
      if (frame['e'] === 'trade') {
        fills.push({ t: frame['t']!, p: frame['p']!, q: frame['q']!, m: frame['m']! });
        continue;
      }
      const step = 1e8;
      const sum = fills.reduce((total, { q }) => total + Math.round(Number(q) * step), 0);
      expect(Math.round(Number(frame['q']) * step)).toBe(sum);
      expect([frame['f'], frame['l']]).toEqual([fills[0]!.t, fills.at(-1)!.t]);
      for (const { p, m } of fills) expect([p, m]).toEqual([frame['p'], frame['m']]);
      if (fills.length > 1) multiple += 1;
      fills = [];
    }
    expect(multiple).toBeGreaterThan(10);
  });

  it('says the best whenever it changed, and only then', () => {
    const feed = feedOf(market, 6);
    const index = feed.indexOf('ETHUSDT');
    const ear = new Ear(feed, ['ethusdt@bookTicker']);
    let said = 0;
    for (let i = 0; i < 5_000; i += 1) {
      feed.step(START_MS + i);
      if (ear.frames.length === said) continue;
      said = ear.frames.length;
      const { bids, asks } = feed.book(index);
      const last = parseJson(ear.frames.at(-1)!) as Record<string, string>;
      const [bid] = levelTexts(bids, feed.instruments[index]!);
      const [ask] = levelTexts(asks, feed.instruments[index]!);
      expect([last['b'], last['B'], last['a'], last['A']].map(Number)).toEqual([...bid!, ...ask!].map(Number));
    }
    const states = ear.frames.map((text) => text.replace(/"(u|E|T)":\d+,/g, ''));
    expect(states.length).toBeGreaterThan(100);
    for (let i = 1; i < states.length; i += 1) expect(states[i]).not.toBe(states[i - 1]);
  });

  it('says the open candle while it changes and the closed one once', () => {
    const feed = feedOf(market, 7);
    const ear = new Ear(feed, ['btcusdt@kline_1m']);
    beats(feed, START_MS, 12_500, 1);
    const closed = ear.frames.filter((text) => text.includes('"x":true')).map((text) => /"k":\{"t":(\d+)/.exec(text)![1]);
    expect(closed).toHaveLength(2);
    expect(new Set(closed).size).toBe(2);
    expect(ear.frames.length).toBeGreaterThan(30);
  });
});

describe('the streams of usdm', () => {
  it('arrive only on the route they belong to', () => {
    const feed = feedOf('usdm', 1);
    const all = kinds.map((kind) => `btcusdt@${kind}`);
    const heard = (ear: Ear): string[] => [...new Set(ear.values.map(({ e }) => e!))].sort();
    const [open, closed] = [new Ear(feed, all, false, 'public'), new Ear(feed, all, false, 'market')];
    beats(feed, START_MS, 1_000);
    expect(heard(open)).toEqual(['bookTicker', 'depthUpdate']);
    expect(heard(closed)).toEqual(['aggTrade', 'kline', 'trade']);
  });
});
