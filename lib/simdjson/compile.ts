import { AppError } from '../errors/app-error.ts';
import { simdjsonErrors } from './errors.ts';
import {
  ENTRIES_MAX, KEY_BYTES_MAX, KINDS_MAX, LEVEL_SPECS_MAX, ROOTS_MAX, SCHEMAS_MAX, SIDE_WORDS_MAX, SIDE_WORD_BYTES_MAX, SLOTS,
  SWITCHES_MAX,
} from './limits.ts';
import { JSON_TYPES, JsonType, Op } from './ops.ts';
import type { Kinds, LevelRows, ObjectSchema, Rule, Rules, SideWords, TextOrNumber, TupleSchema } from './schema.ts';

/**
 * Schemas as declared become numbered tables, which the kernel and the fallback both work by.
 *
 *   Rules ─▶ Entry (five operations with an argument, one per JSON type)
 *   ObjectSchema, TupleSchema ─▶ Plan (entries by key or by position)
 *
 * Everything that could be wrong with a schema is found here, with the schema and the key named.
 */
export class Program {
  readonly plans: Plan[] = [];
  readonly switches: Switch[] = [];
  readonly levelSpecs: LevelSpec[] = [];
  readonly roots: Entry[] = [];
  readonly #internAtom: (text: string) => number;
  readonly #known = new Map<ObjectSchema | TupleSchema, Plan>();
  /** Plans under construction: one that is met again describes itself. */
  readonly #open = new Set<ObjectSchema | TupleSchema>();

  constructor(internAtom: (text: string) => number) {
    this.#internAtom = internAtom;
  }

  /** Returns the root's number. */
  addRoot(name: string, rules: Rules): number {
    if (this.roots.length >= ROOTS_MAX) throw full('roots', ROOTS_MAX);
    const entry = this.#entry('', rules, { schema: name, isElement: false, isTuple: true });
    this.roots.push(entry);
    return this.roots.length - 1;
  }

