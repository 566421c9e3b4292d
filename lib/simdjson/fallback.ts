import { isUtf8 } from 'node:buffer';
import type { Atoms } from './atoms.ts';
import { EITHER_SIDE, noSpec, type Entry, type LevelSpec, type Plan, type Program } from './compile.ts';
import { DecimalText, LEVEL_MANTISSA_MAX, SLOT_MANTISSA_MAX } from './decimal-text.ts';
import { describeFault, rowShape, shownSides, typesOf } from './fault.ts';
import { INEXACT_SCALE } from './inexact.ts';
import { JsonText } from './json-text.ts';
import type { Levels } from './levels.ts';
import { DEPTH_MAX, FALLBACK_BYTES_MAX, RECORDS_MAX, SLOTS } from './limits.ts';
import { JsonType, Op } from './ops.ts';
import { Count, type SlotMemory } from './slots.ts';
import { Reason } from './status.ts';
import { nanosecondsOf, TimeText } from './time-text.ts';

/**
 * The slow way to the same slots, for what the kernel does not take and for machines without one.
 *
 *   isUtf8 ─▶ depth ─▶ JSON.parse ─▶ walk the schema over the text
 *
 * `JSON.parse` alone is the judge of what JSON is. Its result is thrown away: it has forgotten the digits of numbers
 * (0.00100000, ids beyond 2^53), the place of strings, and all but the last of equal keys. So the schema is walked over
 * the text, which is known to be JSON by then, and reading it needs no checks.
 */
export class Fallback {
  readonly #program: Program;
  readonly #memory: SlotMemory;
  readonly #atoms: Atoms;
  readonly #decimal = new DecimalText();
  #text = new JsonText(Buffer.alloc(0));
  /** Of the last refusal: see Culprit. */
  #at = 0;
  #expected = '';

  constructor(program: Program, memory: SlotMemory, atoms: Atoms) {
    this.#program = program;
    this.#memory = memory;
    this.#atoms = atoms;
  }

