import type { BookView } from './simulated-venue.ts';

/** A running simulated exchange, as its starter steers it. */
export interface SimulatedExchange {
  readonly port: number;
  /** Without a path: `ws://127.0.0.1:9001`. */
  readonly wsUrl: string;
  readonly restUrl: string;
  readonly symbols: readonly string[];
  readonly connectionCount: number;
  /** Market data frames handed to connections since the start. */
  readonly framesSent: number;
  readonly isMarketRunning: boolean;
  /** Cuts every connection without a closing handshake. @returns how many there were */
  disconnectAll(cause?: string): number;
  /** Nothing changes any more, and all that had changed has been said: the last diffs carry the whole book. */
  stopMarket(): void;
  startMarket(): void;
  /** The whole book, as it is. @throws AppError SYMBOL_UNKNOWN */
  book(symbol: string): BookView;
  /** Leaves no timer and no socket. Idempotent. */
  stop(): Promise<void>;
}
