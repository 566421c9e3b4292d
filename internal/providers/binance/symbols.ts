import { canonicalDecimal, SCALE_MAX } from '../../../lib/decimal/decimal.ts';
import { AppError } from '../../../lib/errors/app-error.ts';
import { tryParseJson } from '../../../lib/json/json.ts';
import { errors } from '../../../schemas/errors.ts';
import type { InstrumentFacts } from '../../../schemas/market/instrument.ts';
import type { VenueInstrument } from '../session/venue.ts';

/**
 * The venue's instrument list, `GET /api/v3/exchangeInfo` (USD-M: `/fapi/v1/exchangeInfo`):
 *
 *   {"symbols":[{"symbol":"ETHBTC","status":"TRADING","baseAsset":"ETH","quoteAsset":"BTC",
 *     "filters":[{"filterType":"PRICE_FILTER","tickSize":"0.00000100"},{"filterType":"LOT_SIZE","stepSize":"0.00100000"}]}]}
 *
 * A symbol is never split by its letters when the list names base and quote. Futures add `contractType` and dated symbols
 * such as `BTCUSDT_260925`, which become BTC-USDT-260925. Scales come from tick and step, not from the precision fields. A `status`
 * other than TRADING (BREAK, HALT, PENDING_TRADING, SETTLING, …) cannot be traded now; a list without it says nothing of that.
 *
 * @throws AppError INSTRUMENTS_REFUSED with what was found instead of a list
 */
export function readExchangeInfo(body: Buffer): VenueInstrument[] {
  const parsed = tryParseJson(body.toString());
  if (!parsed.ok) throw new AppError(errors.instrumentsRefused, { found: parsed.reason });
  const list = fieldOf(parsed.value, 'symbols');
  if (!Array.isArray(list)) throw new AppError(errors.instrumentsRefused, { expected: 'symbols[]', found: body.subarray(0, 120).toString() });
  return list.map(readSymbol).filter((facts) => facts !== null);
}

function readSymbol(entry: unknown): VenueInstrument | null {
  const venueSymbol = fieldOf(entry, 'symbol');
  const base = fieldOf(entry, 'baseAsset');
  const quote = fieldOf(entry, 'quoteAsset');
  if (typeof venueSymbol !== 'string' || typeof base !== 'string' || typeof quote !== 'string') return null;
  const filters = fieldOf(entry, 'filters');
  const status = fieldOf(entry, 'status');
  return {
    symbol: canonicalOf(venueSymbol, base, quote),
    venueSymbol,
    base,
    quote,
    priceScale: scaleOf(filters, 'PRICE_FILTER', 'tickSize'),
    quantityScale: scaleOf(filters, 'LOT_SIZE', 'stepSize'),
    isTrading: status === undefined || status === 'TRADING',
  };
}

function canonicalOf(venueSymbol: string, base: string, quote: string): string {
  const delivery = /_(\d{6})$/.exec(venueSymbol);
  return delivery === null ? `${base}-${quote}` : `${base}-${quote}-${delivery[1]!}`;
}

/** Digits after the point of a filter's step; 0 where the venue sets none (`"0"` disables the rule). */
function scaleOf(filters: unknown, filterType: string, key: string): number {
  if (!Array.isArray(filters)) return 0;
  const filter: unknown = filters.find((candidate) => fieldOf(candidate, 'filterType') === filterType);
  const step = fieldOf(filter, key);
  const text = typeof step === 'string' ? canonicalDecimal(step) : null;
  if (text === null || !text.includes('.')) return 0;
  return Math.min(text.length - text.indexOf('.') - 1, SCALE_MAX);
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** Quote currencies by which a symbol is split when there is no list; longer ones first where one ends in another. */
const QUOTES = [
  'FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USDP', 'USDS', 'BIDR', 'BKRW', 'IDRT', 'BVND', 'DAI', 'PAX', 'UST', 'VAI', 'EUR', 'GBP', 'AUD', 'BRL', 'TRY', 'RUB',
  'UAH', 'NGN', 'ZAR', 'PLN', 'RON', 'ARS', 'JPY', 'CZK', 'MXN', 'COP', 'USD', 'BTC', 'ETH', 'BNB', 'TRX', 'XRP', 'DOGE', 'DOT', 'SOL',
] as const;

/** BNBUSD is BNB-USD and not BN-BUSD: a dollar coin is taken for the quote only where it leaves a base of three letters. */
function baseLengthMin(quote: string): number {
  return quote.length > 3 && quote.endsWith('USD') ? 3 : 1;
}

/** Splits a symbol by the quote currencies the venue has had; one that ends in none keeps its own spelling as its name. */
export function guessInstrument(venueSymbol: string): InstrumentFacts {
  const parts = /^([^_]+)_([^_]+)$/.exec(venueSymbol);
  const pair = parts === null ? venueSymbol : parts[1]!;
  const delivery = parts === null ? undefined : parts[2]!;
  const quote = QUOTES.find((candidate) => pair.endsWith(candidate) && pair.length - candidate.length >= baseLengthMin(candidate));
  const base = quote === undefined ? pair : pair.slice(0, -quote.length);
  const name = quote === undefined ? pair : `${base}-${quote}`;
  return {
    symbol: delivery === undefined ? name : `${name}-${delivery}`,
    venueSymbol,
    base,
    quote: quote ?? '',
    priceScale: 0,
    quantityScale: 0,
  };
}
