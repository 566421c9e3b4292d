import { isUtf8 } from 'node:buffer';
import { Atoms } from './atoms.ts';
import { Program } from './compile.ts';
import { RootCounters } from './counters.ts';
import { Fallback } from './fallback.ts';
import { INEXACT_SCALE } from './inexact.ts';
import { HAS_FIXUPS, Kernel, NON_ASCII, REASON_BITS } from './kernel.ts';
import type { Levels } from './levels.ts';
import { INPUT_BYTES_MAX, SLOTS } from './limits.ts';
import { moved, scaled, scaleNeededBy } from './scaled.ts';
import type { Rules } from './schema.ts';
import { Count, SlotMemory } from './slots.ts';
import { Reason, Status, statusOf } from './status.ts';

/**
 * Decodes JSON frames by schema into slots, without making objects.
 *
 *   frame ─▶ kernel (wasm, 128-bit vectors) ─▶ slots, levels
 *              └─ what it does not take ─▶ fallback (JSON.parse, same schema) ─▶ the same slots
 *
 * Results stay until the next `decode` of the same decoder: apply them or copy them at once. A slot is only there when its
 * bit in `presence` is; what else lies in it is left over from older frames. A string is read from the frame itself, so
 * the frame must not change as long as its texts are asked for.
 */
export class Decoder {
  /** Slots, by `record * 32 + slot`; see SlotMemory. */
  readonly doubles: Float64Array;
  readonly exacts: BigInt64Array;
  readonly metas: Int32Array;
  /** By record. */
  readonly presence: Uint32Array;
  readonly bids: Levels;
  readonly asks: Levels;
  readonly atoms: Atoms;
  /** False where everything takes the fallback. */
  readonly hasKernel: boolean;
  /** Why `decode` did not take the last frame in the end, and why the kernel did not take it. */
  reason: Reason = Reason.None;
  kernelReason: Reason = Reason.None;
  /** After `mantissaAt` said NaN: the larger scale that the value needs, -1 when none would do. */
  scaleNeeded = 0;
  readonly #kernel: Kernel | null;
  readonly #memory: SlotMemory;
  readonly #program: Program;
  readonly #fallback: Fallback;
  readonly #input: Uint8Array;
  readonly #halves: Uint32Array;
  readonly #counts: Uint32Array;
  #frame: Buffer = Buffer.alloc(0);
  #isAscii = true;
  #areLevelsLarge = false;

