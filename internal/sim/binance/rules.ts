import type { BinanceMarket } from '../../providers/binance/dialect.ts';

/**
 * In what the three markets differ, as a table. Figures are the venue's (protocol sheet A2, A6, A11, B1, B2, B4, B5).
 */
export interface MarketRules {
  readonly market: BinanceMarket;
  readonly restPrefix: string;
  /** Update ids are shared by all symbols, and a diff names the one before it. */
  readonly hasSharedIds: boolean;
  /** Streams arrive only through the path prefix they belong to. */
  readonly hasRoutes: boolean;
  readonly messagesPerSecondMax: number;
  readonly streamsMax: number;
  readonly weightPerMinuteMax: number;
  readonly exchangeInfoWeight: number;
  readonly depthLimitDefault: number;
  /** The weight of a snapshot up to a limit; the last limit is the largest there is. */
  readonly depthWeights: readonly { readonly limit: number; readonly weight: number }[];
  /** How diffs are batched, by the suffix of `<s>@depth`; 0: after every action of the market. */
  readonly depthPeriodsMs: Readonly<Record<string, number>>;
  readonly klinePeriodMs: number;
  /** `id` of a request is an unsigned integer and nothing else. */
  readonly hasNumericIdsOnly: boolean;
}

const spot: MarketRules = {
  market: 'spot',
  restPrefix: '/api/v3',
  hasSharedIds: false,
  hasRoutes: false,
  messagesPerSecondMax: 5,
  streamsMax: 1_024,
  weightPerMinuteMax: 6_000,
  exchangeInfoWeight: 20,
  depthLimitDefault: 100,
  depthWeights: [
    { limit: 100, weight: 5 },
    { limit: 500, weight: 25 },
    { limit: 1_000, weight: 50 },
    { limit: 5_000, weight: 250 },
  ],
  depthPeriodsMs: { '': 1_000, '@100ms': 100 },
  klinePeriodMs: 2_000,
  hasNumericIdsOnly: false,
};

const usdm: MarketRules = {
  market: 'usdm',
  restPrefix: '/fapi/v1',
  hasSharedIds: true,
  hasRoutes: true,
  messagesPerSecondMax: 10,
  streamsMax: 1_024,
  weightPerMinuteMax: 2_400,
  exchangeInfoWeight: 1,
  depthLimitDefault: 500,
  depthWeights: [
    { limit: 50, weight: 2 },
    { limit: 100, weight: 5 },
    { limit: 500, weight: 10 },
    { limit: 1_000, weight: 20 },
  ],
  // 0 ms is not documented, but it is what recordings of 2024 are made of.
  depthPeriodsMs: { '': 250, '@500ms': 500, '@100ms': 100, '@0ms': 0 },
  klinePeriodMs: 250,
  hasNumericIdsOnly: true,
};

export const rulesOf: Readonly<Record<BinanceMarket, MarketRules>> = { spot, us: { ...spot, market: 'us' }, usdm };
