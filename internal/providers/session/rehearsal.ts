import { eventFor, type CanonicalEvent } from '../../../schemas/events/event.ts';
import { StreamTable } from '../../../schemas/market/stream-table.ts';
import { channels, type Channel } from '../../../schemas/market/stream.ts';
import { WsFrame } from '../../../schemas/market/ws-frame.ts';
import { SymbolBoard, type SymbolEntry } from './symbol-board.ts';
import { Outcome, type DecodeDesk, type Venue } from './venue.ts';

/** Enough for the machine code of most of what a frame passes through; the optimising compiler goes on with real ones. */
const ROUNDS = 64;

/**
 * Plays a venue's sample frames to a decoder of its own whose events go nowhere, so that the first real frames find everything
 * compiled: the first trade of a cold decoder takes milliseconds, a later one microseconds.
 *
 * @returns false when a sample did not become what it should: a fault of the venue's files
 */
export function rehearse(venue: Venue): boolean {
  const desk = new RehearsalDesk(venue);
  const decoder = venue.decoder(desk);
  const frames = venue.samples.frames.map(frameOf);
  const snapshot = frameOf(venue.samples.snapshot);
  let areTaken = true;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const frame of frames) {
      const outcome = decoder.decode(frame);
      if (outcome !== Outcome.Events && outcome !== Outcome.Control) areTaken = false;
    }
    for (const entry of desk.board.entries) {
      if (entry.book !== null && decoder.decodeSnapshot(entry.book, snapshot) !== Outcome.Events) areTaken = false;
    }
  }
  return areTaken;
}

class RehearsalDesk implements DecodeDesk {
  readonly board: SymbolBoard;
  readonly #venue: Venue;
  readonly #events: Readonly<Record<Channel, CanonicalEvent>> = { trade: eventFor('trade'), ticker: eventFor('ticker'), book: eventFor('book'), kline: eventFor('kline') };

  constructor(venue: Venue) {
    this.#venue = venue;
    this.board = new SymbolBoard({ provider: 'rehearsal', venue: venue.venue, market: venue.market, symbols: ['*'], channels }, new StreamTable());
  }

  symbol(venueSymbol: string): SymbolEntry {
    return this.board.find(venueSymbol) ?? this.board.add(this.#venue.guessInstrument(venueSymbol), true);
  }

  tryAcquire(channel: Channel): CanonicalEvent {
    return this.#events[channel];
  }

  release(event: CanonicalEvent): void {
    event.reset();
  }

  emit(event: CanonicalEvent): void {
    event.reset();
  }

  onReply(): void {
    // Nobody asked.
  }

  onFarewell(): void {
    // Nothing is connected.
  }
}

function frameOf(text: string): WsFrame {
  const frame = new WsFrame();
  frame.data = Buffer.from(text);
  return frame;
}
