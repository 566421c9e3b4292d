import { expect, test } from 'vitest';
import { Decoder } from '../../../../lib/simdjson/decoder.ts';
import { Side, type ObjectSchema, type Rules } from '../../../../lib/simdjson/schema.ts';

const keys = (declared: ObjectSchema['keys']): Rules => ({ object: { name: 'mine', keys: declared } });
const many = (count: number): ObjectSchema['keys'] => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'skip']));
const endless: { name: string; keys: Record<string, Rules> } = { name: 'endless', keys: {} };
endless.keys['again'] = { object: endless };
const element: ObjectSchema = { name: 'element', keys: { p: 'levelPrice', q: 'levelQuantity' } };

test.each<[string, Rules, string]>([
  ['a slot that is none', keys({ a: { decimal: 32 } }), 'schema: mine, key: a, was: slot 32, which is none of 0 to 31'],
  ['half a slot', keys({ a: { integer: 1.5 } }), 'slot 1.5'],
  ['a slot of two keys', keys({ a: { decimal: 1 }, b: { integer: 1 } }), "key: b, was: slot 1, which is that of 'a'"],
  ['two rules for one type', keys({ a: [{ decimal: 1 }, { text: 2 }] }), 'two rules for JSON type String'],
  ['no rule', keys({ a: [] }), 'no rule at all'],
  ['a long key', keys({ ['a'.repeat(31)]: 'skip' }), 'a key of 31 characters, at most 30'],
  ['a key beyond ASCII', keys({ ä: 'skip' }), 'a key with other than printable ASCII'],
  ['a key with a quote', keys({ 'a"': 'skip' }), 'a key with other than printable ASCII'],
  ['65 keys', keys(many(65)), '65 keys, at most 64'],
  ['a schema in itself', { object: endless }, 'a schema that contains itself'],
  ['two switches', keys({ a: { switch: { slot: 0, to: {} } }, b: { switch: { slot: 1, to: {} } } }), 'a second switch'],
  ['a switch outside an object', { tuple: { name: 'mine', positions: [{ switch: { slot: 0, to: {} } }] } }, 'a switch outside an object'],
  ['a kind that is no atom', keys({ a: { switch: { slot: 0, to: { 'a kind that is longer than thirty-two bytes': element } } } }), 'cannot be an atom'],
  ['49 kinds', keys({ a: { switch: { slot: 0, to: Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`k${i}`, { name: 'k', keys: {} }])) } } }), '49 kinds, at most 48'],
  ['a kind without room', keys({ a: { switch: { slot: 0, to: { full: { name: 'full', keys: many(64) } } } } }), 'no room for the discriminator beside 64 keys'],
  ['an own use of the slot of the kind', keys({ e: { switch: { slot: 0, to: { x: { name: 'x', keys: { y: { integer: 0 } } } } } } }), "schema: x, key: y, was: slot 0, which is that of the discriminator 'e'"],
  ['a level part outside', keys({ a: 'levelPrice' }), 'a rule that only the element of levelObjects can have'],
  ['another rule in an element', keys({ a: { levelObjects: { element: { name: 'mine', keys: { p: { decimal: 0 } } } } } }), 'a rule that the element of levelObjects cannot have'],
  ['an element used twice', keys({ a: { levelObjects: { side: Side.Bid, element } }, b: { object: element } }), 'used both as the element'],
  ['two things in a column', keys({ a: { levels: { side: Side.Bid, price: 1, quantity: 1 } } }), 'two things in one column'],
  ['a column that is none', keys({ a: { levels: { side: Side.Bid, price: -1, quantity: 1 } } }), 'column -1'],
  ['a long word', keys({ a: { levels: { side: { column: 0, bid: ['purchase'], ask: [] }, price: 1, quantity: 2 } } }), "the side's word 'purchase'"],
  ['three words', keys({ a: { levels: { side: { column: 0, bid: ['a', 'b', 'c'], ask: [] }, price: 1, quantity: 2 } } }), '3 words for a side, at most 2'],
])('%s is refused where it is declared', (_, rules, message) => {
  expect(() => new Decoder({ forceFallback: true }).root('root', rules)).toThrow(message);
});

test('there is an end to roots, and a clear word for it', () => {
  const decoder = new Decoder();
  const rules = keys({ a: 'skip' });
  for (let i = 0; i < 64; i += 1) decoder.root(`root ${i}`, rules);
  expect(() => decoder.root('one more', rules)).toThrow('no room for another declaration (what: roots, max: 64)');
});

test('64 keys of 30 characters are read', () => {
  const names = Array.from({ length: 64 }, (_, i) => `key-${i}-`.padEnd(30, 'x'));
  const decoder = new Decoder();
  const root = decoder.root('root', keys(Object.fromEntries(names.map((name, i) => [name, i < 32 ? { integer: i } : 'skip'] as const))));
  const frame = Buffer.from(`{${names.map((name, i) => `"${name}":${i}`).join(',')}}`);
  for (let round = 0; round < 2; round += 1) {
    expect(decoder.decode(frame, root)).toBe(0);
    expect([...decoder.doubles.subarray(0, 32)]).toEqual(Array.from({ length: 32 }, (_, i) => i));
  }
});
