import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Side } from '../../../lib/ladder/ladder.ts';
import { TakerSide } from '../../../schemas/events/payloads.ts';
import { listingsOf } from '../../../internal/sim/binance/listings.ts';
import { LEVELS_MIN } from '../../../internal/sim/instrument-market.ts';
import { Market } from '../../../internal/sim/market.ts';
import type { Trade } from '../../../internal/sim/trade.ts';
import { bookText, deafListener } from './support.ts';

const START_MS = 1_700_000_000_000;
const listed = listingsOf('spot');

/** All facts of a run, as text. */
function run(seed: number, steps: number): string {
  const facts: string[] = [];
  const market = new Market(
    seed,
    listed,
    deafListener({
      trade: (index, { id, price, quantity, takerSide }) => void facts.push(`t${index} ${id} ${price} ${quantity} ${takerSide}`),
      level: (index, side, price, quantity) => void facts.push(`l${index} ${side} ${price} ${quantity}`),
    }),
    START_MS,
  );
  for (let i = 0; i < steps; i += 1) market.step(START_MS + i);
  return [...facts, ...listed.map((_, index) => bookText(market, index))].join('\n');
}

describe('a simulated market', () => {
  it('is the same for the same seed and another for another', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const facts = run(seed, 300);
        expect(run(seed, 300), `seed ${seed}`).toBe(facts);
        expect(run(seed + 1, 300), `seed ${seed}`).not.toBe(facts);
      }),
      { numRuns: 20 },
    );
  });

  it.each([1, 2, 3])('has full books that are never crossed and never negative over 50,000 steps (seed %i)', (seed) => {
    const problems: string[] = [];
    let market: Market | null = null;
    const look = (index: number): void => {
      const { bids, asks } = market!.book(index);
      const { priceTick, quantityStep } = listed[index]!;
      if (bids.priceAt(0) >= asks.priceAt(0)) problems.push(`crossed: ${bids.priceAt(0)} ${asks.priceAt(0)}`);
      if (bids.size < LEVELS_MIN || asks.size < LEVELS_MIN) problems.push(`thin: ${bids.size} ${asks.size}`);
      for (const ladder of [bids, asks]) {
        if (ladder.quantityAt(0) <= 0 || ladder.quantityAt(0) % quantityStep !== 0) problems.push(`quantity: ${ladder.quantityAt(0)}`);
        if (ladder.priceAt(0) % priceTick !== 0) problems.push(`price: ${ladder.priceAt(0)}`);
        if (ladder.priceAt(ladder.size - 1) <= 0) problems.push(`worst: ${ladder.priceAt(ladder.size - 1)}`);
      }
    };
    market = new Market(seed, listed, deafListener({ stepped: look }), START_MS);
    for (let i = 0; i < 50_000; i += 1) market.step(START_MS + i);
    expect(problems).toEqual([]);
  });

  it('changes a level with every level fact, and tells its book exactly', () => {
    const told = listed.map(() => [new Map<number, number>(), new Map<number, number>()] as const);
    let same = 0;
    const market = new Market(
      9,
      listed,
      deafListener({
        level: (index, side, price, quantity) => {
          const levels = told[index]![side];
          if ((levels.get(price) ?? 0) === quantity) same += 1;
          if (quantity === 0) levels.delete(price);
          else levels.set(price, quantity);
        },
      }),
      START_MS,
    );
    listed.forEach((_, index) => {
      const { bids, asks } = market.book(index);
      for (let depth = 0; depth < bids.size; depth += 1) told[index]![Side.Bid].set(bids.priceAt(depth), bids.quantityAt(depth));
      for (let depth = 0; depth < asks.size; depth += 1) told[index]![Side.Ask].set(asks.priceAt(depth), asks.quantityAt(depth));
    });
    for (let i = 0; i < 20_000; i += 1) market.step(START_MS + i);
    expect(same).toBe(0);
    listed.forEach((_, index) => {
      const { bids, asks } = market.book(index);
      const flat = (ladder: typeof bids): number[][] => Array.from({ length: ladder.size }, (_, depth) => [ladder.priceAt(depth), ladder.quantityAt(depth)]);
      expect([...told[index]![Side.Bid]].sort(([a], [b]) => b - a)).toEqual(flat(bids));
      expect([...told[index]![Side.Ask]].sort(([a], [b]) => a - b)).toEqual(flat(asks));
    });
  });

  it('trades only what the book holds: at its best price, on the side the taker hits, and the level is less by as much', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const best = listed.map(() => ({ bid: [0, 0], ask: [0, 0] }));
        const lastIds = new Map<number, number>();
        let pending: Trade[] = [];
        let tradeCount = 0;
        let market: Market | null = null;
        const remember = (index: number): void => {
          const { bids, asks } = market!.book(index);
          best[index] = { bid: [bids.priceAt(0), bids.quantityAt(0)], ask: [asks.priceAt(0), asks.quantityAt(0)] };
        };
        market = new Market(
          seed,
          listed,
          deafListener({
            trade: (index, trade) => {
              tradeCount += 1;
              expect(trade.price).toBe((trade.takerSide === TakerSide.Buy ? best[index]!.ask : best[index]!.bid)[0]);
              expect(trade.quantity).toBeGreaterThan(0);
              expect(trade.fillIndex).toBe(pending.length);
              if (lastIds.has(index)) expect(trade.id).toBe(lastIds.get(index)! + 1);
              lastIds.set(index, trade.id);
              pending.push(trade);
            },
            level: (index, side, price, quantity) => {
              if (pending.length > 0) {
                const [first] = pending;
                const before = (side === Side.Ask ? best[index]!.ask : best[index]!.bid)[1]!;
                expect(side).toBe(first!.takerSide === TakerSide.Buy ? Side.Ask : Side.Bid);
                expect(price).toBe(first!.price);
                expect(pending).toHaveLength(first!.fillCount);
                expect(quantity).toBe(before - pending.reduce((sum, trade) => sum + trade.quantity, 0));
                pending = [];
              }
              remember(index);
            },
            stepped: () => expect(pending).toEqual([]),
          }),
          START_MS,
        );
        listed.forEach((_, index) => remember(index));
        for (let i = 0; i < 500; i += 1) market.step(START_MS + i);
        expect(tradeCount).toBeGreaterThan(20);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps the fair price within its range, so that tiny prices never reach zero', () => {
    const shib = listed.filter(({ symbol }) => symbol === 'SHIB-USDT');
    const market = new Market(4, shib, deafListener(), START_MS);
    let low = Infinity;
    let high = 0;
    for (let i = 0; i < 200_000; i += 1) {
      market.step(START_MS + i);
      low = Math.min(low, market.book(0).bestBid);
      high = Math.max(high, market.book(0).bestAsk);
    }
    expect(low).toBeGreaterThan(shib[0]!.startPrice * 0.8);
    expect(high).toBeLessThan(shib[0]!.startPrice * 1.2);
    expect(high - low).toBeGreaterThan(5);
  });

  it('closes a candle per minute whose numbers are those of its trades', () => {
    const [btc] = listed;
    const trades: Trade[] = [];
    const candles: string[] = [];
    const market = new Market(
      5,
      [btc!],
      deafListener({
        trade: (_index, trade) => void trades.push(trade),
        candleClosed: (_index, candle) => {
          const mine = trades.filter(({ timeMs }) => timeMs >= candle.openMs && timeMs <= candle.closeMs);
          const prices = mine.map(({ price }) => price);
          expect(candle.tradeCount).toBe(mine.length);
          expect(candle.firstTradeId).toBe(mine[0]!.id);
          expect([candle.open, candle.close]).toEqual([prices[0], prices.at(-1)]);
          expect([candle.high, candle.low]).toEqual([Math.max(...prices), Math.min(...prices)]);
          expect(candle.quantity).toBe(mine.reduce((sum, { quantity }) => sum + quantity, 0));
          const quote = mine.reduce((sum, { price, quantity }) => sum + BigInt(price) * BigInt(quantity), 0n);
          const text = String(quote).padStart(8, '0');
          expect(candle.quoteVolume).toBe(`${text.slice(0, -7)}.${text.slice(-7)}`.replace(/\.?0+$/, ''));
          candles.push(String(candle.openMs));
        },
      }),
      START_MS,
    );
    for (let i = 0; i < 2_000; i += 1) market.step(START_MS + i * 100);
    expect(candles).toHaveLength(3);
  });

  it('closes the candle of a minute without trades at the last price, with nothing in it', () => {
    const seen: string[] = [];
    const market = new Market(
      5,
      [listed[0]!],
      deafListener({
        candleClosed: (_index, { open, close, tradeCount, firstTradeId, quantity, quoteVolume }) =>
          void seen.push([open, close, tradeCount, firstTradeId, quantity, quoteVolume].join(' ')),
      }),
      START_MS,
    );
    market.passTime(START_MS + 60_000);
    expect(seen).toEqual(['6183763 6183763 0 -1 0 0']);
  });
});
