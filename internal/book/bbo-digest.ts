import { createHash, type Hash } from 'node:crypto';
import { Side } from '../../lib/ladder/ladder.ts';
import type { Book } from './book.ts';

/**
 * A fingerprint of everything a book has been: sha256 over one line per applied snapshot or update,
 * `bestBid|bestBidQty|bestAsk|bestAskQty\n` in decimal text without trailing zeros, empty fields for an empty side.
 *
 * It pins every state on the way, not only the last one, so two runs with the same digest saw the same book.
 */
export class BboDigest {
  readonly #hash: Hash = createHash('sha256');

  /** The book has just taken in a snapshot or an update. */
  applied(book: Book): void {
    const bid = book.level(Side.Bid, 0);
    const ask = book.level(Side.Ask, 0);
    this.#hash.update(`${bid?.price ?? ''}|${bid?.quantity ?? ''}|${ask?.price ?? ''}|${ask?.quantity ?? ''}\n`);
  }

  /** Of all lines so far, as lower-case hex; more lines may follow. */
  hex(): string {
    return this.#hash.copy().digest('hex');
  }
}
