import type { HttpServer } from '../../lib/http/server.ts';
import type { WsPeer } from '../../lib/ws/server.ts';
import type { LevelText } from './limit-book.ts';

/** A venue's protocol over a seeded market: what exchange.ts needs of it to put it on the network and let time pass. */
export interface SimulatedVenue {
  /** Adds the venue's REST calls. */
  serveOn(http: HttpServer): void;
  /** Whether the venue serves WebSockets at this path and query. */
  knows(url: string): boolean;
  connect(peer: WsPeer): void;
  /** One action of the market. @returns how many frames it made */
  step(wallMs: number): number;
  /** Says what is due by now. @returns how many frames it made */
  beat(wallMs: number): number;
  /** Says everything that waits to be said. */
  flush(wallMs: number): void;
  /** The whole book. @throws AppError SYMBOL_UNKNOWN */
  book(symbol: string): BookView;
  readonly symbols: readonly string[];
  /** Market data frames handed to connections since the start. */
  readonly framesSent: number;
}

/** The simulator's own book: the truth for whoever rebuilds it. Decimal text without trailing zeros, best first. */
export interface BookView {
  /** The venue's spelling. */
  readonly symbol: string;
  /** The id of the last change in it. */
  readonly updateId: number;
  readonly bids: readonly LevelText[];
  readonly asks: readonly LevelText[];
}
