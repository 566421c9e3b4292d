/**
 * Says when the spread of a symbol becomes wide, and when it is narrow again.
 *
 *   consumers:
 *     - id: spreads
 *       module: ./spread-alert.js        # this file, compiled
 *       config: { widestBps: 5 }
 */
import { definePlugin, Quality, toNumber } from 'meltica/plugin';

/** The symbols whose spread is wide, and since when. Every consumer loads this file anew, so this map is its own. */
const wideSinceMs = new Map<string, number>();

export default definePlugin({
  name: 'spread-alert',

  // Checked before the server starts: a wrong value is refused together with every other mistake in the config file.
  configSchema: {
    widestBps: { type: 'number', default: 5, min: 0, unit: 'bps', doc: 'A spread above this is wide' },
    holdMs: { type: 'integer', default: 0, min: 0, unit: 'ms', doc: 'How long it must stay wide before it is said' },
  },

  onTicker(event, { config, logger, metrics }) {
    // A book that is being repaired has no spread worth an alert.
    if (event.quality !== Quality.Live) return;

    // Prices are whole numbers at the event's scale. For a ratio a double is good enough.
    const bid = toNumber(event.payload.bidPrice, event.priceScale);
    const ask = toNumber(event.payload.askPrice, event.priceScale);
    if (bid === 0 || ask === 0) return;
    const spreadBps = ((ask - bid) / ((ask + bid) / 2)) * 10_000;

    const key = `${event.provider} ${event.symbol}`;
    const sinceMs = wideSinceMs.get(key);
    const nowMs = event.receivedMonotonicMs;

    if (spreadBps <= config.widestBps) {
      wideSinceMs.delete(key);
      if (sinceMs === Infinity) logger.info('spread is narrow again', { provider: event.provider, symbol: event.symbol, spreadBps });
    } else if (sinceMs === undefined) {
      wideSinceMs.set(key, nowMs);
    }

    // Infinity stands for "already said".
    const wideForMs = nowMs - (wideSinceMs.get(key) ?? Infinity);
    if (wideForMs >= config.holdMs) {
      wideSinceMs.set(key, Infinity);
      metrics.counter('wide_spreads', 'Times a spread became wide').add();
      logger.warn('spread is wide', { provider: event.provider, symbol: event.symbol, spreadBps });
    }
  },
});
