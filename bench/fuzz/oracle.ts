import { parseJson } from '../../lib/json/json.ts';
import type { Kinds, ObjectSchema, Rule, Rules, SideWords, TupleSchema } from '../../lib/simdjson/schema.ts';
import { depthOf, type Tree } from './json-tree.ts';

/**
 * What a frame must become by its schema, read from the rules themselves in the plainest way: BigInt for every decimal, a
 * Map for every record. Nothing of lib/simdjson but the types of the rules is used.
 */
export interface Expected {
  readonly records: Map<number, Value>[];
  readonly levels: readonly [Level[], Level[]];
  readonly sidesMet: Set<number>;
}

export type Value =
  | { readonly what: 'number'; readonly decimal: Exact }
  | { readonly what: 'flag'; readonly flag: boolean }
  | { readonly what: 'atom' | 'text'; readonly text: string }
  | { readonly what: 'time'; readonly nanoseconds: bigint };

export interface Level {
  readonly price: Exact;
  readonly quantity: Exact;
}

/** No mantissa: it passes its bound. */
export interface Exact {
  readonly text: string;
  readonly double: number;
  readonly mantissa: bigint | null;
  readonly scale: number;
}

/** Null: to be refused. */
export function expect(tree: Tree, rules: Rules): Expected | null {
  if (depthOf(tree) > 64) return null;
  const expected: Expected = { records: [new Map()], levels: [[], []], sidesMet: new Set() };
  try {
    new Walk(expected).value(tree, rules, 0);
    return expected;
  } catch (thrown) {
    if (thrown instanceof Refused) return null;
    throw thrown;
  }
}

class Refused extends Error {}

function refuse(): never {
  throw new Refused();
}

class Walk {
  readonly #expected: Expected;

  constructor(expected: Expected) {
    this.#expected = expected;
  }

  value(tree: Tree, rules: Rules, record: number): void {
    const list: readonly Rule[] = Array.isArray(rules) ? (rules as readonly Rule[]) : [rules as Rule];
    const rule = list.find((candidate) => takes(candidate, tree));
    if (rule === 'refuse') refuse();
    if (rule === 'skip' || isNull(tree)) return;
    if (rule === undefined) refuse();
    this.#apply(rule, tree, record);
  }

