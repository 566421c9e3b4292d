import { tryParseJson } from '../../../lib/json/json.ts';
import type { Decoder as FrameDecoder } from '../../../lib/simdjson/decoder.ts';
import type { Levels } from '../../../lib/simdjson/levels.ts';
import { Scaled } from '../../../lib/simdjson/scaled.ts';
import { eventTypeNames, type BookEvent, type CanonicalEvent, type EventType } from '../../../schemas/events/event.ts';
import { widen } from '../../../schemas/market/instrument.ts';
import type { Channel, Stream } from '../../../schemas/market/stream.ts';
import type { WsFrame } from '../../../schemas/market/ws-frame.ts';
import type { SymbolEntry } from './symbol-board.ts';
import { Outcome, type DecodeDesk } from './venue.ts';

/**
 * From slots to events, the same for every venue: symbols by their atoms, numbers at their instruments' scales, which grow where a
 * number needs it, and a word on what was wrong.
 *
 *   open ─▶ begin ─▶ price, quantity, id, side … ─▶ mustRefill? ─ yes ─▶ begin again
 *                          └─ false or -1 ─▶ abandon         └─ no ─▶ emit (the venue's decoder)
 *
 * The slots hold one frame until the next one is decoded, and giving an event away can decode the next one (a book that asks for
 * a snapshot which is already here): so an event is filled first, and nothing is read from the slots after it is given away.
 */
export class SlotReader {
  /** What was wrong with the last frame that was refused. */
  fault = '';
  /** The key of the schema that it lacks, such as `trade.p`; '' when it was bad in another way. */
  drift = '';
  dryChannel: Channel = 'trade';
  readonly #slots: FrameDecoder;
  readonly #desk: DecodeDesk;
  readonly #scaleMax: number;
  /** What is wanted of the symbol of each atom that is one. */
  readonly #symbols: (SymbolEntry | undefined)[] = [];
  #data: Buffer = NO_DATA;
  #path = '';
  #missingKey = '';
  /** A number of the event needs a finer scale than its instrument has. */
  #isFiner = false;

  /**
   * @param scaleMax the finest scale a frame may widen its instrument to: what has more decimals than the venue ever quotes is wrong,
   * and must not leave the instrument at a scale where no ordinary price fits 2^53 any more
   */
  constructor(slots: FrameDecoder, desk: DecodeDesk, scaleMax: number) {
    this.#slots = slots;
    this.#desk = desk;
    this.#scaleMax = scaleMax;
  }

  /** The slots hold this frame now; `path` leads to where its keys stand (`data.`), for words about those that are missing. */
  turnTo(data: Buffer, path: string): void {
    this.#data = data;
    this.#path = path;
    this.drift = '';
  }

  /** Undefined for a symbol that is not known; those that are wanted are found by their atom from the second frame on. */
  symbol(record: number, slot: number): SymbolEntry | undefined {
    const known = this.#symbols[this.#slots.atom(record, slot)];
    if (known !== undefined) return known;
    const entry = this.#desk.symbol(this.#slots.text(record, slot));
    if (entry === undefined || !entry.isWanted) return entry;
    const atom = this.#slots.internAtom(record, slot);
    if (atom >= 0) this.#symbols[atom] = entry;
    return entry;
  }

  /** An event of the stream that came with the frame; null when the pool is dry. */
  open(frame: WsFrame, type: EventType, stream: Stream): CanonicalEvent | null {
    const event = this.#desk.tryAcquire(stream.channel);
    if (event === null) {
      this.dryChannel = stream.channel;
      return null;
    }
    event.type = type;
    event.stream = stream;
    event.epoch = frame.epoch;
    event.receivedTimeUs = frame.receivedTimeUs;
    event.receivedMonotonicMs = frame.receivedMonotonicMs;
    event.traceId = frame.traceId;
    return event;
  }

  /** Before an event is filled, and before it is filled again. */
  begin(event: CanonicalEvent): void {
    const { instrument } = event.stream;
    this.#isFiner = false;
    this.#missingKey = '';
    event.priceScale = instrument.priceScale;
    event.quantityScale = instrument.quantityScale;
  }

