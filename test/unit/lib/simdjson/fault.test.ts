import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameKinds, makeFrames } from '../../../../bench/decode/frames.ts';
import { mutate } from '../../../../bench/fuzz/mutate.ts';
import { zooKinds } from '../../../../bench/fuzz/zoo.ts';
import { Random } from '../../../../lib/random/random.ts';
import { Decoder } from '../../../../lib/simdjson/decoder.ts';
import { FALLBACK_BYTES_MAX } from '../../../../lib/simdjson/limits.ts';
import { Side, type ObjectSchema, type Rules } from '../../../../lib/simdjson/schema.ts';
import { reasonNames, Status } from '../../../../lib/simdjson/status.ts';
import { Desk } from './desk.ts';

const fruit: ObjectSchema = { name: 'fruit', keys: { weight: { decimal: 12 } } };
const step = { name: 'step', positions: [{ integer: 1 }, { decimal: 2 }], others: 'refuse' } as const;
const sides = { bid: ['buy', 'B'], ask: ['sell'] };

/** A key for everything that can be wrong. */
const body: ObjectSchema = {
  name: 'body',
  keys: {
    p: { decimal: 0 },
    i: { integer: 1 },
    f: { flag: 2 },
    s: { atom: 3 },
    when: { time: 4 },
    mixed: [{ integer: 5, from: 'number' }, { levels: Side.Ask }],
    pair: [{ integer: 6, from: 'number' }, { decimal: 7, from: 'string' }],
    b: { levels: Side.Bid },
    rows: { levels: { side: { column: 0, ...sides }, price: 3, quantity: 1 } },
    quotes: { levelObjects: { element: { name: 'quote', keys: { side: { levelSide: sides }, px: 'levelPrice', qty: 'levelQuantity', bad: 'refuse' }, others: 'refuse' } } },
    asks: { levelObjects: { side: Side.Ask, element: { name: 'ask', keys: { px: 'levelPrice', qty: 'levelQuantity' } } } },
    many: { each: { name: 'many', keys: { x: { decimal: 8 } }, others: 'refuse' } },
    step: { tuple: step },
    steps: { eachTuple: step },
    inner: { object: { name: 'inner', keys: { x: { integer: 9 } }, others: 'refuse' } },
    error: 'refuse',
    kind: { atom: 10 },
    basket: { eachBy: { slot: 10, to: { apple: fruit } } },
    shape: { object: { name: 'shape', keys: { type: { switch: { slot: 11, to: { circle: { name: 'circle', keys: { r: { decimal: 13 } } } } } } } } },
  },
};

/** As a venue's streams come: alone, or combined in an envelope. */
const rules: Rules = [{ object: { name: 'frame', keys: { stream: { text: 20 }, data: { object: { ...body, name: 'data' } }, ...body.keys } } }, { tuple: { name: 'root', positions: ['skip', { eachTuple: step }] } }];

const fast = new Desk(rules);
const slow = new Desk(rules, true);

/** `Reason: fault`, the same by either way. */
function faultOf(frame: string | Buffer): string {
  const [kernel, fallback] = [fast, slow].map((desk) => {
    const answer = desk.decode(frame);
    return answer === 'Ok' ? `Ok: ${desk.decoder.fault()}` : `${answer.split(' ')[1]!}: ${desk.decoder.fault()}`;
  });
  expect(kernel).toBe(fallback);
  return kernel!;
}

