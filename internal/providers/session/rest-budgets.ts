import type { Clock } from '../../../lib/clock/clock.ts';
import { TokenBucket } from '../../../lib/http/token-bucket.ts';

/**
 * The request weight of each REST origin, as one bucket for all who ask there: a venue counts by address, and two providers of
 * one process have the same.
 */
export class RestBudgets {
  readonly #clock: Clock;
  readonly #byOrigin = new Map<string, TokenBucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The first to ask for an origin says how much it grants. */
  of(origin: string, weightPerMinute: number): TokenBucket {
    let bucket = this.#byOrigin.get(origin);
    if (bucket === undefined) {
      // The venue counts weight per minute of the wall clock; 90 % leaves room for what else runs behind this address.
      bucket = new TokenBucket({ clock: this.#clock, capacity: Math.floor(weightPerMinute * 0.9), rate: { windowMs: 60_000 }, waitersMax: 4_096 });
      this.#byOrigin.set(origin, bucket);
    }
    return bucket;
  }
}
