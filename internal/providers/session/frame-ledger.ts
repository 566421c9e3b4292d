import { Outcome } from './venue.ts';

/** Names that are told apart; more count under one, because a venue's text must not grow our memory. */
const NAMES_MAX = 64;

/**
 * Every frame of a provider in exactly one column: events + control + ignored + unknown + deadLettered = frames. What still
 * waits is in no column yet.
 */
export class FrameLedger {
  frames = 0;
  bytes = 0;
  events = 0;
  control = 0;
  ignored = 0;
  unknown = 0;
  deadLettered = 0;
  /** Of the dead-lettered: frames that found no event in the pool in time. */
  refused = 0;
  /** Frames and snapshots that could not be read as what they are. */
  decodeErrors = 0;
  /** Dead letters that are no frames: snapshots that could not be read. */
  badSnapshots = 0;
  /** Dead letters that are no frames: lines of a recording that are no record. */
  brokenRecords = 0;
  readonly #unknownKinds = new Map<string, number>();
  readonly #drift = new Map<string, number>();

  /** Frames and snapshots that lack a key of the schema, by key, such as `trade.p`. */
  get drift(): ReadonlyMap<string, number> {
    return this.#drift;
  }

  /** Unknown frames by kind. */
  get unknownKinds(): ReadonlyMap<string, number> {
    return this.#unknownKinds;
  }

  count(outcome: Outcome): void {
    switch (outcome) {
      case Outcome.Events:
        this.events += 1;
        break;
      case Outcome.Control:
        this.control += 1;
        break;
      case Outcome.Ignored:
        this.ignored += 1;
        break;
      case Outcome.Unknown:
        this.unknown += 1;
        break;
      case Outcome.Bad:
        this.decodeErrors += 1;
        break;
      case Outcome.Dry:
        break; // The frame is tried again, and counted then.
    }
  }

  /** True for the first frame of its kind, which is worth a log line. */
  countUnknown(kind: string): boolean {
    return countIn(this.#unknownKinds, kind);
  }

  /** A key of the venue's schema has vanished. True for the first time. */
  countDrift(key: string): boolean {
    return countIn(this.#drift, key);
  }
}

/** Counts one of a bounded number of names; true for the first of its name. */
function countIn(counts: Map<string, number>, name: string): boolean {
  const key = counts.has(name) || counts.size < NAMES_MAX ? name : 'others';
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  return count === 0;
}
