import { EventPools } from '../../internal/dispatcher/event-pools.ts';
import { binanceVenue } from '../../internal/providers/binance/provider.ts';
import type { BinanceMarket } from '../../internal/providers/binance/dialect.ts';
import { SymbolBoard, type SymbolEntry } from '../../internal/providers/session/symbol-board.ts';
import { Outcome, type DecodeDesk, type Decoder, type Venue } from '../../internal/providers/session/venue.ts';
import { ManualClock } from '../../lib/clock/manual-clock.ts';
import type { CanonicalEvent } from '../../schemas/events/event.ts';
import { StreamTable } from '../../schemas/market/stream-table.ts';
import { channels, type Channel } from '../../schemas/market/stream.ts';
import { WsFrame } from '../../schemas/market/ws-frame.ts';

export const RECEIVED_US = 1_672_515_782_140_250;

/** A decoder with a real pool and a real board of symbols behind it; keeps copies of what it emits and what it hears. */
export class DecodeBench implements DecodeDesk {
  readonly venue: Venue;
  readonly decoder: Decoder;
  readonly board: SymbolBoard;
  readonly pools: EventPools;
  readonly events: CanonicalEvent[] = [];
  readonly replies: string[] = [];
  guesses = true;

  constructor(market: BinanceMarket, symbols: readonly string[] = ['*'], wantedChannels: readonly Channel[] = channels, capacity = 4) {
    this.venue = binanceVenue(market);
    this.board = new SymbolBoard({ provider: `binance-${market}`, venue: 'binance', market, symbols, channels: wantedChannels }, new StreamTable());
    this.pools = new EventPools(capacity, new ManualClock(), false);
    this.decoder = this.venue.decoder(this);
  }

  get lent(): number {
    return this.pools.counters().reduce((sum, { inUse }) => sum + inUse, 0);
  }

  /** The name of the outcome, and the fault where there is one. */
  decode(text: string | Buffer): string {
    return this.#told(this.decoder.decode(frameOf(text)));
  }

  decodeSnapshot(venueSymbol: string, text: string | Buffer): string {
    return this.#told(this.decoder.decodeSnapshot(this.symbol(venueSymbol)!.book!, frameOf(text)));
  }

  symbol(venueSymbol: string): SymbolEntry | undefined {
    return this.board.find(venueSymbol) ?? (this.guesses ? this.board.add(this.venue.guessInstrument(venueSymbol), true) : undefined);
  }

  tryAcquire(channel: Channel): CanonicalEvent | null {
    return this.pools.tryAcquire(channel);
  }

  release(event: CanonicalEvent): void {
    this.pools.release(event);
  }

  emit(event: CanonicalEvent): void {
    this.events.push(event.clone());
    this.pools.release(event);
  }

  onReply(connection: number, requestId: number, refusal: string): void {
    this.replies.push(`reply ${connection} ${requestId} ${refusal}`.trim());
  }

  onFarewell(connection: number): void {
    this.replies.push(`farewell ${connection}`);
  }

  #told(outcome: Outcome): string {
    const name = Object.entries(Outcome).find(([, value]) => value === outcome)![0];
    return outcome === Outcome.Bad || outcome === Outcome.Unknown ? `${name}: ${this.decoder.fault}` : name;
  }
}

export function frameOf(data: string | Buffer): WsFrame {
  const frame = new WsFrame();
  frame.connection = 2;
  frame.epoch = 3;
  frame.receivedTimeUs = RECEIVED_US;
  frame.receivedMonotonicMs = 12.5;
  frame.traceId = 4_097;
  frame.data = typeof data === 'string' ? Buffer.from(data) : data;
  return frame;
}