  constructor(options: DecoderOptions = {}) {
    this.#kernel = options.forceFallback === true ? null : Kernel.load();
    this.hasKernel = this.#kernel !== null;
    this.#memory = new SlotMemory(this.#kernel?.places ?? null);
    this.atoms = new Atoms((bytes, id) => this.#kernel?.addAtom(bytes, id));
    this.#program = new Program((text) => this.atoms.intern(text));
    this.#fallback = new Fallback(this.#program, this.#memory, this.atoms);
    this.#input = this.#kernel?.input ?? new Uint8Array(0);
    this.doubles = this.#memory.doubles;
    this.exacts = this.#memory.exacts;
    this.metas = this.#memory.metas;
    this.presence = this.#memory.presence;
    this.bids = this.#memory.bids;
    this.asks = this.#memory.asks;
    this.#halves = this.#memory.halves;
    this.#counts = this.#memory.counts;
  }

  /** What a whole frame may be: `{ object: … }`, `{ tuple: … }`, or several rules. Throws when a schema cannot be used. */
  root(name: string, rules: Rules): Root {
    const index = this.#program.addRoot(name, rules);
    this.#kernel?.write(this.#program);
    return { name, index, counters: new RootCounters() };
  }

  /** Fills the slots, or says why not. Never throws. */
  decode(frame: Buffer, root: Root): Status {
    const kernelReason = this.#runKernel(frame, root);
    if (kernelReason === Reason.None) {
      root.counters.kernel += 1;
      this.reason = Reason.None;
      this.kernelReason = Reason.None;
      return Status.Ok;
    }
    return this.#runFallback(frame, root, kernelReason);
  }

  /** The kernel alone: Status.Fallback for everything that it does not take; `kernelReason` says why. Counts nothing. */
  decodeKernel(frame: Buffer, root: Root): Status {
    this.kernelReason = this.#runKernel(frame, root);
    this.reason = Reason.None;
    return this.kernelReason === Reason.None ? Status.Ok : Status.Fallback;
  }

  /**
   * Decodes sample frames until the optimising compiler has seen to it that the first real frame is no slow one, and
   * forgets that it did. Returns false when a sample was not taken.
   */
  warmUp(samples: readonly WarmUpSample[], rounds = WARM_UP_ROUNDS): boolean {
    let isTaken = true;
    for (let round = 0; round < rounds; round += 1) {
      for (const { frame, root } of samples) isTaken = this.decode(frame, root) === Status.Ok && isTaken;
    }
    for (const { root } of samples) root.counters.reset();
    return isTaken;
  }

  /** Records of the last frame: the root's own is 0, each element of `each` and the tuples is one more. */
  get recordCount(): number {
    return this.#counts[Count.Records]!;
  }

  has(record: number, slot: number): boolean {
    return ((this.presence[record]! >>> slot) & 1) === 1;
  }

  /** The nearest double of a decimal or integer. */
  number(record: number, slot: number): number {
    return this.doubles[record * SLOTS + slot]!;
  }

  flag(record: number, slot: number): boolean {
    return this.doubles[record * SLOTS + slot] === 1;
  }

  /** Whole microseconds since 1970 of a time; `exacts` has the nanoseconds. */
  timeUs(record: number, slot: number): number {
    return this.doubles[record * SLOTS + slot]!;
  }

  /** The atom, or -1 of a string that is none: `text` reads it. */
  atom(record: number, slot: number): number {
    return this.metas[record * SLOTS + slot]!;
  }

  /** Digits behind the point of the mantissa; INEXACT_SCALE when it has none. */
  scale(record: number, slot: number): number {
    return this.metas[record * SLOTS + slot]!;
  }

  isExact(record: number, slot: number): boolean {
    return this.metas[record * SLOTS + slot] !== INEXACT_SCALE;
  }

  /** The exact integer of a decimal or integer, NaN beyond 2^53 (`exacts` goes on to 2^63 - 1). Makes no BigInt. */
  mantissa(record: number, slot: number): number {
    const index = record * SLOTS + slot;
    if (this.metas[index] === INEXACT_SCALE) return Number.NaN;
    const high = this.#halves[index * 2 + 1]! | 0;
    const low = this.#halves[index * 2]!;
    const mantissa = high * HIGH + low;
    if (Math.abs(mantissa) < SAFE) return mantissa;
    // 2^53 + 1 would be rounded to it, too.
    return Math.abs(mantissa) === SAFE && low === 0 ? mantissa : Number.NaN;
  }

  /** The integer of a decimal at an own scale, zeros at the end not counted; NaN where a digit would be lost: see `scaleNeeded`. */
  mantissaAt(record: number, slot: number, ownScale: number): number {
    const index = record * SLOTS + slot;
    const high = this.#halves[index * 2 + 1]!;
    // Nearly always: not negative, within 2^53, and whole at the scale after one step.
    if (high < HIGH_OF_2_53) {
      const value = moved(high * HIGH + this.#halves[index * 2]!, ownScale - this.metas[index]!);
      if (value === Math.floor(value) && value <= Number.MAX_SAFE_INTEGER) return value;
    }
    return this.#mantissaAtSlowly(record, slot, ownScale);
  }

  #mantissaAtSlowly(record: number, slot: number, ownScale: number): number {
    const mantissa = this.mantissa(record, slot);
    const scale = this.metas[record * SLOTS + slot]!;
    const own = scaled(mantissa, scale, ownScale);
    if (Math.abs(own) <= Number.MAX_SAFE_INTEGER) return own;
    const needed = scaleNeededBy(mantissa, scale);
    this.scaleNeeded = needed > ownScale ? needed : -1;
    return Number.NaN;
  }

  /** The string of a text or an atom, or the digits of a number that is not exact. Made anew by each call. */
  text(record: number, slot: number): string {
    const index = record * SLOTS + slot;
    return this.#slice(this.#halves[index * 2]!, this.#halves[index * 2 + 1]!);
  }

  /** The number of a decimal or integer as text, exact, zeros at the end as in the frame. Made anew by each call. */
  digits(record: number, slot: number): string {
    if (!this.isExact(record, slot)) return this.text(record, slot);
    const scale = this.scale(record, slot);
    const mantissa = this.exacts[record * SLOTS + slot]!;
    const digits = String(mantissa < 0n ? -mantissa : mantissa).padStart(scale + 1, '0');
    const sign = mantissa < 0n ? '-' : '';
    return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  }

  /** The atom of a slot, interned now if it was none; -1 when the table is full. The slot keeps it. */
  internAtom(record: number, slot: number): number {
    const index = record * SLOTS + slot;
    const known = this.metas[index]!;
    if (known >= 0) return known;
    const atom = this.atoms.intern(this.text(record, slot));
    this.metas[index] = atom;
    return atom;
  }

  /** After `decode` did not say Ok: where in the frame, what was expected and what was found, for people. Made by the call. */
  fault(): string {
    return this.reason === Reason.None ? '' : this.#fallback.explain(this.reason);
  }

  /** After Status.UnknownKind: the discriminator's text. */
  unknownKind(): string {
    return this.#slice(this.#counts[Count.KindOffset]!, this.#counts[Count.KindLength]!);
  }

  #runKernel(frame: Buffer, root: Root): Reason {
    const kernel = this.#kernel;
    if (kernel === null) return Reason.NoKernel;
    if (frame.length > INPUT_BYTES_MAX) return Reason.Bytes;
    if (this.#areLevelsLarge) this.#shrinkLevels();
    this.#frame = frame;
    this.#input.set(frame);
    const answer = kernel.decode(frame.length, root.index);
    if (answer === 0) {
      this.#isAscii = true;
      return Reason.None;
    }
    return this.#finish(kernel, frame, answer);
  }

  #finish(kernel: Kernel, frame: Buffer, answer: number): Reason {
    const reason = (answer & REASON_BITS) as Reason;
    if (reason !== Reason.None) return reason;
    this.#isAscii = (answer & NON_ASCII) === 0;
    if (!this.#isAscii && !isUtf8(frame)) return Reason.NotUtf8;
    if ((answer & HAS_FIXUPS) !== 0) this.#fixUp(kernel, frame);
    return Reason.None;
  }

  /**
   * The kernel left NaN where JavaScript reads the text. A slot that two keys share may have been written again since: only
   * what still is NaN waits, for the last that asked.
   */
  #fixUp(kernel: Kernel, frame: Buffer): void {
    const { fixups, allDoubles } = kernel;
    for (let at = (this.#counts[Count.Fixups]! - 1) * 3; at >= 0; at -= 3) {
      const index = fixups[at]! >>> 3;
      const offset = fixups[at + 1]!;
      if (Number.isNaN(allDoubles[index])) allDoubles[index] = Number(frame.toString('latin1', offset, offset + fixups[at + 2]!));
    }
  }

  #runFallback(frame: Buffer, root: Root, kernelReason: Reason): Status {
    this.#frame = frame;
    this.#isAscii = false;
    const reason = this.#fallback.decode(frame, root.index);
    this.#areLevelsLarge = true;
    this.reason = reason;
    this.kernelReason = kernelReason;
    root.counters.countFallback(kernelReason, reason);
    return statusOf(reason);
  }

  #shrinkLevels(): void {
    this.bids.shrink();
    this.asks.shrink();
    this.#areLevelsLarge = false;
  }

  #slice(offset: number, length: number): string {
    const text = this.#frame.toString(this.#isAscii ? 'latin1' : 'utf8', offset, offset + length);
    return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
  }
}

export interface DecoderOptions {
  /** As on a machine without 128-bit vectors: for tests. */
  readonly forceFallback?: boolean;
}

/** What frames of one source may be, and what became of them. */
export interface Root {
  readonly name: string;
  readonly index: number;
  readonly counters: RootCounters;
}

export interface WarmUpSample {
  readonly frame: Buffer;
  readonly root: Root;
}

const WARM_UP_ROUNDS = 400;
const HIGH = 2 ** 32;
const HIGH_OF_2_53 = 2 ** 21;
const SAFE = 2 ** 53;
