import { formatDecimal } from '../../../lib/decimal/decimal.ts';
import { qualityNames, Quality, type TickerEvent } from '../../../schemas/events/event.ts';
import type { BookReader, BookState } from '../../ports/book-reader.ts';

/** What is known about the best of one symbol. From its book where one is kept, from its last ticker elsewhere. */
export class BestRow {
  readonly provider: string;
  readonly symbol: string;
  hasBook = false;
  /** When the last event about it was received. */
  seenMonotonicMs = 0;
  seenWallMs = 0;
  eventQuality: Quality = Quality.Live;
  /** The most digits after the point that were shown so far. */
  priceDigits = 0;
  quantityDigits = 0;
  readonly #books: BookReader;
  #ticker: TickerEvent | null = null;

  constructor(provider: string, symbol: string, books: BookReader) {
    this.provider = provider;
    this.symbol = symbol;
    this.#books = books;
  }

  takeTicker(event: TickerEvent): void {
    this.#ticker = event;
  }

  /** As it is now. A book that is not live still shows its last levels, and its state says what they are worth. */
  best(): Best {
    const view = this.hasBook ? this.#books.view(this.provider, this.symbol) : null;
    if (view !== null) {
      const bid = view.bid(0);
      const ask = view.ask(0);
      return makeBest(bid?.price, bid?.quantity, ask?.price, ask?.quantity, view.state);
    }
    const ticker = this.#ticker;
    const state = qualityNames[this.eventQuality];
    if (ticker === null) return makeBest(undefined, undefined, undefined, undefined, this.hasBook ? 'empty' : state);
    const { payload, priceScale, quantityScale } = ticker;
    const hasBid = payload.bidQuantity !== 0;
    const hasAsk = payload.askQuantity !== 0;
    return makeBest(
      hasBid ? formatDecimal(payload.bidPrice, priceScale) : undefined,
      hasBid ? formatDecimal(payload.bidQuantity, quantityScale) : undefined,
      hasAsk ? formatDecimal(payload.askPrice, priceScale) : undefined,
      hasAsk ? formatDecimal(payload.askQuantity, quantityScale) : undefined,
      state,
    );
  }
}

/** Texts, ready to be shown; '-' where there is nothing. */
export interface Best {
  readonly bidQuantity: string;
  readonly bid: string;
  readonly ask: string;
  readonly askQuantity: string;
  /** In hundredths of a percent of the middle; negative when the book is crossed. */
  readonly spreadBps: string;
  readonly state: BookState;
}

function makeBest(bid = NONE, bidQuantity = NONE, ask = NONE, askQuantity = NONE, state: BookState): Best {
  return { bidQuantity, bid, ask, askQuantity, spreadBps: spreadOf(bid, ask), state };
}

function spreadOf(bid: string, ask: string): string {
  if (bid === NONE || ask === NONE) return NONE;
  const low = Number(bid);
  const high = Number(ask);
  const middle = (low + high) / 2;
  return middle > 0 ? (((high - low) / middle) * 10_000).toFixed(2) : NONE;
}

const NONE = '-';
