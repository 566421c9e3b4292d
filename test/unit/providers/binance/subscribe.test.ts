import { describe, expect, it } from 'vitest';
import { binanceMarkets } from '../../../../internal/providers/binance/dialect.ts';
import { marketRules } from '../../../../internal/providers/binance/markets.ts';
import { binanceVenue } from '../../../../internal/providers/binance/provider.ts';
import { planLinks, streamName, subscribeMessage } from '../../../../internal/providers/binance/subscribe.ts';
import { parseJson } from '../../../../lib/json/json.ts';
import { StreamTable } from '../../../../schemas/market/stream-table.ts';
import { channels, type Channel, type Stream } from '../../../../schemas/market/stream.ts';

function streamsOf(symbols: readonly string[], wanted: readonly Channel[] = channels): Stream[] {
  const table = new StreamTable();
  return symbols.flatMap((venueSymbol) => {
    const instrument = table.addInstrument({ symbol: venueSymbol, venueSymbol, base: '', quote: '', priceScale: 0, quantityScale: 0 });
    return wanted.map((channel) => table.addStream({ provider: 'p', venue: 'binance', market: 'spot', channel, instrument }));
  });
}

describe('stream names', () => {
  it.each([
    ['spot', 'trade', 'btcusdt@trade'],
    ['us', 'trade', 'btcusdt@trade'],
    ['usdm', 'trade', 'btcusdt@aggTrade'],
    ['spot', 'ticker', 'btcusdt@bookTicker'],
    ['usdm', 'book', 'btcusdt@depth@100ms'],
    ['spot', 'kline', 'btcusdt@kline_1m'],
  ] as const)('%s %s is %s', (market, channel, expected) => {
    expect(streamName(market, streamsOf(['BTCUSDT'], [channel])[0]!)).toBe(expected);
  });

  it('are lower case before the @, also for dated contracts', () => {
    expect(streamName('usdm', streamsOf(['BTCUSDT_260925'], ['book'])[0]!)).toBe('btcusdt_260925@depth@100ms');
  });
});

describe('the plan of connections', () => {
  it('takes one connection while the venue allows as many streams on it, and one more beyond', () => {
    const streams = streamsOf(Array.from({ length: 1_025 }, (_, index) => `S${index}`), ['trade']);
    const plans = planLinks('spot', streams);
    expect(plans.map(({ path, names }) => [path, names.length])).toEqual([['/stream', 1_024], ['/stream', 1]]);
    expect(planLinks('spot', streams.slice(0, 1_024))).toHaveLength(1);
    expect(plans.flatMap((plan) => plan.streams)).toEqual(streams);
    expect(new Set(plans.flatMap(({ names }) => names)).size).toBe(1_025);
  });

  it('splits futures by route: books and tickers are public, trades and candles are market', () => {
    const plans = planLinks('usdm', streamsOf(['BTCUSDT', 'ETHUSDT']));
    expect(plans.map(({ path, names }) => [path, [...names]])).toEqual([
      ['/market/stream', ['btcusdt@aggTrade', 'btcusdt@kline_1m', 'ethusdt@aggTrade', 'ethusdt@kline_1m']],
      ['/public/stream', ['btcusdt@bookTicker', 'btcusdt@depth@100ms', 'ethusdt@bookTicker', 'ethusdt@depth@100ms']],
    ]);
    for (const { names, streams } of plans) expect(names).toEqual(streams.map((stream) => streamName('usdm', stream)));
  });

  it('is empty without streams', () => {
    expect(planLinks('spot', [])).toEqual([]);
  });
});

describe('the venue', () => {
  it('asks for names with an unsigned whole number as id', () => {
    expect(parseJson(subscribeMessage(['a@trade', 'b@trade'], 7))).toEqual({ method: 'SUBSCRIBE', params: ['a@trade', 'b@trade'], id: 7 });
  });

  it.each(binanceMarkets)('%s asks for its instruments and snapshots under its own prefix and at its own price', (market) => {
    const venue = binanceVenue(market);
    const prefix = market === 'usdm' ? '/fapi/v1' : '/api/v3';
    expect(venue.instrumentsRequest.path).toBe(`${prefix}/exchangeInfo`);
    expect(venue.snapshotRequest(streamsOf(['BTCUSDT'], ['book'])[0]!)).toEqual({
      path: `${prefix}/depth`,
      query: { symbol: 'BTCUSDT', limit: '1000' },
      weight: marketRules[market].depthWeight,
    });
    // The lifetime ends before the venue's 24 hours, and we send no faster than it allows.
    expect(venue.limits.lifetimeMs).toBeLessThan(24 * 3_600_000);
    expect(1_000 / venue.limits.messageIntervalMs).toBeLessThanOrEqual(market === 'usdm' ? 10 : 5);
  });

  it.each([
    ['https://www.binance.com/api/v1/depth?symbol=ZILUSDT&limit=1000', '', { kind: 'snapshot', venueSymbol: 'ZILUSDT' }],
    ['https://fapi.binance.com/fapi/v1/depth?limit=1000&symbol=BTCUSDT', '', { kind: 'snapshot', venueSymbol: 'BTCUSDT' }],
    ['/api/v3/depth?limit=5', '', { kind: 'snapshot', venueSymbol: '' }],
    ['', 'depth_snapshot(limit=1000)', { kind: 'snapshot', venueSymbol: '' }],
    ['https://api.binance.com/api/v3/exchangeInfo', '', { kind: 'instruments' }],
    ['https://api.binance.com/api/v3/time', '', null],
    ['', 'trade', null],
  ])('reads the recorded answer of %j %j', (url, channel, expected) => {
    expect(binanceVenue('spot').readRecordedUrl(url, channel)).toEqual(expected);
  });
});