const cases: readonly (readonly [frame: string, fault: string])[] = [
  // Values: what the key takes, and what it got.
  ['{"p":"NaN"}', 'Decimal: p: expected a decimal, found "NaN"'],
  ['{"p":"1,000.5"}', 'Decimal: p: expected a decimal, found "1,000.5"'],
  ['{"p":true}', 'Form: p: expected text or a number, found true'],
  ['{"p":{"x":1}}', 'Form: p: expected text or a number, found an object'],
  ['{"p":[1]}', 'Form: p: expected text or a number, found a list'],
  ['{"i":1.5}', 'Decimal: i: expected a whole number, found 1.5'],
  ['{"i":"x"}', 'Decimal: i: expected a whole number, found "x"'],
  ['{"pair":1.5}', 'Decimal: pair: expected a whole number, found 1.5'],
  ['{"pair":"x"}', 'Decimal: pair: expected a decimal, found "x"'],
  ['{"f":"true"}', 'Form: f: expected true or false, found "true"'],
  ['{"f":1}', 'Form: f: expected true or false, found 1'],
  ['{"s":5}', 'Form: s: expected text, found 5'],
  ['{"when":"yesterday"}', 'Time: when: expected a time as 2026-08-09T21:05:48.123Z, found "yesterday"'],
  ['{"when":1700000000}', 'Form: when: expected text, found 1700000000'],
  ['{"mixed":"x"}', 'Form: mixed: expected a number or a list, found "x"'],
  ['{"step":{}}', 'Form: step: expected a list, found an object'],
  ['{"inner":[]}', 'Form: inner: expected an object, found a list'],
  ['42', 'Form: the frame: expected an object or a list, found 42'],
  ['"text"', 'Form: the frame: expected an object or a list, found "text"'],
  // Paths: through objects, lists, tuples and an envelope.
  ['{"data":{"p":"NaN"}}', 'Decimal: data.p: expected a decimal, found "NaN"'],
  ['{"stream":"a@trade", "data": { "s" : "A", "inner": {"x":"y"}}}', 'Decimal: data.inner.x: expected a whole number, found "y"'],
  ['{"data":[]}', 'Form: data: expected an object, found a list'],
  ['{"data":{"b":[["1","2"],["3","4"],["5","x"]]}}', 'Decimal: data.b[2][1]: expected a decimal, found "x"'],
  ['{"many":[{"x":1},{"x":2},{"x":"z"}]}', 'Decimal: many[2].x: expected a decimal, found "z"'],
  ['{"many":[{"x":1},[]]}', 'Form: many[1]: expected an object, found a list'],
  ['{"step":[1,"z"]}', 'Decimal: step[1]: expected a decimal, found "z"'],
  ['{"steps":[[1,2],[3,"z"]]}', 'Decimal: steps[1][1]: expected a decimal, found "z"'],
  ['{"steps":[[1,2],3]}', 'Form: steps[1]: expected a list, found 3'],
  ['[0,[[1],[2],[3,{}]]]', 'Form: [1][2][1]: expected text or a number, found an object'],
  ['{"basket":[{"weight":1},{"weight":"heavy"}],"kind":"apple"}', 'Decimal: basket[1].weight: expected a decimal, found "heavy"'],
  ['{"skipped":[[{"p":1}]],"p":"z"}', 'Decimal: p: expected a decimal, found "z"'],
  // Price levels: a level as it should be.
  ['{"b":{}}', 'Form: b: expected a list, found an object'],
  ['{"b":["1"]}', 'Form: b[0]: expected a level as [price, quantity], found "1"'],
  ['{"b":[["1","2"],["3"]]}', 'Form: b[1]: expected a level as [price, quantity], found a list'],
  ['{"b":[[]]}', 'Form: b[0]: expected a level as [price, quantity], found a list'],
  ['{"b":[["1",null]]}', 'Form: b[0][1]: expected text or a number, found null'],
  ['{"b":[[{},"1"]]}', 'Form: b[0][0]: expected text or a number, found an object'],
  ['{"b":[["","1"]]}', 'Decimal: b[0][0]: expected a decimal, found ""'],
  ['{"rows":[{}]}', 'Form: rows[0]: expected a level as [side, quantity, …, price], found an object'],
  ['{"rows":[["buy","1",0,"2"],["sell","1",0]]}', 'Form: rows[1]: expected a level as [side, quantity, …, price], found a list'],
  ['{"rows":[[]]}', 'Form: rows[0]: expected a level as [side, quantity, …, price], found a list'],
  ['{"rows":[[1,"1",0,"2"]]}', 'Form: rows[0][0]: expected "buy" or "B" or "sell", found 1'],
  ['{"rows":[["hold","1",0,"2"]]}', 'Side: rows[0][0]: expected "buy" or "B" or "sell", found "hold"'],
  ['{"rows":[["buy","1",0,"x"]]}', 'Decimal: rows[0][3]: expected a decimal, found "x"'],
  ['{"quotes":[["buy",1,2]]}', 'Form: quotes[0]: expected an object with side, price and quantity, found a list'],
  ['{"quotes":[{"px":1,"qty":2}]}', 'Form: quotes[0]: expected an object with side, price and quantity, found an object'],
  ['{"quotes":[{"side":"buy","qty":null,"px":1}]}', 'Form: quotes[0]: expected an object with side, price and quantity, found an object'],
  ['{"quotes":[{"side":"up","px":1,"qty":2}]}', 'Side: quotes[0].side: expected "buy" or "B" or "sell", found "up"'],
  ['{"quotes":[{"side":1,"px":1,"qty":2}]}', 'Form: quotes[0].side: expected text, found 1'],
  ['{"quotes":[{"side":"buy","px":true,"qty":2}]}', 'Form: quotes[0].px: expected text or a number, found true'],
  ['{"quotes":[{"side":"buy","px":"x","qty":2}]}', 'Decimal: quotes[0].px: expected a decimal, found "x"'],
  ['{"quotes":[{"side":"buy","px":1,"qty":2,"px":1}]}', 'DuplicateKey: quotes[0].px stands twice'],
  ['{"quotes":[{"side":"buy","px":1,"qty":2,"count":1}]}', 'UnknownKey: quotes[0].count is not expected here'],
  ['{"quotes":[{"side":"buy","px":1,"qty":2,"bad":1}]}', 'Refused: quotes[0].bad is not expected here'],
  ['{"asks":[{"px":1,"qty":2},{"px":1}]}', 'Form: asks[1]: expected an object with price and quantity, found an object'],
  // Keys that should not stand where they stand.
  ['{"p":1,"p":1}', 'DuplicateKey: p stands twice'],
  ['{"data":{"i":1,"\\u0069":1}}', 'DuplicateKey: data.i stands twice'],
  ['{"inner":{"x":1,"y":2}}', 'UnknownKey: inner.y is not expected here'],
  ['{"step":[1,2,3]}', 'UnknownKey: step[2] is not expected here'],
  ['{"error":{"code":1}}', 'Refused: error is not expected here'],
  // Kinds.
  ['{"basket":[]}', 'LateKind: basket: the kind it depends on is missing'],
  ['{"data":{"kind":"pear","basket":[]}}', 'UnknownKind: data.kind: expected a known kind, found "pear"'],
  ['{"shape":{"r":1,"type":"square"}}', 'UnknownKind: shape.type: expected a known kind, found "square"'],
  ['{"shape":{"type":""}}', 'UnknownKind: shape.type: expected a known kind, found ""'],
  // The whole frame.
  [`{"z":${'['.repeat(64)}${']'.repeat(64)}}`, 'Depth: nested too deeply: more than 64 open brackets'],
  ['['.repeat(100), 'Depth: nested too deeply: more than 64 open brackets'],
];