  decode(frame: Buffer, root: number): Reason {
    const { counts, presence, bids, asks } = this.#memory;
    counts.fill(0);
    counts[Count.Records] = 1;
    presence[0] = 0;
    bids.shrink();
    asks.shrink();
    if (frame.length > FALLBACK_BYTES_MAX) return Reason.Bytes;
    this.#text = new JsonText(frame);
    if (!isUtf8(frame)) return Reason.NotUtf8;
    if (this.#text.isDeeperThan(DEPTH_MAX)) return Reason.Depth;
    if (this.#text.jsonFault() !== '') return Reason.NotJson;
    return this.#value(this.#program.roots[root]!, this.#text.afterSpace(0), 0);
  }

  /** Why the last frame was refused, for people: where, what was expected, what was found. */
  explain(reason: Reason): string {
    return describeFault(reason, this.#text, { at: this.#at, expected: this.#expected });
  }

  #value(entry: Entry, at: number, record: number): Reason {
    const text = this.#text;
    const type = text.typeAt(at);
    const op = entry.ops[type]!;
    if (op === Op.Refuse) return this.#refuse(Reason.Refused, at);
    if (op === Op.Skip || text.isNullAt(at)) return Reason.None;
    const arg = entry.args[type]!;
    const index = record * SLOTS + arg;
    switch (op) {
      case Op.Decimal:
      case Op.Integer:
        return this.#number(at, record, arg, op === Op.Integer);
      case Op.Flag:
        this.#memory.doubles[index] = text.isTrueAt(at) ? 1 : 0;
        this.#exact(index, this.#memory.doubles[index]!);
        return this.#mark(record, arg, 0);
      case Op.Atom:
        return text.stringEnd(at) - at === 2 ? Reason.None : this.#atom(at, record, arg);
      case Op.Text:
        this.#slice(index, at + 1, text.stringEnd(at) - 1);
        return this.#mark(record, arg, 0);
      case Op.Time:
        return this.#time(at, record, arg);
      case Op.Object:
        return this.#object(this.#program.plans[arg]!, at, record);
      case Op.Each:
        return this.#each(this.#program.plans[arg]!, at);
      case Op.Tuple:
        return this.#tuple(this.#program.plans[arg]!, at, record);
      case Op.EachTuple:
        return this.#eachTuple(this.#program.plans[arg]!, at);
      case Op.Tuples: {
        const first = text.elements(at)[0];
        if (first === undefined || text.typeAt(first) === JsonType.Array) return this.#eachTuple(this.#program.plans[arg]!, at);
        return this.#newRecord((next) => this.#tuple(this.#program.plans[arg]!, at, next));
      }
      case Op.ObjectBy:
      case Op.EachBy:
        return this.#by(arg, at, record, op === Op.EachBy);
      case Op.Levels:
        this.#memory.counts[Count.SidesMet]! |= 1 << arg;
        return this.#rows({ ...noSpec, side: arg, quantity: 1 }, at);
      case Op.LevelRows: {
        const spec = this.#program.levelSpecs[arg]!;
        this.#memory.counts[Count.SidesMet]! |= sidesOf(spec);
        return this.#rows(spec, at);
      }
      case Op.LevelObjects:
        return this.#levelObjects(this.#program.levelSpecs[arg]!, at);
      default:
        return this.#refuse(Reason.Form, at, typesOf(entry));
    }
  }

  /**
   * The discriminator first, wherever it stands, then the members in their order; those whose schema an atom names wait
   * when it was not read yet.
   */
  #object(declared: Plan, at: number, record: number): Reason {
    const members = this.#text.members(at);
    let plan = declared;
    let discriminator = -1;
    if (declared.switchEntry >= 0) {
      const { key } = declared.entries[declared.switchEntry]!;
      const found = members.find((member) => member.key === key);
      if (found !== undefined && this.#text.typeAt(found.at) === JsonType.String) {
        const entry = declared.entries[declared.switchEntry]!;
        const table = this.#program.switches[entry.args[JsonType.String]!]!;
        this.#atom(found.at, record, table.slot);
        const branch = table.kinds.get(this.#memory.metas[record * SLOTS + table.slot]!) ?? table.otherwise;
        if (branch === null) return this.#unknownKind(record, table.slot);
        plan = this.#program.plans[branch.plan]!;
        discriminator = found.at;
      }
    }
    const seen = new Set<number>();
    const waiting: number[] = [];
    const process = (index: number): Reason => this.#value(plan.entries[plan.byKey.get(members[index]!.key)!]!, members[index]!.at, record);
    for (const [index, member] of members.entries()) {
      const entry = plan.byKey.get(member.key);
      if (entry === undefined) {
        if (plan.isStrict) return this.#refuse(Reason.UnknownKey, member.at);
        continue;
      }
      if (seen.has(entry)) return this.#refuse(Reason.DuplicateKey, member.at);
      seen.add(entry);
      if (member.at === discriminator) continue;
      if (this.#mustWait(plan.entries[entry]!, member.at, record)) {
        waiting.push(index);
        continue;
      }
      const reason = process(index);
      if (reason !== Reason.None) return reason;
    }
    for (const index of waiting) {
      const reason = process(index);
      if (reason !== Reason.None) return reason;
    }
    return Reason.None;
  }

  #mustWait(entry: Entry, at: number, record: number): boolean {
    const type = this.#text.typeAt(at);
    const op = entry.ops[type]!;
    if (op !== Op.ObjectBy && op !== Op.EachBy) return false;
    return !this.#has(record, this.#program.switches[entry.args[type]!]!.slot);
  }

  #by(tableIndex: number, at: number, record: number, isList: boolean): Reason {
    const table = this.#program.switches[tableIndex]!;
    if (!this.#has(record, table.slot)) return this.#refuse(Reason.LateKind, at);
    const branch = table.kinds.get(this.#memory.metas[record * SLOTS + table.slot]!) ?? table.otherwise;
    if (branch === null) return this.#unknownKind(record, table.slot);
    const plan = this.#program.plans[branch.plan]!;
    return isList ? this.#each(plan, at) : this.#object(plan, at, record);
  }

  #unknownKind(record: number, slot: number): Reason {
    const { counts, halves } = this.#memory;
    const offset = halves[(record * SLOTS + slot) * 2]!;
    counts[Count.KindOffset] = offset;
    counts[Count.KindLength] = halves[(record * SLOTS + slot) * 2 + 1]!;
    return this.#refuse(Reason.UnknownKind, offset - 1, 'a known kind');
  }

  #each(plan: Plan, at: number): Reason {
    return this.#forEach(at, JsonType.Object, 'an object', (element) => this.#newRecord((record) => this.#object(plan, element, record)));
  }

