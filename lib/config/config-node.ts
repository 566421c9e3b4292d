/**
 * A config tree in which every value knows where it came from, so that a problem found at the very end can still
 * name file, line and column.
 */
export type ConfigNode = LeafNode | MapNode | ListNode;

export interface LeafNode {
  readonly kind: 'leaf';
  readonly value: unknown;
  /** `app.yaml:3:5`, `env MELTICA__LOG__LEVEL`, `--set log.level`, `default`. */
  readonly from: string;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, ConfigNode>;
  readonly from: string;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
  readonly from: string;
}

/**
 * Lays `upper` over `lower`: objects merge key by key, everything else is replaced. Lists whose elements all have
 * a text `id` merge by it: known ids are merged in place, new ones go to the end. An explicit null takes a value
 * back to its default.
 */
export function mergeNodes(lower: ConfigNode, upper: ConfigNode): ConfigNode {
  if (lower.kind === 'map' && upper.kind === 'map') return mergeMaps(lower, upper);
  if (lower.kind === 'list' && upper.kind === 'list') return mergeLists(lower, upper);
  return upper;
}

/** A plain value as a tree that came from one place as a whole. */
export function nodeOf(value: unknown, from: string): ConfigNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => nodeOf(item, from)), from };
  if (typeof value !== 'object' || value === null) return { kind: 'leaf', value, from };
  return { kind: 'map', entries: new Map(Object.entries(value).map(([key, inner]) => [key, nodeOf(inner, from)])), from };
}

/** The tree as a plain value; objects have no prototype, so that a key is found only when it was given. */
export function plainOf(node: ConfigNode): unknown {
  if (node.kind === 'leaf') return node.value;
  if (node.kind === 'list') return node.items.map(plainOf);
  const plain = bareRecord();
  for (const [key, inner] of node.entries) plain[key] = plainOf(inner);
  return plain;
}

/** An object on which `__proto__` is a key like any other and `toString` is not found. */
export function bareRecord(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

/** True when the config says nothing here, so that the default holds. */
export function isAbsent(node: ConfigNode | undefined): node is undefined {
  return node === undefined || (node.kind === 'leaf' && node.value === null);
}

/** The text under `id` of an object, or null. */
export function idOf(node: ConfigNode): string | null {
  const id = node.kind === 'map' ? node.entries.get('id') : undefined;
  return id?.kind === 'leaf' && typeof id.value === 'string' ? id.value : null;
}

function mergeMaps(lower: MapNode, upper: MapNode): MapNode {
  const entries = new Map(lower.entries);
  for (const [key, node] of upper.entries) {
    const below = entries.get(key);
    entries.set(key, below === undefined ? node : mergeNodes(below, node));
  }
  return { kind: 'map', entries, from: upper.from };
}

function mergeLists(lower: ListNode, upper: ListNode): ListNode {
  if (upper.items.length === 0 || !hasIds(lower) || !hasIds(upper)) return upper;
  const items = [...lower.items];
  for (const node of upper.items) {
    const index = items.findIndex((item) => idOf(item) === idOf(node));
    if (index < 0) items.push(node);
    else items[index] = mergeNodes(items[index]!, node);
  }
  return { kind: 'list', items, from: upper.from };
}

function hasIds(list: ListNode): boolean {
  return list.items.every((item) => idOf(item) !== null);
}
