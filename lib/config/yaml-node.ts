import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { messageOf } from '../errors/app-error.ts';
import { isUnsafeKey } from '../json/json.ts';
import type { ConfigProblem } from './config-error.ts';
import type { ConfigNode } from './config-node.ts';

/**
 * Reads YAML into a config tree with positions. Null when the text says nothing or has problems (which go to `problems`).
 *
 * `sourceName` is a file ("app.yaml", and every value knows line and column) or something without lines, such as
 * an environment variable, when `hasLines` is false.
 */
export function readYaml(text: string, sourceName: string, hasLines: boolean, problems: ConfigProblem[]): ConfigNode | null {
  return new YamlReader(text, sourceName, hasLines, problems).read();
}

/** Aliases of one anchor, counted with what is inside them: a "billion laughs" file needs nine levels of ten. */
const ALIAS_COUNT_MAX = 100;
const DEPTH_MAX = 64;
/** Nobody writes a config of this size by hand; aliases can. */
const NODE_COUNT_MAX = 100_000;

class YamlReader {
  readonly #text: string;
  readonly #sourceName: string;
  readonly #hasLines: boolean;
  readonly #problems: ConfigProblem[];
  readonly #lines = new LineCounter();
  readonly #document: Document;
  #nodeCount = 0;

  constructor(text: string, sourceName: string, hasLines: boolean, problems: ConfigProblem[]) {
    this.#text = text;
    this.#sourceName = sourceName;
    this.#hasLines = hasLines;
    this.#problems = problems;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
  }

  read(): ConfigNode | null {
    const { errors, warnings, contents } = this.#document;
    const countBefore = this.#problems.length;
    for (const { message, pos } of [...errors, ...warnings]) this.#report(pos[0], 'YAML that can be read', firstLine(message));
    if (errors.length > 0 || contents === null) return null;
    if (!this.#isExpandable()) return null;
    const node = this.#node(contents, 0, contents.range?.[0] ?? 0);
    return this.#problems.length === countBefore ? node : null;
  }

  /** yaml counts aliases only when it builds plain values, so that is done first and thrown away. */
  #isExpandable(): boolean {
    try {
      this.#document.toJS({ maxAliasCount: ALIAS_COUNT_MAX, mapAsMap: true });
      return true;
    } catch (thrown) {
      this.#report(0, 'aliases that stand for a bounded tree', firstLine(messageOf(thrown)));
      return false;
    }
  }

  #node(source: unknown, depth: number, position: number): ConfigNode {
    this.#nodeCount += 1;
    const from = this.#from(position);
    const absent: ConfigNode = { kind: 'leaf', value: null, from };
    if (depth > DEPTH_MAX || this.#nodeCount > NODE_COUNT_MAX) {
      // Said once: the next nodes would all say the same.
      if (depth > DEPTH_MAX || this.#nodeCount === NODE_COUNT_MAX + 1) {
        this.#report(position, `at most ${DEPTH_MAX} levels and ${NODE_COUNT_MAX} values`, 'more than that');
      }
      return absent;
    }
    if (isAlias(source)) return this.#node(source.resolve(this.#document), depth + 1, position);
    if (isScalar(source)) return { kind: 'leaf', value: source.value, from };
    if (isMap(source)) return { kind: 'map', entries: this.#entries(source, depth), from };
    if (isSeq(source)) {
      return { kind: 'list', items: source.items.map((item) => this.#node(item, depth + 1, positionOf(item, position))), from };
    }
    return absent; // A key without a value.
  }

  #entries(map: YAMLMap, depth: number): Map<string, ConfigNode> {
    const merged = new Map<string, ConfigNode>();
    const own = new Map<string, ConfigNode>();
    for (const { key, value } of map.items) {
      const position = positionOf(key, 0);
      if (!isScalar(key) || key.value === null) {
        this.#report(position, 'a key that is a text', 'a key that is none');
        continue;
      }
      // With merging on, yaml turns a plain << into a symbol; a quoted one stays a text.
      const name = typeof key.value === 'symbol' ? MERGE_KEY : String(key.value);
      if (isUnsafeKey(name)) this.#report(position, 'a key that cannot change a prototype', name);
      else if (name === MERGE_KEY) mergeInto(merged, this.#node(value, depth + 1, position));
      else own.set(name, this.#node(value, depth + 1, position));
    }
    for (const [name, node] of own) merged.set(name, node);
    return merged;
  }

  #from(position: number): string {
    if (!this.#hasLines) return this.#sourceName;
    const { line, col } = this.#lines.linePos(Math.min(position, this.#text.length));
    // A counter that saw no line at all (an empty text) says 0.
    return `${this.#sourceName}:${Math.max(1, line)}:${Math.max(1, col)}`;
  }

  #report(position: number, expected: string, found: string): void {
    this.#problems.push({ path: '', from: this.#from(position), expected, found, hint: '' });
  }
}

const MERGE_KEY = '<<';

/** `<<: *base` or `<<: [*first, *second]`, where the first one that has a key wins. yaml has refused anything but maps. */
function mergeInto(target: Map<string, ConfigNode>, node: ConfigNode): void {
  for (const source of node.kind === 'list' ? node.items : [node]) {
    if (source.kind !== 'map') continue;
    for (const [name, inner] of source.entries) if (!target.has(name)) target.set(name, inner);
  }
}

function positionOf(node: unknown, otherwise: number): number {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0] ?? otherwise;
  return otherwise;
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