  #apply(rule: Rule, tree: Tree, record: number): void {
    const slots = this.#expected.records[record]!;
    if (typeof rule === 'string') refuse();
    if ('decimal' in rule || 'integer' in rule) {
      const text = plainText(tree);
      if (text === '') return;
      const decimal = exact(text, 2n ** 63n - 1n);
      if ('integer' in rule && writtenDecimals(text) !== 0) refuse();
      slots.set('decimal' in rule ? rule.decimal : rule.integer, { what: 'number', decimal });
    } else if ('flag' in rule) slots.set(rule.flag, { what: 'flag', flag: plainText(tree) === 'true' });
    else if ('atom' in rule) {
      if (stringOf(tree) !== '') slots.set(rule.atom, { what: 'atom', text: stringOf(tree) });
    } else if ('text' in rule) slots.set(rule.text, { what: 'text', text: stringOf(tree) });
    else if ('time' in rule) {
      const nanoseconds = timeOf(plainText(tree));
      if (nanoseconds !== null) slots.set(rule.time, { what: 'time', nanoseconds });
    } else if ('object' in rule) this.#object(tree, rule.object, record);
    else if ('each' in rule) for (const element of elementsOf(tree)) this.#object(element, rule.each, this.#newRecord());
    else if ('tuple' in rule) this.#tuple(tree, rule.tuple, record);
    else if ('eachTuple' in rule) for (const element of elementsOf(tree)) this.#tuple(element, rule.eachTuple, this.#newRecord());
    else if ('tuples' in rule) {
      const elements = elementsOf(tree);
      const tuples = elements.length === 0 || elements[0]!.type === 'array' ? elements : [tree];
      for (const tuple of tuples) this.#tuple(tuple, rule.tuples, this.#newRecord());
    } else if ('objectBy' in rule) this.#object(tree, this.#kindOf(rule.objectBy, record), record);
    else if ('eachBy' in rule) {
      const schema = this.#kindOf(rule.eachBy, record);
      for (const element of elementsOf(tree)) this.#object(element, schema, this.#newRecord());
    } else if ('levels' in rule) this.#rows(rule.levels, tree);
    else if ('levelObjects' in rule) this.#levelObjects(rule.levelObjects, tree);
    else refuse();
  }

  #object(tree: Tree, declared: ObjectSchema, record: number): void {
    if (tree.type !== 'object') refuse();
    let schema = declared;
    const [switchKey, kinds] = switchOf(declared);
    const discriminator = tree.members.find(({ rawKey }) => unquoted(rawKey) === switchKey)?.value;
    if (kinds !== null && discriminator?.type === 'string') {
      const text = stringOf(discriminator);
      this.#expected.records[record]!.set(kinds.slot, { what: 'atom', text });
      schema = chosen(kinds, text);
    }
    const seen = new Set<string>();
    const waiting: (() => void)[] = [];
    for (const { rawKey, value } of tree.members) {
      const key = unquoted(rawKey);
      const isDiscriminator = schema !== declared && key === switchKey;
      if (!Object.hasOwn(schema.keys, key) && !isDiscriminator) {
        if (schema.others === 'refuse') refuse();
        continue;
      }
      if (seen.has(key)) refuse();
      seen.add(key);
      if (isDiscriminator) continue;
      const rules = schema.keys[key]!;
      const needed = slotNeeded(rules, value);
      if (needed >= 0 && !this.#expected.records[record]!.has(needed)) waiting.push(() => this.value(value, rules, record));
      else this.value(value, rules, record);
    }
    for (const use of waiting) use();
  }

  #kindOf(kinds: Kinds, record: number): ObjectSchema {
    const value = this.#expected.records[record]!.get(kinds.slot);
    return value?.what === 'atom' ? chosen(kinds, value.text) : refuse();
  }

  #tuple(tree: Tree, schema: TupleSchema, record: number): void {
    const elements = tree.type === 'array' ? tree.elements : refuse();
    if (schema.others === 'refuse' && elements.length > schema.positions.length) refuse();
    for (const [position, rules] of schema.positions.entries()) {
      const element = elements[position];
      if (element !== undefined) this.value(element, rules, record);
    }
  }

  #newRecord(): number {
    return this.#expected.records.push(new Map()) - 1;
  }

  #rows(rows: Extract<Rule, { levels: unknown }>['levels'], tree: Tree): void {
    const columns = typeof rows === 'number' ? { side: rows, price: 0, quantity: 1 } : rows;
    this.#meet(typeof columns.side === 'number' ? columns.side : undefined);
    for (const row of elementsOf(tree)) {
      const cells = row.type === 'array' ? row.elements : refuse();
      const side = typeof columns.side === 'number' ? columns.side : sideOf(cells[columns.side.column], columns.side);
      this.#level(side, cells[columns.price], cells[columns.quantity]);
    }
  }

  #levelObjects({ side, element }: Extract<Rule, { levelObjects: unknown }>['levelObjects'], tree: Tree): void {
    this.#meet(side);
    for (const each of elementsOf(tree)) {
      if (each.type !== 'object') refuse();
      const parts: { side: number | undefined; price?: Tree; quantity?: Tree } = { side };
      const seen = new Set<string>();
      for (const { rawKey, value } of each.members) {
        const key = unquoted(rawKey);
        if (!Object.hasOwn(element.keys, key)) {
          if (element.others === 'refuse') refuse();
          continue;
        }
        if (seen.has(key)) refuse();
        seen.add(key);
        const rules = element.keys[key]!;
        const list: readonly Rule[] = Array.isArray(rules) ? (rules as readonly Rule[]) : [rules as Rule];
        const rule = list.find((candidate) => takes(candidate, value));
        if (rule === 'refuse') refuse();
        if (rule === 'skip' || isNull(value)) continue;
        if (rule === 'levelPrice') parts.price = value;
        else if (rule === 'levelQuantity') parts.quantity = value;
        else if (typeof rule === 'object' && 'levelSide' in rule) parts.side = sideOf(value, rule.levelSide);
        else refuse();
      }
      this.#level(parts.side, parts.price, parts.quantity);
    }
  }

  #meet(side: number | undefined): void {
    for (const met of side === undefined ? [0, 1] : [side]) this.#expected.sidesMet.add(met);
  }

  #level(side: number | undefined, price: Tree | undefined, quantity: Tree | undefined): void {
    if (side === undefined || price === undefined || quantity === undefined) refuse();
    const read = (tree: Tree): Exact => (tree.type === 'string' || tree.type === 'number' ? exact(plainText(tree), 2n ** 53n) : refuse());
    this.#expected.levels[side as 0 | 1].push({ price: read(price), quantity: read(quantity) });
  }
}

