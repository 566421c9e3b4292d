/**
 * A second opinion on JSON that keeps the text of numbers and every key: strict, slow, and with no code in common with the
 * decoder. `parseTree` says null to what is not JSON; the fuzz compares that with JSON.parse on every frame.
 */
export type Tree =
  | { readonly type: 'string' | 'number' | 'literal'; readonly raw: string }
  | { readonly type: 'array'; readonly elements: Tree[] }
  | { readonly type: 'object'; readonly members: TreeMember[] };

export interface TreeMember {
  /** With its quotes. */
  readonly rawKey: string;
  readonly value: Tree;
}

export function parseTree(text: string): Tree | null {
  const tokens = text.match(TOKENS);
  if (tokens === null || tokens.join('').length !== text.length) return null;
  const solid = tokens.filter((token) => !/^[ \t\n\r]/.test(token));
  const reader = new TreeReader(solid);
  try {
    const tree = reader.value();
    return reader.isAtEnd ? tree : null;
  } catch (thrown) {
    if (thrown instanceof NotJson) return null;
    throw thrown;
  }
}

/** How many brackets are open at the deepest place. */
export function depthOf(tree: Tree): number {
  if (tree.type === 'array') return 1 + Math.max(0, ...tree.elements.map(depthOf));
  if (tree.type === 'object') return 1 + Math.max(0, ...tree.members.map(({ value }) => depthOf(value)));
  return 0;
}

/** The text again; `space` gives what stands between two tokens. */
export function printTree(tree: Tree, space: () => string = () => ''): string {
  if (tree.type === 'array') return `[${space()}${tree.elements.map((element) => printTree(element, space)).join(`${space()},${space()}`)}${space()}]`;
  if (tree.type === 'object') {
    const members = tree.members.map(({ rawKey, value }) => `${rawKey}${space()}:${space()}${printTree(value, space)}`);
    return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
  }
  return tree.raw;
}

const TOKENS = /[ \t\n\r]+|[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/g;

class NotJson extends Error {}

class TreeReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  value(): Tree {
    const token = this.#take();
    if (token === '{') return { type: 'object', members: this.#list('}', () => this.#member()) };
    if (token === '[') return { type: 'array', elements: this.#list(']', () => this.value()) };
    if (token.startsWith('"')) return { type: 'string', raw: token };
    if (/^[-0-9]/.test(token)) return { type: 'number', raw: token };
    if (/^[a-z]/.test(token)) return { type: 'literal', raw: token };
    throw new NotJson();
  }

  #member(): TreeMember {
    const rawKey = this.#take();
    if (!rawKey.startsWith('"') || this.#take() !== ':') throw new NotJson();
    return { rawKey, value: this.value() };
  }

  #list<T>(close: string, read: () => T): T[] {
    const found: T[] = [];
    if (this.#tokens[this.#at] === close) {
      this.#at += 1;
      return found;
    }
    for (;;) {
      found.push(read());
      const token = this.#take();
      if (token === close) return found;
      if (token !== ',') throw new NotJson();
    }
  }

  #take(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new NotJson();
    this.#at += 1;
    return token;
  }
}
