import { ConfigError } from './config-error.ts';
import type { ConfigProblem } from './config-error.ts';
import { bareRecord, idOf, isAbsent, nodeOf, plainOf } from './config-node.ts';
import type { ConfigNode, ListNode, MapNode } from './config-node.ts';
import { pathWithIndex, pathWithName } from './config-path.ts';
import type { ConfigOf, ConfigTable, Field } from './config-table.ts';
import { describeField, describeValue } from './describe-field.ts';
import { compileTable } from './field-validator.ts';
import { suggestName } from './suggest.ts';

/**
 * Checks a plain value (control input, a plugin's own options) against a table: the fully defaulted, frozen config,
 * or a ConfigError with every problem. `from` says where the value came from.
 */
export function checkConfig<const T extends ConfigTable>(table: T, value: unknown, from: string): ConfigOf<T> {
  const problems: ConfigProblem[] = [];
  const config = checkNode(table, nodeOf(value, from), problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return config as ConfigOf<T>;
}

/** The plain, fully defaulted, frozen value of a tree; what is wrong goes to `problems`. */
export function checkNode(table: ConfigTable, root: ConfigNode, problems: ConfigProblem[]): unknown {
  const filler = new Filler(problems);
  const rootField: Field = { type: 'object', props: table, doc: '' };
  const value = filler.fill(rootField, root, '', root.from, false);
  // The validator writes into what it checks (a map becomes a common object), so it gets a copy.
  const seen = new Set<string>();
  for (const broken of checkOf(table, rootField)({ [ROOT]: structuredClone(value) })) {
    const place = filler.placeOf(broken.slice(ROOT.length).replace(/^\./, ''));
    if (place === undefined || seen.has(place.path)) continue;
    seen.add(place.path);
    const { path, from, field, isSecret } = place;
    problems.push({ path, from, expected: describeField(field), found: describeValue(place.value, isSecret), hint: hintFor(field, place.value) });
  }
  return freezeDeep(value);
}

/** One level around everything, because the validator names the place of a problem at the root ''. */
const ROOT = 'config';

type Check = ReturnType<typeof compileTable>;

/** A compile takes about a millisecond, and control input is checked against the same table again and again. */
const checks = new WeakMap<ConfigTable, Check>();

function checkOf(table: ConfigTable, rootField: Field): Check {
  let check = checks.get(table);
  if (check === undefined) {
    check = compileTable({ [ROOT]: rootField });
    checks.set(table, check);
  }
  return check;
}

interface Place {
  readonly path: string;
  readonly from: string;
  readonly field: Field;
  readonly isSecret: boolean;
  readonly value: unknown;
}

/** Puts in the defaults, refuses unknown keys, and remembers where every value came from. */
class Filler {
  readonly #problems: ConfigProblem[];
  /** By the validator's notation. Two places can share one (`a.b` as one key or two); the first is as good as any. */
  readonly #places = new Map<string, Place>();

  constructor(problems: ConfigProblem[]) {
    this.#problems = problems;
  }

  placeOf(broken: string): Place | undefined {
    return this.#places.get(broken);
  }

  /** `nearFrom` is where a value that is missing would have to stand. */
  fill(field: Field, node: ConfigNode | undefined, path: string, nearFrom: string, isSecretAbove: boolean, broken = ''): unknown {
    const isSecret = isSecretAbove || field.secret === true;
    const source = isAbsent(node) ? defaultNode(field) : node;
    const from = isAbsent(node) ? nearFrom : node.from;
    const value = this.#filled(field, source, path, isSecret, broken);
    if (!this.#places.has(broken)) this.#places.set(broken, { path, from, field, isSecret, value });
    return value;
  }

  #filled(field: Field, source: ConfigNode | undefined, path: string, isSecret: boolean, broken: string): unknown {
    if (source === undefined) return undefined;
    if (field.type === 'object' && source.kind === 'map') return this.#object(field.props, source, path, isSecret, broken);
    if (field.type === 'map' && source.kind === 'map') return this.#map(field.items, source, path, isSecret, broken);
    if (field.type === 'array' && source.kind === 'list') return this.#list(field.items, source, path, isSecret, broken);
    return plainOf(source);
  }

  #object(props: ConfigTable, node: MapNode, path: string, isSecret: boolean, broken: string): unknown {
    const names = Object.keys(props);
    for (const [key, inner] of node.entries) {
      if (Object.hasOwn(props, key)) continue;
      const hint = suggestName(key, names);
      this.#problems.push({ path: pathWithName(path, key), from: inner.from, expected: `one of ${names.join(', ')}`, found: `an unknown key "${key}"`, hint });
    }
    const fill = (name: string): unknown =>
      this.fill(props[name]!, node.entries.get(name), pathWithName(path, name), node.from, isSecret, dotted(broken, name));
    // A common object: the names are the table's own, and objects without prototype are slow to read.
    return Object.fromEntries(names.map((name) => [name, fill(name)]));
  }

  #map(items: Field, node: MapNode, path: string, isSecret: boolean, broken: string): unknown {
    const filled = bareRecord();
    for (const [key, inner] of node.entries) {
      filled[key] = this.fill(items, inner, pathWithName(path, key), inner.from, isSecret, dotted(broken, key));
    }
    return filled;
  }

  #list(items: Field, node: ListNode, path: string, isSecret: boolean, broken: string): unknown {
    if (items.type === 'object' && Object.hasOwn(items.props, 'id')) this.#refuseSameIds(node, path);
    return node.items.map((inner, index) => this.fill(items, inner, pathWithIndex(path, index), inner.from, isSecret, `${broken}[${index}]`));
  }

  #refuseSameIds(node: ListNode, path: string): void {
    const firstIndex = new Map<string, number>();
    for (const [index, item] of node.items.entries()) {
      const id = idOf(item);
      if (id === null) continue;
      const first = firstIndex.get(id);
      if (first === undefined) firstIndex.set(id, index);
      else this.#problems.push({ path: `${pathWithIndex(path, index)}.id`, from: item.from, expected: 'an id of its own', found: `"${id}", as in ${pathWithIndex(path, first)}`, hint: '' });
    }
  }
}

function defaultNode(field: Field): ConfigNode | undefined {
  if (field.default !== undefined) return nodeOf(field.default, 'default');
  if (field.type === 'object' || field.type === 'map') return { kind: 'map', entries: new Map(), from: 'default' };
  if (field.type === 'array') return { kind: 'list', items: [], from: 'default' };
  return undefined;
}

/** A near miss of one of a few words is worth a guess. */
function hintFor(field: Field, value: unknown): string {
  if (field.type !== 'string' || field.values === undefined || typeof value !== 'string') return '';
  return field.secret === true ? '' : suggestName(value, field.values);
}

function dotted(base: string, name: string): string {
  return base === '' ? name : `${base}.${name}`;
}

function freezeDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) freezeDeep(inner);
  return Object.freeze(value);
}