  #object(schema: ObjectSchema, isElement: boolean): Plan {
    return this.#plan(schema, isElement, (plan) => {
      for (const [key, rules] of Object.entries(schema.keys)) {
        checkKey(schema.name, key);
        plan.byKey.set(key, plan.entries.length);
        plan.entries.push(this.#entry(key, rules, { schema: schema.name, isElement, isTuple: false }));
      }
      const switches = plan.entries.flatMap((entry, index) => (entry.ops[JsonType.String] === Op.Switch ? [index] : []));
      if (switches.length > 1) throw wrong(schema.name, plan.entries[switches[1]!]!.key, 'a second switch');
      plan.switchEntry = switches[0] ?? -1;
    });
  }

  #tuple(schema: TupleSchema): Plan {
    return this.#plan(schema, false, (plan) => {
      for (const [position, rules] of schema.positions.entries()) {
        plan.entries.push(this.#entry(`[${position}]`, rules, { schema: schema.name, isElement: false, isTuple: true }));
      }
    });
  }

  #plan(schema: ObjectSchema | TupleSchema, isElement: boolean, fill: (plan: Plan) => void): Plan {
    const known = this.#known.get(schema);
    if (known !== undefined) {
      if (known.isElement !== isElement) throw wrong(schema.name, '', 'used both as the element of levelObjects and elsewhere');
      return known;
    }
    if (this.#open.has(schema)) throw wrong(schema.name, '', 'a schema that contains itself');
    if (this.plans.length >= SCHEMAS_MAX) throw full('schemas', SCHEMAS_MAX);
    this.#open.add(schema);
    const plan: Plan = { index: this.plans.length, name: schema.name, isStrict: schema.others === 'refuse', isElement, entries: [], byKey: new Map(), switchEntry: -1 };
    this.plans.push(plan);
    fill(plan);
    if (plan.entries.length > ENTRIES_MAX) throw wrong(schema.name, '', `${plan.entries.length} keys, at most ${ENTRIES_MAX}`);
    checkSlots(plan);
    this.#open.delete(schema);
    this.#known.set(schema, plan);
    return plan;
  }

  #entry(key: string, rules: Rules, place: Place): Entry {
    const entry: Entry = { key, ops: new Array<Op>(JSON_TYPES).fill(Op.NoRule), args: new Array<number>(JSON_TYPES).fill(0), slots: [] };
    const list: readonly Rule[] = Array.isArray(rules) ? (rules as readonly Rule[]) : [rules as Rule];
    if (list.length === 0) throw wrong(place.schema, key, 'no rule at all');
    for (const rule of list) this.#addRule(entry, rule, place);
    return entry;
  }

  #addRule(entry: Entry, rule: Rule, place: Place): void {
    const put = (op: Op, arg: number, ...types: JsonType[]): void => {
      for (const type of types) {
        if (entry.ops[type] !== Op.NoRule) throw wrong(place.schema, entry.key, `two rules for JSON type ${typeNames[type]!}`);
        entry.ops[type] = op;
        entry.args[type] = arg;
      }
    };
    const slot = (number: number): number => {
      if (!Number.isInteger(number) || number < 0 || number >= SLOTS) throw wrong(place.schema, entry.key, `slot ${number}, which is none of 0 to ${SLOTS - 1}`);
      if (!entry.slots.includes(number)) entry.slots.push(number);
      return number;
    };
    if (place.isElement && !isElementRule(rule)) throw wrong(place.schema, entry.key, 'a rule that the element of levelObjects cannot have');
    if (!place.isElement && isLevelPart(rule)) throw wrong(place.schema, entry.key, 'a rule that only the element of levelObjects can have');

    if (rule === 'skip' || rule === 'refuse') put(rule === 'skip' ? Op.Skip : Op.Refuse, 0, ...allTypes);
    else if (rule === 'levelPrice') put(Op.LevelPrice, 0, JsonType.String, JsonType.Number);
    else if (rule === 'levelQuantity') put(Op.LevelQuantity, 0, JsonType.String, JsonType.Number);
    else if ('decimal' in rule) put(Op.Decimal, slot(rule.decimal), ...sources(rule.from));
    else if ('integer' in rule) put(Op.Integer, slot(rule.integer), ...sources(rule.from));
    else if ('flag' in rule) put(Op.Flag, slot(rule.flag), JsonType.Literal);
    else if ('atom' in rule) put(Op.Atom, slot(rule.atom), JsonType.String);
    else if ('text' in rule) put(Op.Text, slot(rule.text), JsonType.String);
    else if ('time' in rule) put(Op.Time, slot(rule.time), JsonType.String);
    else if ('object' in rule) put(Op.Object, this.#object(rule.object, false).index, JsonType.Object);
    else if ('each' in rule) put(Op.Each, this.#object(rule.each, false).index, JsonType.Array);
    else if ('tuple' in rule) put(Op.Tuple, this.#tuple(rule.tuple).index, JsonType.Array);
    else if ('eachTuple' in rule) put(Op.EachTuple, this.#tuple(rule.eachTuple).index, JsonType.Array);
    else if ('tuples' in rule) put(Op.Tuples, this.#tuple(rule.tuples).index, JsonType.Array);
    else if ('objectBy' in rule) put(Op.ObjectBy, this.#kinds(rule.objectBy, entry.key, place), JsonType.Object);
    else if ('eachBy' in rule) put(Op.EachBy, this.#kinds(rule.eachBy, entry.key, place), JsonType.Array);
    else if ('switch' in rule) put(Op.Switch, this.#switch(rule.switch, entry.key, place, slot), JsonType.String);
    else if ('levelSide' in rule) put(Op.LevelSide, this.#spec({ ...noSpec, words: rule.levelSide }, entry.key, place), JsonType.String);
    else if ('levelObjects' in rule) {
      const { side, element } = rule.levelObjects;
      const plan = this.#object(element, true);
      put(Op.LevelObjects, this.#spec({ ...noSpec, side: side ?? EITHER_SIDE, plan: plan.index }, entry.key, place), JsonType.Array);
    } else if (typeof rule.levels === 'number') put(Op.Levels, rule.levels, JsonType.Array);
    else put(Op.LevelRows, this.#rows(rule.levels, entry.key, place), JsonType.Array);
  }

  #rows(rows: LevelRows, key: string, place: Place): number {
    const { side, price, quantity } = rows;
    const columns = typeof side === 'number' ? [price, quantity] : [side.column, price, quantity];
    for (const column of columns) {
      if (!Number.isInteger(column) || column < 0 || column > 31) throw wrong(place.schema, key, `column ${column}, which is none of 0 to 31`);
    }
    if (new Set(columns).size !== columns.length) throw wrong(place.schema, key, 'two things in one column');
    const words = typeof side === 'number' ? noSpec.words : side;
    return this.#spec({ side: typeof side === 'number' ? side : EITHER_SIDE, sideColumn: columns.length === 3 ? columns[0]! : 255, price, quantity, plan: 0, words }, key, place);
  }

  #spec(spec: LevelSpec, key: string, place: Place): number {
    for (const words of [spec.words.bid, spec.words.ask]) {
      if (words.length > SIDE_WORDS_MAX) throw wrong(place.schema, key, `${words.length} words for a side, at most ${SIDE_WORDS_MAX}`);
      for (const word of words) {
        if (!isPlain(word) || word.length === 0 || word.length > SIDE_WORD_BYTES_MAX) throw wrong(place.schema, key, `the side's word '${word}', which is not 1 to ${SIDE_WORD_BYTES_MAX} plain characters`);
      }
    }
    if (this.levelSpecs.length >= LEVEL_SPECS_MAX) throw full('level specifications', LEVEL_SPECS_MAX);
    this.levelSpecs.push(spec);
    return this.levelSpecs.length - 1;
  }

  /** The discriminator is a key of each kind's schema, too: it was read already, so that a second one is a duplicate. */
  #switch(kinds: Kinds, key: string, place: Place, slot: (number: number) => number): number {
    if (place.isTuple) throw wrong(place.schema, key, 'a switch outside an object');
    slot(kinds.slot);
    const index = this.#kinds(kinds, key, place);
    const table = this.switches[index]!;
    for (const branch of [...table.kinds.values(), ...(table.otherwise === null ? [] : [table.otherwise])]) {
      const plan = this.plans[branch.plan]!;
      let own = plan.byKey.get(key);
      if (own === undefined) {
        own = plan.entries.length;
        if (own >= ENTRIES_MAX) throw wrong(plan.name, key, `no room for the discriminator beside ${ENTRIES_MAX} keys`);
        plan.byKey.set(key, own);
        plan.entries.push({ key, ops: allTypes.map(() => Op.Skip), args: allTypes.map(() => 0), slots: [] });
      }
      branch.entry = own;
      const other = plan.entries.find((entry) => entry.key !== key && entry.slots.includes(kinds.slot));
      if (other !== undefined) throw wrong(plan.name, other.key, `slot ${kinds.slot}, which is that of the discriminator '${key}'`);
    }
    return index;
  }

  #kinds(kinds: Kinds, key: string, place: Place): number {
    const { slot } = kinds;
    if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS) throw wrong(place.schema, key, `slot ${slot}, which is none of 0 to ${SLOTS - 1}`);
    const names = Object.keys(kinds.to);
    if (names.length > KINDS_MAX) throw wrong(place.schema, key, `${names.length} kinds, at most ${KINDS_MAX}`);
    const table: Switch = { slot, kinds: new Map(), otherwise: null };
    for (const name of names) {
      const atom = this.#internAtom(name);
      if (atom < 0) throw wrong(place.schema, key, `the kind '${name}', which cannot be an atom`);
      table.kinds.set(atom, { plan: this.#object(kinds.to[name]!, false).index, entry: 0 });
    }
    if (kinds.otherwise !== undefined) table.otherwise = { plan: this.#object(kinds.otherwise, false).index, entry: 0 };
    if (this.switches.length >= SWITCHES_MAX) throw full('switches', SWITCHES_MAX);
    this.switches.push(table);
    return this.switches.length - 1;
  }
}

export interface Plan {
  readonly index: number;
  readonly name: string;
  /** Refuses what it does not name. */
  readonly isStrict: boolean;
  /** Describes one level of levelObjects. */
  readonly isElement: boolean;
  readonly entries: Entry[];
  readonly byKey: Map<string, number>;
  /** The entry with the discriminator, or -1. */
  switchEntry: number;
}

export interface Entry {
  readonly key: string;
  readonly ops: Op[];
  readonly args: number[];
  /** What it writes. */
  readonly slots: number[];
}

export interface Switch {
  readonly slot: number;
  /** By atom. */
  readonly kinds: Map<number, Branch>;
  otherwise: Branch | null;
}

export interface Branch {
  readonly plan: number;
  /** The discriminator's own entry there. */
  entry: number;
}

export interface LevelSpec {
  /** Side, or EITHER_SIDE: the row or the element says it. */
  readonly side: number;
  readonly sideColumn: number;
  readonly price: number;
  readonly quantity: number;
  readonly plan: number;
  readonly words: SideWords;
}

interface Place {
  readonly schema: string;
  readonly isElement: boolean;
  readonly isTuple: boolean;
}

/** The side of a LevelSpec whose levels say it themselves. */
export const EITHER_SIDE = 2;
export const noSpec: LevelSpec = { side: EITHER_SIDE, sideColumn: 255, price: 0, quantity: 0, plan: 0, words: { bid: [], ask: [] } };
const allTypes: readonly JsonType[] = Object.values(JsonType);
const typeNames = Object.keys(JsonType);

function sources(from: TextOrNumber | undefined): JsonType[] {
  if (from === 'string') return [JsonType.String];
  return from === 'number' ? [JsonType.Number] : [JsonType.String, JsonType.Number];
}

function isLevelPart(rule: Rule): boolean {
  return rule === 'levelPrice' || rule === 'levelQuantity' || (typeof rule === 'object' && 'levelSide' in rule);
}

function isElementRule(rule: Rule): boolean {
  return rule === 'skip' || rule === 'refuse' || isLevelPart(rule);
}

/** Two keys of one object with one slot would leave open whose value it is. */
function checkSlots(plan: Plan): void {
  const owners = new Map<number, string>();
  for (const { key, slots } of plan.entries) {
    for (const slot of slots) {
      const owner = owners.get(slot);
      if (owner !== undefined) throw wrong(plan.name, key, `slot ${slot}, which is that of '${owner}'`);
      owners.set(slot, key);
    }
  }
}

function checkKey(schema: string, key: string): void {
  if (!isPlain(key)) throw wrong(schema, key, 'a key with other than printable ASCII characters, a quote or a backslash');
  if (key.length > KEY_BYTES_MAX) throw wrong(schema, key, `a key of ${key.length} characters, at most ${KEY_BYTES_MAX}`);
}

function isPlain(text: string): boolean {
  return /^[ !#-[\]-~]*$/.test(text);
}

function wrong(schema: string, key: string, was: string): AppError {
  return new AppError(simdjsonErrors.schema, { schema, key, was });
}

function full(what: string, max: number): AppError {
  return new AppError(simdjsonErrors.full, { what, max });
}
