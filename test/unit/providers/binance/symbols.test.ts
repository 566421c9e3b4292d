import { describe, expect, it } from 'vitest';
import { guessInstrument, readExchangeInfo } from '../../../../internal/providers/binance/symbols.ts';
import { formatJson } from '../../../../lib/json/json.ts';

function listOf(...symbols: unknown[]): Buffer {
  return Buffer.from(formatJson({ timezone: 'UTC', symbols }));
}

function entry(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    symbol: 'ETHBTC',
    status: 'TRADING',
    baseAsset: 'ETH',
    quoteAsset: 'BTC',
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: '0.00000100', maxPrice: '100000.00000000', tickSize: '0.00000100' },
      { filterType: 'LOT_SIZE', minQty: '0.00100000', maxQty: '100000.00000000', stepSize: '0.00100000' },
    ],
    ...changes,
  };
}

describe('the instrument list', () => {
  it('gives name, spelling and scales', () => {
    expect(readExchangeInfo(listOf(entry()))).toEqual([{ symbol: 'ETH-BTC', venueSymbol: 'ETHBTC', base: 'ETH', quote: 'BTC', priceScale: 6, quantityScale: 3, isTrading: true }]);
  });

  it.each([
    // tickSize, stepSize, price scale, quantity scale
    ['0.01', '1', 2, 0],
    ['1.00000000', '10', 0, 0],
    ['0', '0', 0, 0],
    ['0.00000000', '0.00000000', 0, 0],
    ['0.5', '0.25', 1, 2],
    ['1e-7', '1e-05', 7, 5],
    [0.01, null, 0, 0],
    ['', 'x', 0, 0],
    ['0.000000000000000001', '0.0000000000000000001', 15, 15],
  ])('reads tick %j and step %j as scales %i and %i', (tickSize, stepSize, priceScale, quantityScale) => {
    const filters = [{ filterType: 'LOT_SIZE', stepSize }, { filterType: 'PRICE_FILTER', tickSize }];
    expect(readExchangeInfo(listOf(entry({ filters })))[0]).toMatchObject({ priceScale, quantityScale });
  });

  it.each([[undefined], [null], ['x'], [[]], [[null, 5, {}]]])('has scale 0 where the filters are %j', (filters) => {
    expect(readExchangeInfo(listOf(entry({ filters })))[0]).toMatchObject({ priceScale: 0, quantityScale: 0 });
  });

  it.each([['TRADING', true], [undefined, true], ['BREAK', false], ['PENDING_TRADING', false], ['', false], [null, false]])('says of status %j that it trades: %j', (status, isTrading) => {
    expect(readExchangeInfo(listOf(entry({ status })))[0]!.isTrading).toBe(isTrading);
  });

  it('names dated contracts by their day, and perpetual ones by base and quote alone', () => {
    const names = [
      entry({ symbol: 'BTCUSDT_260925', baseAsset: 'BTC', quoteAsset: 'USDT', contractType: 'CURRENT_QUARTER' }),
      entry({ symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT', contractType: 'PERPETUAL' }),
      entry({ symbol: '币安人生USDT', baseAsset: '币安人生', quoteAsset: 'USDT' }),
    ];
    expect(readExchangeInfo(listOf(...names)).map(({ symbol }) => symbol)).toEqual(['BTC-USDT-260925', 'BTC-USDT', '币安人生-USDT']);
  });

  it('leaves out what is no symbol and keeps the rest', () => {
    const broken = [null, 5, [], {}, entry({ symbol: 7 }), entry({ baseAsset: null }), entry({ quoteAsset: undefined })];
    expect(readExchangeInfo(listOf(...broken, entry())).map(({ venueSymbol }) => venueSymbol)).toEqual(['ETHBTC']);
  });

  it.each([['not JSON'], ['[]'], ['null'], ['{}'], ['{"symbols":{}}'], ['{"code":-1003,"msg":"Too much request weight used"}']])('refuses %s', (body) => {
    expect(() => readExchangeInfo(Buffer.from(body))).toThrow(expect.objectContaining({ code: 'INSTRUMENTS_REFUSED' }));
  });
});

describe('a symbol without a list', () => {
  it.each([
    ['BTCUSDT', 'BTC-USDT', 'BTC', 'USDT'],
    ['ETHBTC', 'ETH-BTC', 'ETH', 'BTC'],
    ['BTCFDUSD', 'BTC-FDUSD', 'BTC', 'FDUSD'],
    ['BTCUSDC', 'BTC-USDC', 'BTC', 'USDC'],
    ['BTCUSD', 'BTC-USD', 'BTC', 'USD'],
    ['BNBUSD', 'BNB-USD', 'BNB', 'USD'],
    ['HNTUSD', 'HNT-USD', 'HNT', 'USD'],
    ['BTCBUSD', 'BTC-BUSD', 'BTC', 'BUSD'],
    ['1000SHIBUSDT', '1000SHIB-USDT', '1000SHIB', 'USDT'],
    ['USDTTRY', 'USDT-TRY', 'USDT', 'TRY'],
    ['EURUSDT', 'EUR-USDT', 'EUR', 'USDT'],
    ['币安人生USDT', '币安人生-USDT', '币安人生', 'USDT'],
    ['BTCUSDT_240329', 'BTC-USDT-240329', 'BTC', 'USDT'],
    ['BTCUSD_PERP', 'BTC-USD-PERP', 'BTC', 'USD'],
    ['FOOBAR', 'FOOBAR', 'FOOBAR', ''],
    ['USDT', 'USDT', 'USDT', ''],
    ['', '', '', ''],
    ['__proto__', '__proto__', '__proto__', ''],
    ['_240329', '_240329', '_240329', ''],
    ['A_B_C', 'A_B_C', 'A_B_C', ''],
  ])('%j is %s', (venueSymbol, symbol, base, quote) => {
    expect(guessInstrument(venueSymbol)).toEqual({ symbol, venueSymbol, base, quote, priceScale: 0, quantityScale: 0 });
  });
});