test.each(cases)('%s is refused with %s', (frame, fault) => {
  expect(faultOf(frame)).toBe(fault);
});

test.each([
  ['', /^NotJson: not JSON: .*end of JSON input/],
  ['{"p":1', /^NotJson: not JSON: /],
  ['nonsense', /^NotJson: not JSON: .*nonsense/],
  [Buffer.from([0x22, 0xc3, 0x28, 0x22]), /^NotUtf8: not UTF-8$/],
  [Buffer.alloc(FALLBACK_BYTES_MAX + 1, ' '), /^Bytes: longer than 67108864 bytes$/],
] as const)('what is no JSON of a size that is read has no place, only a cause (%#)', (frame, fault) => {
  expect(faultOf(frame as Buffer)).toMatch(fault);
});

test('there is a case for every reason that a frame can be refused for; limits.test.ts has those of many levels and records', () => {
  const onlyKernel = ['None', 'NoKernel', 'Fixups', 'Escape'];
  const elsewhere = ['NotJson', 'NotUtf8', 'Bytes', 'Levels', 'Records'];
  const shown = new Set(cases.map(([, fault]) => fault.slice(0, fault.indexOf(':'))));
  expect([...shown].sort()).toEqual(reasonNames.filter((name) => !onlyKernel.includes(name) && !elsewhere.includes(name)).sort());
});

describe('what is shown of a frame', () => {
  const found = (value: string): string => /found (.*)$/.exec(faultOf(`{"p":${value}}`))![1]!;

  test('ends after 40 characters, of a text, a number and a key', () => {
    expect(found(`"${'x'.repeat(38)}"`)).toBe(`"${'x'.repeat(38)}"`);
    expect(found(`"${'x'.repeat(39)}"`)).toBe(`"${'x'.repeat(39)}…`);
    expect(found(`"${'x'.repeat(5_000_000)}"`)).toBe(`"${'x'.repeat(39)}…`);
    expect(faultOf(`{"i":0.${'1'.repeat(60)}}`)).toBe(`Decimal: i: expected a whole number, found 0.${'1'.repeat(38)}…`);
    expect(faultOf(`{"inner":{"${'k'.repeat(40)}":1}}`)).toBe(`UnknownKey: inner.${'k'.repeat(40)} is not expected here`);
    expect(faultOf(`{"inner":{"${'k'.repeat(41)}":1}}`)).toBe(`UnknownKey: inner."${'k'.repeat(40)}…" is not expected here`);
  });

  test('ends between characters, never within one', () => {
    expect(found(`"${'𝄞'.repeat(38)}"`)).toBe(`"${'𝄞'.repeat(38)}"`);
    expect(found(`"${'𝄞'.repeat(39)}"`)).toBe(`"${'𝄞'.repeat(39)}…`);
    expect(found(`"x${'𝄞'.repeat(50)}"`)).toBe(`"x${'𝄞'.repeat(38)}…`);
  });

  test('is one line: a text is shown as it is written, and a key that is no plain word in quotes', () => {
    expect(found('"two\\nlines"')).toBe('"two\\nlines"');
    const keyShown = (key: string): string => faultOf(`{"inner":{"${key}":1}}`);
    expect(keyShown('two\\nlines')).toBe('UnknownKey: inner."two\\nlines" is not expected here');
    expect(keyShown('a.b')).toBe('UnknownKey: inner."a.b" is not expected here');
    expect(keyShown('')).toBe('UnknownKey: inner."" is not expected here');
    expect(keyShown('\\ud800')).toBe('UnknownKey: inner."\\ud800" is not expected here');
  });
});

