import { Side } from '../../lib/ladder/ladder.ts';
import type { BookLevel, BookReader, BookState, BookView } from '../ports/book-reader.ts';
import type { BookAssembler } from './assembler.ts';
import type { KeptBook } from './kept-book.ts';

/** Where plugins look books up: read-only views by provider and symbol, made once per book. */
export class BookShelf implements BookReader {
  readonly #assembler: BookAssembler;
  readonly #views = new Map<string, BookView>();
  #known = 0;

  constructor(assembler: BookAssembler) {
    this.#assembler = assembler;
  }

  view(provider: string, symbol: string): BookView | null {
    const books = this.#assembler.books;
    for (; this.#known < books.length; this.#known += 1) {
      const kept = books[this.#known]!;
      this.#views.set(keyOf(kept.stream.provider, kept.stream.instrument.symbol), new KeptBookView(kept));
    }
    return this.#views.get(keyOf(provider, symbol)) ?? null;
  }
}

class KeptBookView implements BookView {
  readonly #kept: KeptBook;

  constructor(kept: KeptBook) {
    this.#kept = kept;
  }

  get provider(): string {
    return this.#kept.stream.provider;
  }

  get symbol(): string {
    return this.#kept.stream.instrument.symbol;
  }

  get state(): BookState {
    return this.#kept.state;
  }

  get sequence(): number {
    return this.#kept.book.last;
  }

  get bidCount(): number {
    return this.#kept.book.bids.size;
  }

  get askCount(): number {
    return this.#kept.book.asks.size;
  }

  bid(depth: number): BookLevel | null {
    return this.#kept.book.level(Side.Bid, depth);
  }

  ask(depth: number): BookLevel | null {
    return this.#kept.book.level(Side.Ask, depth);
  }
}

function keyOf(provider: string, symbol: string): string {
  return `${provider} ${symbol}`;
}
