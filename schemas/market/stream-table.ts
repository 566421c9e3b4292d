import { AppError } from '../../lib/errors/app-error.ts';
import { errors } from '../errors.ts';
import { Instrument, type InstrumentFacts } from './instrument.ts';
import type { Stream } from './stream.ts';

/**
 * Gives every instrument and every stream of the process its integer id. State elsewhere is an array indexed by that id,
 * which is what bounds it: a stream that is not in here has no state anywhere.
 */
export class StreamTable {
  readonly streamLimit: number;
  readonly #streams: Stream[] = [];
  #instrumentCount = 0;

  constructor(streamLimit = 65_536) {
    this.streamLimit = streamLimit;
  }

  get size(): number {
    return this.#streams.length;
  }

  get streams(): readonly Stream[] {
    return this.#streams;
  }

  addInstrument(facts: InstrumentFacts): Instrument {
    const instrument = new Instrument(facts, this.#instrumentCount);
    this.#instrumentCount += 1;
    return instrument;
  }

  /** @throws AppError STREAM_LIMIT when the table is full. */
  addStream(facts: Omit<Stream, 'id'>): Stream {
    if (this.#streams.length >= this.streamLimit) {
      throw new AppError(errors.streamLimit, { limit: this.streamLimit, provider: facts.provider, symbol: facts.instrument.symbol });
    }
    const stream: Stream = Object.freeze({
      id: this.#streams.length,
      provider: facts.provider,
      venue: facts.venue,
      market: facts.market,
      channel: facts.channel,
      instrument: facts.instrument,
    });
    this.#streams.push(stream);
    return stream;
  }
}

