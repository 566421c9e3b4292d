import { mkdirSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { ConfigError } from '../../../../lib/config/config-error.ts';
import { loadShop, problemsOf, useFolder } from './config-desk.ts';

const folder = useFolder();

describe('defaults', () => {
  test('fill everything that nobody said, so that no field is undefined', () => {
    expect(loadShop({})).toEqual({
      name: 'shop',
      port: 8080,
      ratio: 0.5,
      isOpen: true,
      note: null,
      log: { level: 'info', levels: {} },
      tags: ['new'],
      venues: [],
      options: null,
    });
  });

  test('fill the elements of lists too', () => {
    const file = folder.write('a.yaml', 'venues: [{ id: okx }]');
    expect(loadShop({ files: [file] }).venues).toEqual([{ id: 'okx', speed: 1, apiSecret: null, transport: { retryMs: 100 } }]);
  });

  test('come back where a value is null', () => {
    const files = [folder.write('a.yaml', 'port: 1\nlog: { level: warn }\ntags: [a]'), folder.write('b.yaml', 'port: null\nlog:\ntags: ~')];
    expect(loadShop({ files })).toMatchObject({ port: 8080, log: { level: 'info' }, tags: ['new'] });
  });

  test('are frozen with everything else, to the bottom', () => {
    const config = loadShop({ sets: ['venues=[{id: a}]', 'options={a: {b: 1}}'] });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.venues[0]!.transport)).toBe(true);
    expect(() => Object.assign(config.log.levels, { a: 'debug' })).toThrow(TypeError);
    expect(Object.isFrozen((config.options as { a: object }).a)).toBe(true);
  });

  test('have the types of the table', () => {
    const config = loadShop({ sets: ['venues=[{id: a}]'] });
    expectTypeOf(config.port).toEqualTypeOf<number>();
    expectTypeOf(config.note).toEqualTypeOf<string | null>();
    expectTypeOf(config.log.level).toEqualTypeOf<'debug' | 'info' | 'warn'>();
    expectTypeOf(config.venues[0]!.apiSecret).toEqualTypeOf<string | null>();
    expectTypeOf(config.tags).toEqualTypeOf<readonly string[]>();
    expectTypeOf(config.options).toEqualTypeOf<unknown>();
  });

  test('a map has only the keys that were given', () => {
    const { levels } = loadShop({ sets: ['log.levels={toString: debug}'] }).log;
    expect(levels['toString']).toBe('debug');
    expect(levels['valueOf']).toBeUndefined();
  });
});

