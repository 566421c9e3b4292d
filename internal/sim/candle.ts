import { assert } from '../../lib/assert/assert.ts';
import { TakerSide } from '../../schemas/events/payloads.ts';
import type { Trade } from './trade.ts';

export const CANDLE_MS = 60_000;

/**
 * One minute of one instrument's trades, reused for the next. A minute without trades keeps the price of the last one.
 *
 * Turnover in quote is a product of two integers and summed up: it may pass 2^53, hence BigInt.
 */
export class Candle {
  openMs = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  tradeCount = 0;
  /** -1 while there is no trade. */
  firstTradeId = -1;
  quantity = 0;
  takerBuyQuantity = 0;
  #quote = 0n;
  #takerBuyQuote = 0n;
  readonly #quoteScale: number;

  constructor(price: number, nowMs: number, quoteScale: number) {
    this.#quoteScale = quoteScale;
    this.close = price;
    this.begin(nowMs);
  }

  /** The last millisecond that belongs to it. */
  get closeMs(): number {
    return this.openMs + CANDLE_MS - 1;
  }

  get quoteVolume(): string {
    return decimalText(this.#quote, this.#quoteScale);
  }

  get takerBuyQuoteVolume(): string {
    return decimalText(this.#takerBuyQuote, this.#quoteScale);
  }

  /** Forgets its trades and starts as the minute that holds `nowMs`. */
  begin(nowMs: number): void {
    this.openMs = Math.floor(nowMs / CANDLE_MS) * CANDLE_MS;
    this.open = this.close;
    this.high = this.close;
    this.low = this.close;
    this.tradeCount = 0;
    this.firstTradeId = -1;
    this.quantity = 0;
    this.takerBuyQuantity = 0;
    this.#quote = 0n;
    this.#takerBuyQuote = 0n;
  }

  add(trade: Trade): void {
    if (this.tradeCount === 0) {
      this.open = trade.price;
      this.high = trade.price;
      this.low = trade.price;
      this.firstTradeId = trade.id;
    }
    this.high = Math.max(this.high, trade.price);
    this.low = Math.min(this.low, trade.price);
    this.close = trade.price;
    this.tradeCount += 1;
    const quote = BigInt(trade.price) * BigInt(trade.quantity);
    this.quantity += trade.quantity;
    this.#quote += quote;
    if (trade.takerSide === TakerSide.Buy) {
      this.takerBuyQuantity += trade.quantity;
      this.#takerBuyQuote += quote;
    }
    assert(Number.isSafeInteger(this.quantity), 'a minute of quantity is a safe integer');
  }
}

/** Decimal text without trailing zeros. */
function decimalText(mantissa: bigint, scale: number): string {
  const digits = String(mantissa).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/\.?0+$/, '');
}
