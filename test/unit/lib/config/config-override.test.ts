import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePath, pathWithIndex, pathWithName } from '../../../../lib/config/config-path.ts';
import { loadShop, problemsOf, useFolder } from './config-desk.ts';

const folder = useFolder();
const venues = (): string => folder.write('venues.yaml', 'venues: [{ id: binance-spot }, { id: okx, speed: 5 }]\nlog: { levels: { a.b: warn } }');

describe('the environment', () => {
  const load = (environment: Record<string, string | undefined>): ReturnType<typeof loadShop> => loadShop({ files: [venues()], environment, prefix: 'SHOP' });

  test.each([
    ['SHOP__PORT', '81', { port: 81 }],
    ['SHOP__ISOPEN', 'false', { isOpen: false }],
    ['SHOP__IS_OPEN', 'false', { isOpen: false }],
    ['SHOP__LOG__LEVEL', 'warn', { log: { level: 'warn' } }],
    ['SHOP__log__level', 'warn', { log: { level: 'warn' } }],
    ['SHOP__LOG__LEVELS__OKX', 'debug', { log: { levels: { 'okx': 'debug', 'a.b': 'warn' } } }],
    ['SHOP__LOG__LEVELS__A_B', 'debug', { log: { levels: { 'a.b': 'debug' } } }],
    ['SHOP__LOG__LEVELS', '{ x: info }', { log: { levels: { x: 'info' } } }],
    ['SHOP__TAGS', '[a, b]', { tags: ['a', 'b'] }],
    ['SHOP__TAGS__0', 'old', { tags: ['old'] }],
    ['SHOP__VENUES__1__SPEED', '7', { venues: [{ speed: 1 }, { speed: 7 }] }],
    ['SHOP__VENUES__BINANCE_SPOT__TRANSPORT__RETRYMS', '7', { venues: [{ transport: { retryMs: 7 } }, {}] }],
    ['SHOP__OPTIONS', '{ a: [1, 2] }', { options: { a: [1, 2] } }],
    ['SHOP__OPTIONS__DEEP__ER', '1', { options: { deep: { er: 1 } } }],
    ['SHOP__PORT', '', { port: 8080 }],
  ])('%s=%s reaches its field', (name, text, expected) => {
    expect(load({ [name]: text })).toMatchObject(expected);
  });

  test.each(['0123', 'true', '[a', '*x', 'a: b', '"q"', ' x ', '${y}', '#5'])('a text field takes %j as it is', (text) => {
    expect(load({ SHOP__VENUES__OKX__API_SECRET: text }).venues[1]!.apiSecret).toBe(text);
  });

  test('only names with the prefix are looked at', () => {
    expect(load({ PORT: 'x', SHOP_PORT: 'x', XSHOP__PORT: 'x', SHOP__PORT: undefined }).port).toBe(8080);
    expect(loadShop({ environment: { SHOP__PORT: 'x' } }).port).toBe(8080);
  });

  test.each([
    ['SHOP__PROT', '1', 'PROT', 'PROT', 'did you mean "port"?'],
    ['SHOP__PORT', 'x', 'port', '"x" (text)', ''],
    ['SHOP__PORT', '{', 'port', 'a value that is not YAML', ''],
    ['SHOP__PORT__X', '1', 'port', 'X', ''],
    ['SHOP__VENUES__5__SPEED', '1', 'venues', '5', ''],
    ['SHOP__VENUES__OKS__SPEED', '1', 'venues', 'OKS', 'did you mean "okx"?'],
    ['SHOP__LOG__LEVELS____PROTO__', '1', 'log.levels', '', ''],
    ['SHOP__OPTIONS__CONSTRUCTOR', '1', 'options', 'constructor', ''],
    ['SHOP__', '1', '[]', '', ''],
  ])('%s=%s is a problem that names the variable', (name, text, path, found, hint) => {
    const problems = problemsOf(() => load({ [name]: text }));
    expect(problems[0]).toMatchObject({ from: `env ${name}`, path: expect.stringContaining(path) as string, hint });
    if (found !== '') expect(problems[0]!.found).toBe(found);
  });
});

