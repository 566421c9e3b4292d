import { isUnsafeKey } from '../json/json.ts';
import type { ConfigProblem } from './config-error.ts';
import { idOf, isAbsent, nodeOf } from './config-node.ts';
import type { ConfigNode, MapNode } from './config-node.ts';
import { parsePath, pathWithIndex, pathWithName } from './config-path.ts';
import type { ConfigTable, Field } from './config-table.ts';
import { describeField } from './describe-field.ts';
import { suggestName } from './suggest.ts';
import { readYaml } from './yaml-node.ts';

/**
 * Lays environment variables over a config: `MELTICA__LOG__LEVEL=debug` for the prefix `MELTICA`.
 *
 * The double underscore separates the parts of the path; a part is found in the table without regard to case and to
 * what is no letter or digit (`BINANCE_SPOT` finds the element with the id `binance-spot`). A text field takes the
 * value as it is, so that a secret needs no quotes; every other field reads it as YAML.
 */
export function applyEnvironment(
  root: ConfigNode,
  table: ConfigTable,
  environment: Readonly<Record<string, string | undefined>>,
  prefix: string,
  problems: ConfigProblem[],
): ConfigNode {
  let node = root;
  const start = `${prefix}__`;
  for (const name of Object.keys(environment).sort()) {
    const text = environment[name];
    if (text === undefined || !name.startsWith(start)) continue;
    const parts = name.slice(start.length).split('__');
    node = new Overrider(`env ${name}`, text, parts, true, problems).apply(node, table);
  }
  return node;
}

/**
 * Lays `path=value` texts over a config: `log.level=debug`, `providers[okx].speed=2`, `providers.0.speed=2`.
 * The value is read as YAML; a text field keeps what would be a number or a list as text.
 */
export function applySets(root: ConfigNode, table: ConfigTable, sets: readonly string[], problems: ConfigProblem[]): ConfigNode {
  let node = root;
  for (const set of sets) {
    const split = set.indexOf('=');
    const pathText = split < 0 ? set : set.slice(0, split);
    const parts = split < 0 ? null : parsePath(pathText);
    // The value stays out of every message: it may be a secret.
    const from = `--set ${pathText}`;
    if (parts === null) problems.push({ path: '', from, expected: 'path=value, as in log.level=debug', found: split < 0 ? 'no =' : 'no such path', hint: '' });
    else node = new Overrider(from, set.slice(split + 1), parts, false, problems).apply(node, table);
  }
  return node;
}

/** Puts one value at one path. What cannot be placed becomes a problem and leaves the tree as it was. */
class Overrider {
  readonly #from: string;
  readonly #text: string;
  readonly #parts: readonly string[];
  readonly #isEnvironment: boolean;
  readonly #problems: ConfigProblem[];

  constructor(from: string, text: string, parts: readonly string[], isEnvironment: boolean, problems: ConfigProblem[]) {
    this.#from = from;
    this.#text = text;
    this.#parts = parts;
    this.#isEnvironment = isEnvironment;
    this.#problems = problems;
  }

  apply(root: ConfigNode, table: ConfigTable): ConfigNode {
    return this.#inObject(root, table, 0, '') ?? root;
  }

  /** The new node for a field, or null when the override was refused. */
  #inField(node: ConfigNode | undefined, field: Field, depth: number, path: string): ConfigNode | null {
    if (depth === this.#parts.length) return this.#value(field, path);
    // An override inside a default must find the default there.
    const base = isAbsent(node) && field.default !== undefined && field.default !== null ? nodeOf(field.default, 'default') : node;
    switch (field.type) {
      case 'object':
        return this.#inObject(base, field.props, depth, path);
      case 'map':
        return this.#inMap(base, field.items, depth, path);
      case 'array':
        return this.#inList(base, field.items, depth, path);
      case 'any':
        return base?.kind === 'list' ? this.#inList(base, field, depth, path) : this.#inMap(base, ANY, depth, path);
      default:
        return this.#refuse(path, `${describeField(field)}, and nothing inside it`, this.#parts[depth]!, '');
    }
  }