  #eachTuple(plan: Plan, at: number): Reason {
    return this.#forEach(at, JsonType.Array, 'a list', (element) => this.#newRecord((record) => this.#tuple(plan, element, record)));
  }

  #tuple(plan: Plan, at: number, record: number): Reason {
    const elements = this.#text.elements(at);
    if (plan.isStrict && elements.length > plan.entries.length) return this.#refuse(Reason.UnknownKey, elements[plan.entries.length]!);
    for (const [position, entry] of plan.entries.entries()) {
      if (position >= elements.length) break;
      const reason = this.#value(entry, elements[position]!, record);
      if (reason !== Reason.None) return reason;
    }
    return Reason.None;
  }

  #forEach(at: number, type: JsonType, expected: string, use: (element: number) => Reason): Reason {
    for (const element of this.#text.elements(at)) {
      if (this.#text.typeAt(element) !== type) return this.#refuse(Reason.Form, element, expected);
      const reason = use(element);
      if (reason !== Reason.None) return reason;
    }
    return Reason.None;
  }

  #newRecord(use: (record: number) => Reason): Reason {
    const { counts, presence } = this.#memory;
    const record = counts[Count.Records]!;
    if (record >= RECORDS_MAX) return Reason.Records;
    counts[Count.Records] = record + 1;
    presence[record] = 0;
    return use(record);
  }

  #rows(spec: LevelSpec, at: number): Reason {
    const shape = rowShape(spec);
    const level: Level = { side: spec.side, price: -1, quantity: -1 };
    return this.#forEach(at, JsonType.Array, shape, (row) => {
      const cells = this.#text.elements(row);
      level.price = cells[spec.price] ?? -1;
      level.quantity = cells[spec.quantity] ?? -1;
      if (spec.side === EITHER_SIDE) {
        const cell = cells[spec.sideColumn];
        if (cell === undefined) return this.#refuse(Reason.Form, row, shape);
        if (this.#text.typeAt(cell) !== JsonType.String) return this.#refuse(Reason.Form, cell, shownSides(spec.words));
        level.side = this.#sideOf(cell, spec.words);
        if (level.side === EITHER_SIDE) return this.#refuse(Reason.Side, cell, shownSides(spec.words));
      }
      return isComplete(level) ? this.#commit(level) : this.#refuse(Reason.Form, row, shape);
    });
  }

  #levelObjects(spec: LevelSpec, at: number): Reason {
    this.#memory.counts[Count.SidesMet]! |= sidesOf(spec);
    const shape = spec.side === EITHER_SIDE ? 'an object with side, price and quantity' : 'an object with price and quantity';
    return this.#forEach(at, JsonType.Object, shape, (element) => {
      const level: Level = { side: spec.side, price: -1, quantity: -1 };
      const reason = this.#element(this.#program.plans[spec.plan]!, element, level);
      if (reason !== Reason.None) return reason;
      return isComplete(level) ? this.#commit(level) : this.#refuse(Reason.Form, element, shape);
    });
  }

  #element(plan: Plan, at: number, level: Level): Reason {
    const seen = new Set<number>();
    for (const member of this.#text.members(at)) {
      const index = plan.byKey.get(member.key);
      if (index === undefined) {
        if (plan.isStrict) return this.#refuse(Reason.UnknownKey, member.at);
        continue;
      }
      if (seen.has(index)) return this.#refuse(Reason.DuplicateKey, member.at);
      seen.add(index);
      const entry = plan.entries[index]!;
      const type = this.#text.typeAt(member.at);
      const op = entry.ops[type]!;
      if (op === Op.Refuse) return this.#refuse(Reason.Refused, member.at);
      if (op === Op.Skip || this.#text.isNullAt(member.at)) continue;
      if (op === Op.LevelPrice) level.price = member.at;
      else if (op === Op.LevelQuantity) level.quantity = member.at;
      else if (op === Op.LevelSide) {
        const { words } = this.#program.levelSpecs[entry.args[type]!]!;
        level.side = this.#sideOf(member.at, words);
        if (level.side === EITHER_SIDE) return this.#refuse(Reason.Side, member.at, shownSides(words));
      } else return this.#refuse(Reason.Form, member.at, typesOf(entry));
    }
    return Reason.None;
  }

  /** The words are compared as they are written: one with an escape is none. */
  #sideOf(at: number, words: LevelSpec['words']): number {
    const word = this.#text.rawString(at);
    if (words.bid.includes(word)) return 0;
    return words.ask.includes(word) ? 1 : EITHER_SIDE;
  }

  #commit({ side, price, quantity }: Level): Reason {
    const levels = side === 0 ? this.#memory.bids : this.#memory.asks;
    const { counts } = this.#memory;
    const index = counts[side]!;
    if (index >= levels.prices.length && !levels.grow()) return Reason.Levels;
    const reason = this.#levelPart(price, levels, index, false) || this.#levelPart(quantity, levels, index, true);
    if (reason !== Reason.None) return reason as Reason;
    counts[side] = index + 1;
    return Reason.None;
  }

  #levelPart(at: number, levels: Levels, index: number, isQuantity: boolean): Reason {
    const type = this.#text.typeAt(at);
    if (type !== JsonType.String && type !== JsonType.Number) return this.#refuse(Reason.Form, at, 'text or a number');
    const decimal = this.#decimal;
    if (!decimal.read(type === JsonType.String ? this.#text.rawString(at) : this.#text.number(at), LEVEL_MANTISSA_MAX)) return this.#refuse(Reason.Decimal, at, 'a decimal');
    const mantissa = decimal.isSmall ? decimal.mantissa : decimal.scale === INEXACT_SCALE ? Number.NaN : Number(decimal.large);
    if (isQuantity) {
      levels.quantities[index] = decimal.double;
      levels.quantityMantissas[index] = mantissa;
    } else {
      levels.prices[index] = decimal.double;
      levels.priceMantissas[index] = mantissa;
    }
    levels.scales[index * 2 + (isQuantity ? 1 : 0)] = decimal.scale;
    return Reason.None;
  }

  #number(at: number, record: number, slot: number, isInteger: boolean): Reason {
    const isString = this.#text.typeAt(at) === JsonType.String;
    const text = isString ? this.#text.rawString(at) : this.#text.number(at);
    const index = record * SLOTS + slot;
    if (text === '') return Reason.None;
    const decimal = this.#decimal;
    if (!decimal.read(text, SLOT_MANTISSA_MAX) || (isInteger && decimal.written !== 0)) {
      return this.#refuse(Reason.Decimal, at, isInteger ? 'a whole number' : 'a decimal');
    }
    this.#memory.doubles[index] = decimal.double;
    const start = isString ? at + 1 : at;
    if (decimal.scale === INEXACT_SCALE) this.#slice(index, start, start + text.length);
    else if (decimal.isSmall) this.#exact(index, decimal.mantissa);
    else this.#memory.exacts[index] = decimal.large;
    return this.#mark(record, slot, decimal.scale);
  }

  #atom(at: number, record: number, slot: number): Reason {
    const index = record * SLOTS + slot;
    const end = this.#text.stringEnd(at);
    const atom = this.#atoms.find(this.#text.string(at));
    this.#slice(index, at + 1, end - 1);
    return this.#mark(record, slot, atom);
  }

  #time(at: number, record: number, slot: number): Reason {
    const text = this.#text.rawString(at);
    if (text === '') return Reason.None;
    const nanoseconds = nanosecondsOf(text);
    if (nanoseconds === TimeText.Malformed) return this.#refuse(Reason.Time, at, 'a time as 2026-08-09T21:05:48.123Z');
    if (nanoseconds === TimeText.OutOfRange) return Reason.None;
    this.#memory.exacts[record * SLOTS + slot] = nanoseconds;
    this.#memory.doubles[record * SLOTS + slot] = Number(nanoseconds / 1_000n);
    return this.#mark(record, slot, 0);
  }

  /** A mantissa that is not negative, without a BigInt. */
  #exact(index: number, mantissa: number): void {
    this.#memory.halves[index * 2] = mantissa;
    this.#memory.halves[index * 2 + 1] = mantissa / 2 ** 32;
  }

  #slice(index: number, start: number, end: number): void {
    this.#memory.halves[index * 2] = start;
    this.#memory.halves[index * 2 + 1] = end - start;
  }

  #mark(record: number, slot: number, meta: number): Reason {
    this.#memory.metas[record * SLOTS + slot] = meta;
    this.#memory.presence[record]! |= 1 << slot;
    return Reason.None;
  }

  #refuse(reason: Reason, at: number, expected = ''): Reason {
    this.#at = at;
    this.#expected = expected;
    return reason;
  }

  #has(record: number, slot: number): boolean {
    return (this.#memory.presence[record]! & (1 << slot)) !== 0;
  }
}

/** The places of a level's parts in the text, -1 until they are known; the side is EITHER_SIDE until then. */
interface Level {
  side: number;
  price: number;
  quantity: number;
}

function isComplete({ side, price, quantity }: Level): boolean {
  return side !== EITHER_SIDE && price >= 0 && quantity >= 0;
}

/** The bits of Count.SidesMet. */
function sidesOf({ side }: LevelSpec): number {
  return side === EITHER_SIDE ? 3 : 1 << side;
}
