import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatJson } from '../../../../lib/json/json.ts';
import { Redactor, secretFragments } from '../../../../lib/log/redact.ts';

const redactor = new Redactor();
const SECRET = 'Zq7-geheim-9x';

describe('secrets', () => {
  test.each([
    'secret',
    'apiKey',
    'API_KEY',
    'X-MBX-APIKEY',
    'listenKey',
    'accessToken',
    'passphrase',
    'OK-ACCESS-PASSPHRASE',
    'dbPassword',
    'signature',
    'Authorization',
    'dsn',
  ])('the value under %s is masked', (key) => {
    expect(redactor.facts({ [key]: SECRET, other: 1 })).toEqual({ [key]: '***', other: 1 });
  });

  test('are masked at every depth that is written', () => {
    const facts = { a: { b: { c: { secret: SECRET }, token: SECRET } }, list: [{ key: SECRET }], map: new Map([['password', SECRET]]) };
    expect(redactor.facts(facts)).toEqual({ a: { b: { c: { secret: '***' }, token: '***' } }, list: [{ key: '***' }], map: { password: '***' } });
  });

  test('as a whole tree when the key of the tree is secret', () => {
    expect(redactor.facts({ keys: { id: SECRET }, tokens: [SECRET] })).toEqual({ keys: '***', tokens: '***' });
  });

  test('that are not set show that they are not set', () => {
    expect(redactor.facts({ apiKey: null, secret: '', token: undefined })).toEqual({ apiKey: null, secret: '', token: undefined });
  });

  test.each([
    [`GET /order?symbol=BTC&signature=${SECRET}&x=1`, 'GET /order?symbol=BTC&signature=***&x=1'],
    [`{"apiKey":"${SECRET}","a":1}`, '{"apiKey":"***","a":1}'],
    [`token: ${SECRET}`, 'token: ***'],
    [`postgres://meltica:${SECRET}@db:5432/x`, 'postgres://meltica:***@db:5432/x'],
    ['nothing here', 'nothing here'],
  ])('in the text %s are masked', (text, expected) => {
    expect(redactor.text(text)).toBe(expected);
  });

  test.each(['x', 'key', 'a:', '://', 'key= ', 'secret-'])('are looked for in linear time, also in many %s', (part) => {
    // A search that takes the square of the length would need minutes for this.
    const texts = Array.from({ length: 300 }, () => part.repeat(4096 / part.length));
    for (const text of texts) expect(redactor.text(text).length).toBeGreaterThan(0);
  });

  test('in errors, their causes and their stacks are masked', () => {
    const error = new Error(`GET /x?signature=${SECRET} failed`, { cause: new Error(`apiKey=${SECRET}`) });
    expect(formatJson(redactor.facts({ error }))).not.toContain(SECRET);
  });

  test('never appear, whatever they are wrapped in', () => {
    const key = fc.constantFrom(...secretFragments).chain((fragment) => fc.constantFrom(fragment, fragment.toUpperCase(), `my${fragment}`, `${fragment}Id`));
    const leaf = key.map((name) => ({ [name]: SECRET }));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 8 }, leaf, fc.record({ a: tie('tree') }), fc.array(tie('tree'), { maxLength: 3 }), tie('tree').map((inner) => new Map([['m', inner]]))),
    }));
    fc.assert(
      fc.property(tree, (facts) => {
        expect(formatJson(redactor.facts({ facts }))).not.toContain(SECRET);
      }),
    );
  });

  test('are what the options say, when they say so', () => {
    const own = new Redactor(['pin', 'a.b']);
    expect(own.facts({ pin: 1, key: 2, 'a.b': 3, axb: 4 })).toEqual({ pin: '***', key: 2, 'a.b': '***', axb: 4 });
  });
});

describe('bounds', () => {
  test('below the fourth level nothing is written', () => {
    expect(redactor.facts({ a: { b: { c: { d: { e: 1 } } } } })).toEqual({ a: { b: { c: { d: '[deep]' } } } });
  });

  test('a circle ends', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(formatJson(redactor.facts(circle))).toBe('{"self":{"self":{"self":{"self":"[deep]"}}}}');
  });

  test('long texts, lists and objects are cut and say so', () => {
    const { text, list, object } = redactor.facts({
      text: 'x'.repeat(5000),
      list: Array(150).fill(0),
      object: Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`f${index}`, 0])),
    });
    expect(text).toBe(`${'x'.repeat(4096)}… 904 more`);
    expect([(list as unknown[]).length, (list as unknown[]).at(-1)]).toEqual([101, '50 more']);
    expect(object).toMatchObject({ f99: 0, more: 20 });
  });

  test.each([
    [12n, '12'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, '[function]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), '[invalid date]'],
    [Buffer.from('abc'), '[3 bytes]'],
    [new Set([1, 2]), [1, 2]],
    [null, null],
    [true, true],
  ])('%s can be written', (value, written) => {
    expect(redactor.facts({ value })).toEqual({ value: written });
  });

  test('what cannot be read does not throw', () => {
    const bare: unknown = Object.create(null);
    const trap = { get inner(): never { throw new Error('trap'); } };
    expect(redactor.facts(trap)).toEqual({ facts: '[unreadable]' });
    expect(redactor.facts({ map: new Map([[bare, 1], [2, 3]]) })).toEqual({ map: { '2': 3, '[object]': 1 } });
    expect(redactor.facts({ error: Object.assign(new Error('x'), { code: bare, stack: undefined }) })).toEqual({ error: { name: 'Error', message: 'x' } });
  });

  test('a key that could change a prototype does not', () => {
    const facts = Object.fromEntries([['__proto__', { polluted: 1 }]]);
    const written = redactor.facts(facts);
    expect(Object.getPrototypeOf(written)).toBe(Object.prototype);
    expect(Object.keys(written)).toEqual(['__proto__']);
  });
});