describe('a fault is that of the last frame', () => {
  test('a frame that is taken has none', () => {
    for (const { decoder, root } of [fast, slow]) {
      expect(decoder.decode(Buffer.from('{"p":"NaN"}'), root)).toBe(Status.Bad);
      expect(decoder.decode(Buffer.from('{"p":"1"}'), root)).toBe(Status.Ok);
      expect(decoder.fault()).toBe('');
      expect(decoder.decode(Buffer.from('{"\\u0070":"1"}'), root)).toBe(Status.Ok);
      expect(decoder.fault()).toBe('');
    }
  });

  test('it can be asked for twice, and before any frame', () => {
    expect(new Decoder().fault()).toBe('');
    fast.decode('{"p":"NaN"}');
    expect([fast.decoder.fault(), fast.decoder.fault()]).toEqual(Array(2).fill('p: expected a decimal, found "NaN"'));
  });

  test('the kernel alone names no place: it gives up, and only the whole way refuses', () => {
    const { decoder, root } = fast;
    decoder.decode(Buffer.from('{"data":{"p":"NaN"}}'), root);
    expect(decoder.decodeKernel(Buffer.from('{"i":1.5}'), root)).toBe(Status.Fallback);
    expect(decoder.fault()).toBe('');
  });
});

describe('any frame', () => {
  const kinds = [...frameKinds, ...zooKinds].filter(({ name }) => !/\d{3,}$/.test(name));
  const [kernel, fallback] = [new Decoder(), new Decoder({ forceFallback: true })];
  const benches = [{ name: 'body', rules }, ...kinds].map((kind) => ({ kind, fast: kernel.root(kind.name, kind.rules), slow: fallback.root(kind.name, kind.rules) }));
  const expectFault = (frame: Buffer, { fast: fastRoot, slow: slowRoot }: (typeof benches)[number]): void => {
    const status = kernel.decode(frame, fastRoot);
    expect(fallback.decode(frame, slowRoot)).toBe(status);
    const fault = kernel.fault();
    expect(fallback.fault()).toBe(fault);
    expect(fault === '').toBe(status === Status.Ok);
    expect(fault).not.toMatch(/undefined|expected ,|found $/);
    expect(fault.length).toBeLessThan(1_000);
  };

  test('of any bytes: the same short words by either way, and nothing thrown', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(benches.length - 1), (bytes, index) => expectFault(Buffer.from(bytes), benches[index]!)), { numRuns: 1_000 });
    fc.assert(fc.property(fc.json(), fc.nat(benches.length - 1), (text, index) => expectFault(Buffer.from(text), benches[index]!)), { numRuns: 1_000 });
  });

  test('of any mutation of what venues send: the same', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: benches.length - 1 }), (seed, index) => {
        expectFault(mutate(makeFrames(kinds[index - 1]!, 1, seed)[0]!, new Random(seed)), benches[index]!);
      }),
      { numRuns: 3_000 },
    );
  });

  test('of the keys of a schema with any values: the same', () => {
    const values = fc.oneof(fc.constantFrom('null', '1', '"1.5"', '"x"', '[]', '{}', '[["1","2"]]', '[["buy"]]', '[{"px":1}]', '[{"side":"B","qty":{}}]', '[[1,2,3]]', '"apple"', '"buy"'), fc.json({ maxDepth: 3 }));
    const frames = fc.array(fc.tuple(fc.constantFrom(...Object.keys(body.keys)), values), { maxLength: 6 }).map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`);
    fc.assert(
      fc.property(frames, fc.boolean(), (text, isCombined) => {
        const alone = faultOf(text);
        if (isCombined && !alone.startsWith('Ok')) expect(faultOf(`{"stream":"a@b","data":${text}}`)).toBe(alone.replace(/^(\w+): /, '$1: data.'));
      }),
      { numRuns: 3_000 },
    );
  });
});