  /** After an event was filled: true when that grew its instrument's scales, and what was read before is not at them. */
  mustRefill({ stream, priceScale, quantityScale }: CanonicalEvent): boolean {
    if (!this.#isFiner) return false;
    widen(stream.instrument, priceScale, quantityScale);
    return true;
  }

  /** The event cannot be filled: it goes back, and the frame is bad. */
  abandon(event: CanonicalEvent): Outcome {
    if (this.#missingKey !== '') this.drift = `${eventTypeNames[event.type]}.${this.#missingKey}`;
    this.#desk.release(event);
    return Outcome.Bad;
  }

  bad(fault: string): Outcome {
    this.fault = fault;
    return Outcome.Bad;
  }

  /** Well-formed, and of a kind or symbol that nobody knows: `name` is what it is counted under. */
  unknown(name: string): Outcome {
    this.fault = name;
    return Outcome.Unknown;
  }

  /** False, so that a filling method can end with it. */
  refuse(fault: string): false {
    this.fault = fault;
    return false;
  }

  has(needs: Needs, record: number): boolean {
    const present = this.#slots.presence[record]!;
    return needs.areMet(present) || this.isMissing(needs.missing(present));
  }

  /** Slots do not tell what is not there from what is null or empty, but the schema drifts by the former alone. */
  isMissing(key: string): false {
    const value = valueAt(this.#data, `${this.#path}${key}`);
    if (value === undefined) this.#missingKey = key;
    return this.refuse(value === undefined ? `${key} is missing` : `${key} is ${value === null ? 'null' : 'empty'}`);
  }

  /** Ids, counts and times: not negative, and exact (a double beyond 2^53 - 1 may be rounded). -1, and `fault` says why, otherwise. */
  id(record: number, slot: number, key: string): number {
    const value = this.#slots.number(record, slot);
    if (isId(value)) return value;
    this.outOfRange(record, slot, key);
    return -1;
  }

  outOfRange(record: number, slot: number, key: string): false {
    return this.refuse(`${key} ${this.#slots.digits(record, slot).slice(0, SHOWN_MAX)} is out of range`);
  }

  /** At the event's scale; -1, and `fault` says why, when that cannot be. */
  price(event: CanonicalEvent, record: number, slot: number, key: string): number {
    const price = this.#slots.mantissaAt(record, slot, event.priceScale);
    return price >= 0 ? price : this.#misfit(event, record, slot, key, false);
  }

  quantity(event: CanonicalEvent, record: number, slot: number, key: string): number {
    const quantity = this.#slots.mantissaAt(record, slot, event.quantityScale);
    return quantity >= 0 ? quantity : this.#misfit(event, record, slot, key, true);
  }

  /** Writes pairs of price and quantity straight from the slots, and returns how many; -1 when one of them cannot be. */
  side(levels: Levels, into: number[], event: BookEvent, key: string): number {
    while (levels.rescale(event.priceScale, event.quantityScale) !== Scaled.Ok) {
      const { isQuantity, misfit, scaleNeeded } = levels;
      const found = `${key}[${misfit}] ${String((isQuantity ? levels.quantities : levels.prices)[misfit])}`;
      if (!this.#refine(event, isQuantity, scaleNeeded, found)) return -1;
    }
    const { count, ownPrices, ownQuantities } = levels;
    for (let i = 0; i < count; i += 1) {
      const price = ownPrices[i]!;
      const quantity = ownQuantities[i]!;
      if (price < 0 || quantity < 0) return this.refuse(`${key}[${i}] ${levels.prices[i]} x ${levels.quantities[i]} is negative`), -1;
      into[i * 2] = price;
      into[i * 2 + 1] = quantity;
    }
    return count;
  }

  /** The number at the finer scale that it needs; -1 when it is negative or fits no scale. */
  #misfit(event: CanonicalEvent, record: number, slot: number, key: string, isQuantity: boolean): number {
    const slots = this.#slots;
    const { scaleNeeded } = slots;
    const found = `${key} ${slots.digits(record, slot).slice(0, SHOWN_MAX)}`;
    if (slots.number(record, slot) < 0) return this.refuse(`${found} is negative`), -1;
    if (!this.#refine(event, isQuantity, scaleNeeded, found)) return -1;
    const value = slots.mantissaAt(record, slot, isQuantity ? event.quantityScale : event.priceScale);
    return value >= 0 ? value : (this.refuse(`${found} passes 2^53 at ${scaleNeeded} decimals`), -1);
  }

  /** The event goes on at `scaleNeeded` decimals; its instrument follows when all of the event is good. False when it must not. */
  #refine(event: CanonicalEvent, isQuantity: boolean, scaleNeeded: number, found: string): boolean {
    const scale = isQuantity ? event.quantityScale : event.priceScale;
    if (scaleNeeded <= scale) return this.refuse(`${found} is no exact integer within 2^53 at ${scale} decimals`);
    if (scaleNeeded > Math.max(this.#scaleMax, scale)) return this.refuse(`${found} has more than ${this.#scaleMax} decimals`);
    if (isQuantity) event.quantityScale = scaleNeeded;
    else event.priceScale = scaleNeeded;
    this.#isFiner = true;
    return true;
  }
}

/** Keys that a message must have, and the slots they go to. */
export class Needs {
  readonly #mask: number;
  readonly #slots: readonly (readonly [string, number])[];

  constructor(keys: Readonly<Record<string, number>>) {
    this.#slots = Object.entries(keys);
    this.#mask = this.#slots.reduce((mask, [, slot]) => mask | (1 << slot), 0);
  }

  areMet(present: number): boolean {
    return (present & this.#mask) === this.#mask;
  }

  missing(present: number): string {
    return this.#slots.find(([, slot]) => ((present >>> slot) & 1) === 0)![0];
  }
}

export function isId(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

const SHOWN_MAX = 40;
const NO_DATA = Buffer.alloc(0);

/** What stands at a path such as `data.k.t` of a frame; undefined where nothing does. For frames that are refused: it parses the whole. */
function valueAt(data: Buffer, path: string): unknown {
  const parsed = tryParseJson(data.toString());
  let value: unknown = parsed.ok ? parsed.value : undefined;
  for (const key of path.split('.')) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}