describe('files', () => {
  test.each([
    ['a.yaml', 'port: 1\nvenues:\n  - id: okx\n    speed: 2'],
    ['a.yml', '{ port: 1, venues: [ { id: okx, speed: 2 } ] }'],
    ['a.json', '{"port": 1, "venues": [{"id": "okx", "speed": 2}]}'],
  ])('%s is read by its extension', (name, text) => {
    expect(loadShop({ files: [folder.write(name, text)] })).toMatchObject({ port: 1, venues: [{ id: 'okx', speed: 2 }] });
  });

  test('merge: objects by key, lists with ids by id, other lists as a whole', () => {
    const lower = folder.write('a.yaml', 'log: { level: warn, levels: { a: debug } }\ntags: [x, y]\nvenues: [{ id: a, speed: 1 }, { id: b, speed: 2 }]');
    const upper = folder.write('b.json', '{"log": {"levels": {"b": "info"}}, "tags": ["z"], "venues": [{"id": "c"}, {"id": "a", "transport": {"retryMs": 7}}]}');
    const { log, tags, venues } = loadShop({ files: [lower, upper] });
    expect(log).toEqual({ level: 'warn', levels: { a: 'debug', b: 'info' } });
    expect(tags).toEqual(['z']);
    expect(venues.map(({ id, speed, transport }) => [id, speed, transport.retryMs])).toEqual([['a', 1, 7], ['b', 2, 100], ['c', 1, 100]]);
  });

  test('a key without a value says nothing', () => {
    expect(loadShop({ files: [folder.write('a.yaml', '{ port, name: x, ? log }')] })).toMatchObject({ port: 8080, name: 'x' });
  });

  test('an empty list empties the list below', () => {
    const files = [folder.write('a.yaml', 'venues: [{ id: a }]'), folder.write('b.yaml', 'venues: []')];
    expect(loadShop({ files }).venues).toEqual([]);
  });

  test('anchors and merge keys work', () => {
    const file = folder.write('a.yaml', 'venues:\n  - &base { id: a, speed: 3, transport: { retryMs: 5 } }\n  - { <<: *base, id: b }\n  - { <<: [ { id: x, speed: 9 }, *base ], id: c }');
    expect(loadShop({ files: [file] }).venues.map(({ id, speed, transport }) => [id, speed, transport.retryMs])).toEqual([['a', 3, 5], ['b', 3, 5], ['c', 9, 5]]);
  });

  test.each([
    ['nothing.yaml', null, '', /^no such file$/],
    ['empty.yaml', '', '', /^an empty file$/],
    ['comment.yaml', '# nothing\n', '', /^an empty file$/],
    ['empty.json', ' \n', '', /^an empty file$/],
    ['list.yaml', '- 1', ':1:1', /^a list$/],
    ['word.yaml', '\nword', ':2:1', /^a single value$/],
    ['config.toml', 'a = 1', '', /^\.toml$/],
    ['config', 'a: 1', '', /^no extension$/],
    ['tab.yaml', 'log:\n\tlevel: info', ':2:1', /Tabs are not allowed/],
    ['open.yaml', 'log: { level: info', ':1:19', /flow map/i],
    ['double.yaml', 'port: 1\nport: 2', ':2:1', /keys must be unique/],
    ['anchor.yaml', 'port: *nowhere', '', /anchor/],
    ['two.yaml', 'port: 1\n---\nport: 2', ':2:1', /multiple documents/],
    ['tag.yaml', 'port: !money 1', ':1:7', /Unresolved tag/],
    ['key.yaml', '? [a, b]\n: 1', ':1:3', /a key that is none/],
    ['proto.yaml', 'log: { __proto__: { a: 1 } }', ':1:8', /^__proto__$/],
    ['merge.yaml', 'log: { <<: 1 }', '', /./],
    ['proto.json', '{"log": {"constructor": 1}}', '', /^log\.constructor$/],
    ['bad.json', '{"port": 1,}', ':1:12', /^}$/],
    ['comment.json', '// x\n{}', ':1:1', /^\/\/ x$/],
    ['deep.json', `{"a":${'['.repeat(70)}${']'.repeat(70)}}`, ':1:69', /too many levels/],
    ['double.json', '{"port": 1, "port": 2}', ':1:13', /keys must be unique/],
  ])('%s is refused with its place and reason', (name, text, place, found) => {
    const file = text === null ? folder.path(name) : folder.write(name, text);
    const problems = problemsOf(() => loadShop({ files: [file] }));
    expect(problems).toHaveLength(1);
    expect(problems[0]!.found).toMatch(found);
    if (place !== '') expect(problems[0]!.from).toBe(`${file}${place}`);
    else expect(problems[0]!.from).toContain(file);
  });

  test('a directory is said to be one', () => {
    mkdirSync(folder.path('dir.yaml'));
    expect(problemsOf(() => loadShop({ files: [folder.path('dir.yaml')] }))[0]).toMatchObject({ expected: 'a file that can be read', found: 'a directory' });
  });

  test('aliases cannot grow without bound', () => {
    const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`);
    const file = folder.write('bomb.yaml', `l0: &l0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n${levels.join('\n')}`);
    const problems = problemsOf(() => loadShop({ files: [file] }));
    expect(problems).toHaveLength(1);
    expect(problems[0]!.found).toMatch(/Excessive alias count/);
  });

  test.each([
    ['a circle of aliases', 'options: &a [*a]'],
    ['seventy levels', `options: ${'['.repeat(70)}${']'.repeat(70)}`],
    ['half a million values', `options: [${'1,'.repeat(200_000)}1]`],
  ])('%s is refused', (_name, text) => {
    const problems = problemsOf(() => loadShop({ files: [folder.write('a.yaml', text)] }));
    expect(problems).toHaveLength(1);
    expect(problems[0]!.expected).toMatch(/bounded|at most 64 levels/);
  });

  test('with a file that cannot be read, only that and the overrides are complained about', () => {
    const problems = problemsOf(() => loadShop({ files: [folder.path('no.yaml')], sets: ['nope=1', 'port=abc'] }));
    expect(problems.map((problem) => problem.found)).toEqual(['no such file', 'nope']);
  });
});

describe('problems', () => {
  test('are all told at once, each with path, place, what was expected and what was found', () => {
    const file = folder.write('a.yaml', 'port: 99999\nratio: much\nisOpen: 1\nnmae: x\nlog:\n  level: inof\ntags: [1, a, b, c]\nvenues:\n  - speed: -1\n  - id: OKX\n    transport: none\n');
    const found = problemsOf(() => loadShop({ files: [file] })).map(({ path, from, expected, found: what, hint }) => [path, from.replace(file, 'a.yaml'), expected, what, hint].join(' | '));
    expect(found.sort()).toEqual([
      'isOpen | a.yaml:3:1 | true or false | 1 (number) | ',
      'log.level | a.yaml:6:3 | one of debug, info, warn | "inof" (text) | did you mean "info"?',
      'nmae | a.yaml:4:1 | one of name, port, ratio, isOpen, note, log, tags, venues, options | an unknown key "nmae" | did you mean "name"?',
      'port | a.yaml:1:1 | a whole number from 1 to 65535 | 99999 (number) | ',
      'ratio | a.yaml:2:1 | a number from 0 to 1 | "much" (text) | ',
      'tags | a.yaml:7:1 | a list of a text up to 3 elements | [1,"a","b","c"] (list) | ',
      'tags[0] | a.yaml:7:8 | a text | 1 (number) | ',
      'venues[0].id | a.yaml:9:5 | a name in lower case | nothing | ',
      'venues[0].speed | a.yaml:9:5 | a number from 0 ms on | -1 (number) | ',
      'venues[1].id | a.yaml:10:5 | a name in lower case | "OKX" (text) | ',
      'venues[1].transport | a.yaml:11:5 | an object | "none" (text) | ',
    ]);
  });

  test('render as a block of lines', () => {
    const error = new ConfigError(problemsOf(() => loadShop({ sets: ['log.levl=info', 'port=x'] })));
    expect(error.render()).toBe(
      [
        '2 problems in the configuration:',
        '  log.levl  (--set log.levl)',
        '    expected one of level, levels',
        '    found    levl',
        '    did you mean "level"?',
        '  port  (--set port)',
        '    expected a whole number from 1 to 65535',
        '    found    "x" (text)',
      ].join('\n'),
    );
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', severity: 'halt', facts: { problems: 2 } });
  });

  test('of one alone render in the singular', () => {
    expect(new ConfigError(problemsOf(() => loadShop({ files: ['/no/a.yaml'] }))).render()).toMatch(/^1 problem in the configuration:\n {2}\/no\/a\.yaml\n/);
    expect(new ConfigError([{ path: 'a.b', from: '', expected: 'x', found: 'y', hint: '' }]).render()).toContain('\n  a.b\n');
  });

  test('never show a secret', () => {
    const file = folder.write('a.yaml', 'venues: [{ id: a, apiSecret: { geheim: 1 } }]');
    const problems = problemsOf(() => loadShop({ files: [file], sets: ['venues[a].apiSecrt=geheim', 'venues[a].apiSecret.x=geheim'], environment: { M__VENUES__A__APISECRET__X: 'geheim' }, prefix: 'M' }));
    expect(problems).toHaveLength(4);
    expect(new ConfigError(problems).render()).not.toContain('geheim');
  });

  test.each([
    ['.nan', 'NaN'],
    ['.inf', 'Infinity'],
    ['1.5', '1.5 (number)'],
    ['9007199254740993', '9007199254740992 (number)'],
    ['""', '"" (text)'],
    ['[1]', '[1] (list)'],
    ['true', 'true (boolean)'],
  ])('%s is no port', (text, found) => {
    expect(problemsOf(() => loadShop({ sets: [`port=${text}`] }))[0]).toMatchObject({ path: 'port', found });
  });

  test('an empty text is refused unless it is allowed', () => {
    expect(problemsOf(() => loadShop({ sets: ['name=""'] }))[0]).toMatchObject({ path: 'name', found: '"" (text)' });
  });

  test('an id used twice is one', () => {
    const file = folder.write('a.yaml', 'venues:\n  - id: a\n  - id: b\n  - id: a\n');
    expect(problemsOf(() => loadShop({ files: [file] }))).toEqual([
      { path: 'venues[2].id', from: `${file}:4:5`, expected: 'an id of its own', found: '"a", as in venues[0]', hint: '' },
    ]);
  });

  test('of rules are told when every field is right, and only then', () => {
    const rules = [(config: { port: number }) => (config.port < 1024 ? [{ path: 'port', expected: 'a port from 1024 on', found: String(config.port) }] : [])];
    expect(loadShop({ rules }).port).toBe(8080);
    expect(problemsOf(() => loadShop({ rules, sets: ['port=80'] }))).toEqual([{ path: 'port', from: '', expected: 'a port from 1024 on', found: '80', hint: '' }]);
    expect(problemsOf(() => loadShop({ rules, sets: ['port=80', 'ratio=2'] })).map((problem) => problem.path)).toEqual(['ratio']);
  });
});