describe('--set', () => {
  const load = (...sets: string[]): ReturnType<typeof loadShop> => loadShop({ files: [venues()], sets });

  test.each([
    ['port=81', { port: 81 }],
    ['log.level=warn', { log: { level: 'warn' } }],
    ['venues.1.speed=2', { venues: [{ speed: 1 }, { speed: 2 }] }],
    ['venues[1].speed=2', { venues: [{ speed: 1 }, { speed: 2 }] }],
    ['venues[okx].speed=2', { venues: [{ speed: 1 }, { speed: 2 }] }],
    ['venues.okx.transport.retryMs=2', { venues: [{}, { transport: { retryMs: 2 } }] }],
    ['log.levels[a.b]=info', { log: { levels: { 'a.b': 'info' } } }],
    ['log.levels[c.d]=info', { log: { levels: { 'a.b': 'warn', 'c.d': 'info' } } }],
    ['tags.0=x', { tags: ['x'] }],
    ['tags=[x, y]', { tags: ['x', 'y'] }],
    ['name=123', { name: '123' }],
    ['name=a=b', { name: 'a=b' }],
    ['name="quo ted"', { name: 'quo ted' }],
    ['name={x', { name: '{x' }],
    ['note=', { note: null }],
    ['options.list=[{ id: a }]', { options: { list: [{ id: 'a' }] } }],
  ])('%s reaches its field', (set, expected) => {
    expect(load(set)).toMatchObject(expected);
  });

  test('later ones see what earlier ones made, and win', () => {
    expect(load('options={ a: [1, 2] }', 'options.a.1=3', 'port=1', 'port=2')).toMatchObject({ options: { a: [1, 3] }, port: 2 });
  });

  test.each([
    ['port', '', 'no ='],
    ['=1', '', 'no such path'],
    ['.port=1', '', 'no such path'],
    ['log..level=1', '', 'no such path'],
    ['[log]=1', '', 'no such path'],
    ['log[=1', '', 'no such path'],
    ['Port=1', 'Port', 'Port'],
    ['venues[kraken].speed=1', 'venues', 'kraken'],
    ['venues.2.speed=1', 'venues', '2'],
    ['tags[x]=1', 'tags', 'x'],
    ['log.level.x=1', 'log.level', 'x'],
    ['log.levels.__proto__=info', 'log.levels', '__proto__'],
    ['options.constructor=1', 'options', 'constructor'],
  ])('%s is a problem', (set, path, found) => {
    const problems = problemsOf(() => load(set));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path, found, from: `--set ${set.split('=')[0]!}` });
  });

  test('tells which elements there are', () => {
    expect(problemsOf(() => load('venues[kraken].speed=1'))[0]!.expected).toBe('an index below 2 or one of the ids binance-spot, okx');
    expect(problemsOf(() => loadShop({ sets: ['venues.0.speed=1'] }))[0]!.expected).toBe('a list with elements');
  });

  test('wins over the environment, which wins over the files', () => {
    const environment = { SHOP__VENUES__OKX__SPEED: '6', SHOP__PORT: '6' };
    const config = loadShop({ files: [venues()], environment, prefix: 'SHOP', sets: ['port=7'] });
    expect([config.venues[1]!.speed, config.port]).toEqual([6, 7]);
  });
});

describe('paths', () => {
  test('are read back as they were written, for all names', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/[[\]]/.test(text));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        const [first, ...rest] = names;
        fc.pre(!first!.includes('.'));
        expect(parsePath([first!, ...rest.map((each) => `[${each}]`)].join(''))).toEqual(names);
      }),
    );
  });

  test('put odd names into brackets', () => {
    expect([pathWithName('', 'a'), pathWithName('a', 'b-c'), pathWithName('a', 'b.c'), pathWithIndex('a', 2)]).toEqual(['a', 'a.b-c', 'a[b.c]', 'a[2]']);
  });
});