  #inObject(node: ConfigNode | undefined, props: ConfigTable, depth: number, path: string): ConfigNode | null {
    const part = this.#parts[depth]!;
    const names = Object.keys(props);
    const name = this.#find(part, names);
    if (name === undefined) {
      return this.#refuse(pathWithName(path, part), `one of ${names.join(', ')}`, part, suggestName(part, names));
    }
    return this.#withEntry(node, name, props[name]!, depth, path);
  }

  #inMap(node: ConfigNode | undefined, items: Field, depth: number, path: string): ConfigNode | null {
    const part = this.#parts[depth]!;
    const known = node?.kind === 'map' ? [...node.entries.keys()] : [];
    // A key that is not there yet is a new one; the environment has upper case only by custom.
    const name = this.#find(part, known) ?? (this.#isEnvironment ? part.toLowerCase() : part);
    if (isUnsafeKey(name)) return this.#refuse(path, 'a key that cannot change a prototype', name, '');
    return this.#withEntry(node, name, items, depth, path);
  }

  #withEntry(node: ConfigNode | undefined, name: string, field: Field, depth: number, path: string): ConfigNode | null {
    const below = node?.kind === 'map' ? node.entries : new Map<string, ConfigNode>();
    const inner = this.#inField(below.get(name), field, depth + 1, pathWithName(path, name));
    if (inner === null) return null;
    return { kind: 'map', entries: new Map(below).set(name, inner), from: node?.from ?? this.#from } satisfies MapNode;
  }

  #inList(node: ConfigNode | undefined, items: Field, depth: number, path: string): ConfigNode | null {
    const part = this.#parts[depth]!;
    const elements = node?.kind === 'list' ? node.items : [];
    const ids = elements.map((element) => idOf(element) ?? '');
    const id = this.#find(part, ids.filter((each) => each !== ''));
    const index = id === undefined ? indexIn(part, elements.length) : ids.indexOf(id);
    if (index < 0) {
      const found = ids.filter((each) => each !== '');
      const byId = found.length === 0 ? '' : ` or one of the ids ${found.join(', ')}`;
      return this.#refuse(path, elements.length === 0 ? 'a list with elements' : `an index below ${elements.length}${byId}`, part, suggestName(part, found));
    }
    const inner = this.#inField(elements[index], items, depth + 1, pathWithIndex(path, index));
    return inner === null ? null : { kind: 'list', items: elements.with(index, inner), from: node?.from ?? this.#from };
  }

  #value(field: Field, path: string): ConfigNode | null {
    const asText: ConfigNode = { kind: 'leaf', value: this.#text, from: this.#from };
    if (field.type === 'string' && this.#isEnvironment) return asText;
    const problems: ConfigProblem[] = [];
    const node = readYaml(this.#text, this.#from, false, problems) ?? { kind: 'leaf', value: null, from: this.#from };
    const isText = problems.length === 0 && node.kind === 'leaf' && (typeof node.value === 'string' || node.value === null);
    if (field.type === 'string') return isText ? node : asText;
    if (problems.length === 0) return node;
    return this.#refuse(path, describeField(field), 'a value that is not YAML', '');
  }

  /** An exact name wins; the environment then compares letters and digits only. */
  #find(part: string, names: readonly string[]): string | undefined {
    if (names.includes(part) || !this.#isEnvironment) return names.find((name) => name === part);
    return names.find((name) => lettersOf(name) === lettersOf(part));
  }

  #refuse(path: string, expected: string, found: string, hint: string): null {
    this.#problems.push({ path, from: this.#from, expected, found, hint });
    return null;
  }
}

const ANY: Field = { type: 'any', doc: '' };

function indexIn(part: string, length: number): number {
  return /^\d+$/.test(part) && Number(part) < length ? Number(part) : -1;
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
