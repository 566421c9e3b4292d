import type { VenueEndpoints, VenueLimits } from '../session/venue.ts';
import type { BinanceMarket } from './dialect.ts';


export interface MarketRules {
  readonly endpoints: VenueEndpoints;
  readonly limits: VenueLimits;
  /** Path before `/depth`, `/exchangeInfo`. */
  readonly restPrefix: string;
  /** Weight of `/depth?limit=1000` and of `/exchangeInfo`. */
  readonly depthWeight: number;
  readonly exchangeInfoWeight: number;
  /** The stream that carries trades: futures silence `@trade`, see docs "Aggregate Trade Streams". */
  readonly tradeStream: 'trade' | 'aggTrade';
}

/**
 * Limits as the venue's documentation gives them (web-socket-streams.md, rest-api.md, USD-M "General Info"):
 * spot 5 incoming messages a second and 1024 streams a connection, a ping every 20 s and a cut after 24 h, 6000 weight a
 * minute, 300 attempts to connect from one address in 5 minutes; USD-M 10 messages a second, a ping every 3 min, 2400 weight a minute.
 */
const spotLimits: VenueLimits = {
  streamsPerConnectionMax: 1024,
  subscribeBatchMax: 200,
  messageIntervalMs: 250,
  subscribeTimeoutMs: 10_000,
  silenceMs: 50_000,
  lifetimeMs: 23.5 * 3_600_000,
  connectsPerFiveMinutesMax: 300,
  requestWeightPerMinute: 6_000,
  usedWeightHeader: 'x-mbx-used-weight-1m',
};

export const marketRules: Readonly<Record<BinanceMarket, MarketRules>> = {
  spot: {
    endpoints: { wsUrl: 'wss://stream.binance.com:9443', restUrl: 'https://api.binance.com' },
    limits: spotLimits,
    restPrefix: '/api/v3',
    depthWeight: 50,
    exchangeInfoWeight: 20,
    tradeStream: 'trade',
  },
  us: {
    endpoints: { wsUrl: 'wss://stream.binance.us:9443', restUrl: 'https://api.binance.us' },
    limits: { ...spotLimits, requestWeightPerMinute: 1_200 },
    restPrefix: '/api/v3',
    depthWeight: 50,
    exchangeInfoWeight: 20,
    tradeStream: 'trade',
  },
  usdm: {
    endpoints: { wsUrl: 'wss://fstream.binance.com', restUrl: 'https://fapi.binance.com' },
    limits: { ...spotLimits, streamsPerConnectionMax: 200, messageIntervalMs: 125, silenceMs: 200_000, requestWeightPerMinute: 2_400 },
    restPrefix: '/fapi/v1',
    depthWeight: 20,
    exchangeInfoWeight: 1,
    tradeStream: 'aggTrade',
  },
};
