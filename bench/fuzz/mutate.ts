import type { Random } from '../../lib/random/random.ts';
import { parseTree, printTree, type Tree, type TreeMember } from './json-tree.ts';

/** A frame like the given one, but wrong, odd or strange: bytes, text or structure were changed. */
export function mutate(frame: Buffer, random: Random): Buffer {
  switch (random.integer(0, 11)) {
    case 0:
      return frame.subarray(0, random.integer(0, frame.length));
    case 1:
      return withBytes(frame, random, () => random.integer(0, 255));
    case 2:
      return withBytes(frame, random, () => random.pick(TOKENS).charCodeAt(0) & 255);
    case 3:
    case 4:
      return withTokens(frame, random);
    case 5:
      return spliced(frame, random);
    default:
      return withTree(frame, random);
  }
}

function withBytes(frame: Buffer, random: Random, byte: () => number): Buffer {
  const copy = Buffer.from(frame);
  for (let i = random.integer(1, 3); i > 0; i -= 1) copy[random.integer(0, copy.length - 1)] = byte();
  return copy;
}

function withTokens(frame: Buffer, random: Random): Buffer {
  let text = frame.toString();
  for (let i = random.integer(1, 2); i > 0; i -= 1) {
    const at = random.integer(0, text.length);
    text = text.slice(0, at) + random.pick(TOKENS) + text.slice(at + (random.chance(0.5) ? random.integer(0, 4) : 0));
  }
  return Buffer.from(text);
}

function spliced(frame: Buffer, random: Random): Buffer {
  const at = random.integer(0, frame.length);
  const length = random.integer(1, 30);
  const parts = random.chance(0.5) ? [frame.subarray(0, at), frame.subarray(at + length)] : [frame.subarray(0, at + length), frame.subarray(at)];
  return Buffer.concat(parts);
}

/** Still JSON most of the time: other order, other values, other spaces. */
function withTree(frame: Buffer, random: Random): Buffer {
  const tree = parseTree(frame.toString());
  if (tree === null) return frame;
  const share = random.pick([0, 0, 0.02, 0.1]);
  const changed = changeTree(tree, random, share, random.chance(0.4));
  return Buffer.from(printTree(changed, random.chance(0.4) ? () => (random.chance(0.5) ? '' : random.pick(SPACES)) : undefined));
}

function changeTree(tree: Tree, random: Random, share: number, isShuffled: boolean): Tree {
  if (random.chance(share)) return strangeTree(random);
  if (tree.type === 'array') {
    const elements = tree.elements.flatMap((element) => {
      if (random.chance(share / 2)) return [];
      const changed = changeTree(element, random, share, isShuffled);
      return random.chance(share / 4) ? [changed, changed] : [changed];
    });
    return { type: 'array', elements };
  }
  if (tree.type !== 'object') return tree;
  const members = tree.members.flatMap(({ rawKey, value }): TreeMember[] => {
    if (random.chance(share / 2)) return [];
    const member = { rawKey: random.chance(share / 4) ? escaped(rawKey, random) : rawKey, value: changeTree(value, random, share, isShuffled) };
    if (random.chance(share / 2)) return [{ rawKey: random.pick(STRANGE_KEYS), value: strangeTree(random) }, member];
    return random.chance(share / 6) ? [member, { rawKey, value: changeTree(value, random, 0.5, false) }] : [member];
  });
  if (isShuffled) shuffle(members, random);
  return { type: 'object', members };
}

function shuffle<T>(items: T[], random: Random): void {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const other = random.integer(0, i);
    [items[i], items[other]] = [items[other]!, items[i]!];
  }
}

/** The same key, spelled with an escape. */
function escaped(rawKey: string, random: Random): string {
  if (rawKey.length < 3 || rawKey.includes('\\')) return rawKey;
  const at = random.integer(1, rawKey.length - 2);
  return `${rawKey.slice(0, at)}\\u${rawKey.charCodeAt(at).toString(16).padStart(4, '0')}${rawKey.slice(at + 1)}`;
}

function strangeTree(random: Random, depth = 0): Tree {
  const kind = random.integer(0, depth > 2 ? 7 : 10);
  if (kind < 3) return { type: 'number', raw: random.pick(NUMBERS) };
  if (kind < 6) return { type: 'string', raw: `"${random.pick(random.chance(0.7) ? [...NUMBERS, ...BAD_NUMBERS] : TEXTS)}"` };
  if (kind < 8) return { type: 'literal', raw: random.pick(['null', 'null', 'true', 'false']) };
  const count = random.integer(0, 3);
  if (kind === 8) return { type: 'object', members: Array.from({ length: count }, () => ({ rawKey: random.pick(STRANGE_KEYS), value: strangeTree(random, depth + 1) })) };
  return { type: 'array', elements: Array.from({ length: count }, () => strangeTree(random, depth + 1)) };
}

const SPACES = [' ', '\n', '\t', '\r\n', '  '];
const STRANGE_KEYS = ['"zz"', '"e"', '"b"', '"p"', '"data"', '"type"', '"\\u0065"', '""', '"é"', '"__proto__"', '"price"'];
const TEXTS = ['', 'x', 'trade', 'BTCUSDT', 'buy', 'bid', 'é', '\\n', '\\u0041', '币安', 'a\\"b', '2026-08-09T21:05:48.123456Z', '0001-01-01T00:00:00.000000Z', '2024-02-30T00:00:00Z', '2024-02-29 23:59:59+00:00', 'a text that is longer than thirty-two bytes'];
const NUMBERS = [
  '0', '-0', '7', '-5.25', '0.10', '100.00', '1e5', '1E-7', '1.5E+3', '1.50e1', '0e-300', '123456789012345', '1234567890123456',
  '12345678901234567.8', '9007199254740992', '9007199254740993', '90071992547409930', '9223372036854775807', '9223372036854775808',
  '12345678901234567890', '0.000000000000000000012', '123456789012345.678901234', '1000000000000.00000000000', '0.1234567890123456789', '1e400', '1e-400',
  '4.9e-324', '100000000000000000000', '1000000000000000000000e-5', '-1234567890.00000000', '0.00100000', '72057594037927936.5',
];
const BAD_NUMBERS = ['.5', '5.', '.', '-', '+1', '1.2.3', 'NaN', 'Infinity', ' 1', '1 ', '0x10', '00012.50', '1e', '1e+', '1_000', '١', '1,5', '--1', '1e5.5'];
const TOKENS = [
  '"', '\\', ',', ':', '{', '}', '[', ']', '0', '1', '9', '.', '-', 'e', 'E', '+', ' ', '\n', '\t', 't', 'n', 'null', 'true', 'false', '\\"', '\\u0041',
  '\\n', '\u00e9', '\x00', '\x1f', '\x7f', '00', '1e5', '""', '[]', '{}', '"x":1,', ',"s":"BTCUSDT"', '12345678901234567890', '9007199254740993',
  '0.1234567890123456789', '-0', '1e-7', '1E400', '1e-400', '"1.5"', '"a":', '"e":"trade",', '],[', '},{', '[[', ']]', '\ufeff',
];
