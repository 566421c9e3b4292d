import type { Stream } from '../../../schemas/market/stream.ts';
import type { RecordedAnswer, RestRequest, Venue } from '../session/venue.ts';
import { futuresBookRule, spotBookRule } from './book.ts';
import { BinanceDecoder, isEnvelope } from './decode.ts';
import type { BinanceMarket } from './dialect.ts';
import { marketRules } from './markets.ts';
import { planLinks, subscribeMessage } from './subscribe.ts';
import { samples } from './samples.ts';
import { guessInstrument, readExchangeInfo } from './symbols.ts';

/** Levels a side of a REST snapshot: 1000 costs 50 (USD-M 20) of the weight budget, 5000 costs 250. */
const SNAPSHOT_DEPTH = 1_000;

/** Binance market data: all that the session does not know itself. */
export function binanceVenue(market: BinanceMarket): Venue {
  const rules = marketRules[market];
  return {
    venue: 'binance',
    market,
    endpoints: rules.endpoints,
    limits: rules.limits,
    rule: market === 'usdm' ? futuresBookRule : spotBookRule,
    snapshotDepth: SNAPSHOT_DEPTH,
    instrumentsRequest: { path: `${rules.restPrefix}/exchangeInfo`, query: {}, weight: rules.exchangeInfoWeight },
    readInstruments: readExchangeInfo,
    guessInstrument,
    plan: (streams) => planLinks(market, streams),
    subscribeMessage,
    snapshotRequest: (stream: Stream): RestRequest => ({
      path: `${rules.restPrefix}/depth`,
      query: { symbol: stream.instrument.venueSymbol, limit: String(SNAPSHOT_DEPTH) },
      weight: rules.depthWeight,
    }),
    // Answers on `/stream` have no such key: {"result":null,"id":1}
    isStreamFrame: isEnvelope,
    readRecordedUrl,
    decoder: (desk) => new BinanceDecoder(market, desk),
    samples,
  };
}

/** `https://www.binance.com/api/v1/depth?symbol=ZILUSDT&limit=1000`, or a label such as `depth_snapshot(limit=1000)`. */
function readRecordedUrl(url: string, channel: string): RecordedAnswer | null {
  if (/\/exchangeInfo\b/.test(url)) return { kind: 'instruments' };
  if (/\/depth\b/.test(url)) return { kind: 'snapshot', venueSymbol: /[?&]symbol=([^&]+)/.exec(url)?.[1] ?? '' };
  if (url === '' && /snapshot/.test(channel)) return { kind: 'snapshot', venueSymbol: '' };
  return null;
}
