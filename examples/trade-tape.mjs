/**
 * Logs once per period and symbol what was traded: number, volume, volume-weighted price, and how much of it was bought.
 * Plain JavaScript: a plugin needs no build step, and no import either; the import below is for the editor's sake.
 *
 *   consumers:
 *     - id: tape
 *       module: ./trade-tape.mjs
 *       config: { periodMs: 10000 }
 */
import { definePlugin, TakerSide, toNumber } from 'meltica/plugin';

/** What was traded since the last line, by provider and symbol. */
const sums = new Map();

let nextMs = Infinity;

export default definePlugin({
  name: 'trade-tape',

  configSchema: {
    periodMs: { type: 'integer', default: 10_000, min: 100, unit: 'ms', doc: 'Time between two lines of a symbol' },
  },

  start({ clock, config }) {
    nextMs = clock.monotonicMs() + config.periodMs;
  },

  onTrade(event, context) {
    const key = `${event.provider} ${event.symbol}`;
    const sum = sums.get(key) ?? { trades: 0, volume: 0, turnover: 0, bought: 0, missed: 0 };
    sums.set(key, sum);

    const quantity = toNumber(event.payload.quantity, event.quantityScale);
    sum.trades += event.payload.fillCount;
    sum.volume += quantity;
    sum.turnover += quantity * toNumber(event.payload.price, event.priceScale);
    if (event.payload.side === TakerSide.Buy) sum.bought += quantity;
    // A consumer that is too slow loses its oldest trades, and is told so with the next one.
    sum.missed += event.dropped;

    if (context.clock.monotonicMs() >= nextMs) print(context);
  },

  // The last, shorter period counts as well.
  stop: print,
});

function print({ logger, clock, config }) {
  for (const [key, { trades, volume, turnover, bought, missed }] of sums) {
    logger.info('traded', { what: key, trades, volume, price: turnover / volume, boughtShare: bought / volume, missed });
  }
  sums.clear();
  nextMs = clock.monotonicMs() + config.periodMs;
}
