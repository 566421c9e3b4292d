import { formatJson } from '../../../lib/json/json.ts';
import type { Channel, Stream } from '../../../schemas/market/stream.ts';
import type { LinkPlan } from '../session/venue.ts';
import type { BinanceMarket } from './dialect.ts';
import { marketRules } from './markets.ts';

/** Candles of one minute: the finest that every market has. */
const KLINE_INTERVAL = '1m';

/** `<symbol>@<kind>`; "all symbols for streams are lowercase" (web-socket-streams.md). */
export function streamName(market: BinanceMarket, stream: Stream): string {
  return `${stream.instrument.venueSymbol.toLowerCase()}@${kindOf(market, stream.channel)}`;
}

function kindOf(market: BinanceMarket, channel: Channel): string {
  switch (channel) {
    case 'trade':
      return marketRules[market].tradeStream;
    case 'ticker':
      return 'bookTicker';
    case 'book':
      return 'depth@100ms';
    case 'kline':
      return `kline_${KLINE_INTERVAL}`;
  }
}

/**
 * USD-M splits its streams by route since 2026-03-06: books and best prices under /public, trades and candles under /market. A
 * stream asked for on the wrong route is acknowledged and stays silent, so each route gets connections of its own.
 */
function routeOf(market: BinanceMarket, channel: Channel): string {
  if (market !== 'usdm') return '';
  return channel === 'ticker' || channel === 'book' ? '/public' : '/market';
}

/** As few connections as the routes and the venue's streams-per-connection limit allow; all on `/stream`, the combined form. */
export function planLinks(market: BinanceMarket, streams: readonly Stream[]): LinkPlan[] {
  const byRoute = new Map<string, Stream[]>();
  for (const stream of streams) {
    const route = routeOf(market, stream.channel);
    const members = byRoute.get(route);
    if (members === undefined) byRoute.set(route, [stream]);
    else members.push(stream);
  }
  const sizeMax = marketRules[market].limits.streamsPerConnectionMax;
  const plans: LinkPlan[] = [];
  for (const [route, members] of byRoute) {
    for (let from = 0; from < members.length; from += sizeMax) {
      const carried = members.slice(from, from + sizeMax);
      plans.push({ path: `${route}/stream`, names: carried.map((stream) => streamName(market, stream)), streams: carried });
    }
  }
  return plans;
}

/** `{"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":1}`; the id must be an unsigned integer on futures. */
export function subscribeMessage(names: readonly string[], requestId: number): string {
  return formatJson({ method: 'SUBSCRIBE', params: names, id: requestId });
}