/** Whether the rule is for this JSON type. */
function takes(rule: Rule, tree: Tree): boolean {
  if (rule === 'skip' || rule === 'refuse') return true;
  if (rule === 'levelPrice' || rule === 'levelQuantity') return tree.type === 'string' || tree.type === 'number';
  if ('decimal' in rule || 'integer' in rule) return rule.from === undefined ? tree.type === 'string' || tree.type === 'number' : tree.type === rule.from;
  if ('flag' in rule) return tree.type === 'literal';
  if ('atom' in rule || 'text' in rule || 'time' in rule || 'levelSide' in rule || 'switch' in rule) return tree.type === 'string';
  if ('object' in rule || 'objectBy' in rule) return tree.type === 'object';
  return tree.type === 'array';
}

function slotNeeded(rules: Rules, tree: Tree): number {
  const list: readonly Rule[] = Array.isArray(rules) ? (rules as readonly Rule[]) : [rules as Rule];
  const rule = list.find((candidate) => takes(candidate, tree));
  if (typeof rule !== 'object') return -1;
  if ('objectBy' in rule) return rule.objectBy.slot;
  return 'eachBy' in rule ? rule.eachBy.slot : -1;
}

function switchOf(schema: ObjectSchema): [string, Kinds | null] {
  for (const [key, rules] of Object.entries(schema.keys)) {
    const list: readonly Rule[] = Array.isArray(rules) ? (rules as readonly Rule[]) : [rules as Rule];
    for (const rule of list) if (typeof rule === 'object' && 'switch' in rule) return [key, rule.switch];
  }
  return ['', null];
}

function chosen(kinds: Kinds, text: string): ObjectSchema {
  return (Object.hasOwn(kinds.to, text) ? kinds.to[text] : kinds.otherwise) ?? refuse();
}

function elementsOf(tree: Tree): readonly Tree[] {
  return tree.type === 'array' ? tree.elements : refuse();
}

function isNull(tree: Tree): boolean {
  return tree.type === 'literal' && tree.raw === 'null';
}

/** Between the quotes, escapes as they are: a number with an escape in it is none. */
function plainText(tree: Tree): string {
  if (tree.type === 'array' || tree.type === 'object') refuse();
  return tree.type === 'string' ? tree.raw.slice(1, -1) : tree.raw;
}

function stringOf(tree: Tree): string {
  return tree.type === 'string' ? unquoted(tree.raw) : refuse();
}

function unquoted(raw: string): string {
  return parseJson(raw) as string;
}

function sideOf(tree: Tree | undefined, words: SideWords): number {
  if (tree?.type !== 'string') refuse();
  const word = plainText(tree);
  return words.bid.includes(word) ? 0 : words.ask.includes(word) ? 1 : refuse();
}

const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

function writtenDecimals(text: string): number {
  const [, , , fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? refuse();
  return Math.max(fraction.length - Number(exponent), 0);
}

/**
 * The largest scale up to the written one (and 200) at which the value is a whole number within 2^53, or, where there is none,
 * within the bound.
 */
export function exact(text: string, bound: bigint): Exact {
  const safe = exactWithin(text, 2n ** 53n);
  return safe.mantissa === null ? exactWithin(text, bound) : safe;
}

function exactWithin(text: string, bound: bigint): Exact {
  const [, sign, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? refuse();
  const digits = BigInt(whole! + fraction);
  const places = fraction.length - Number(exponent);
  const double = Number(text);
  const written = Math.min(Math.max(places, 0), 200);
  if (digits === 0n) return { text, double, mantissa: 0n, scale: written };
  if (Math.abs(places) < 2_000) {
    for (let scale = written; scale >= 0; scale -= 1) {
      const power = scale - places;
      const divisor = 10n ** BigInt(Math.max(-power, 0));
      const mantissa = power >= 0 ? digits * 10n ** BigInt(power) : digits / divisor;
      if (power < 0 && digits % divisor !== 0n) break;
      if (mantissa <= bound) return { text, double, mantissa: sign === '-' ? -mantissa : mantissa, scale };
    }
  }
  return { text, double, mantissa: null, scale: 0 };
}

/** Null: a year that means "no time". */
function timeOf(text: string): bigint | null {
  if (text === '') return null;
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:?00)$/.exec(text) ?? refuse();
  const ms = Date.parse(`${match[1]}T${match[2]}Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== `${match[1]}T${match[2]}.000Z`) refuse();
  const year = Number(text.slice(0, 4));
  if (year < 1970 || year > 2261) return null;
  return BigInt(ms) * 1_000_000n + BigInt((match[3] ?? '').padEnd(9, '0'));
}
