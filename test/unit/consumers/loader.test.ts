import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock/system-clock.ts';
import { ConfigError, type ConfigProblem } from '../../../lib/config/config-error.ts';
import { formatJson, parseJson } from '../../../lib/json/json.ts';
import { checkPluginConfig, loadConsumers } from '../../../internal/consumers/load-consumers.ts';
import { PluginLoader } from '../../../internal/consumers/loader.ts';
import type { Plugin } from '../../../internal/consumers/plugin.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'meltica-plugins-')));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function put(file: string, text: string): string {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function loader(loadLimitMs = 10_000): PluginLoader {
  return new PluginLoader({ configFolder: join(home, 'config'), workingFolder: join(home, 'work'), loadLimitMs, clock: systemClock });
}

/** Every case has a file of its own: Node remembers what it has loaded. */
async function problemOf(name: string, text: string): Promise<Readonly<Record<string, unknown>>> {
  put(`config/${name}`, text);
  const failure = await loader().load(`./${name}`, 'mine').catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ code: 'PLUGIN_LOAD', facts: { consumer: 'mine', plugin: `./${name}`, where: join(home, 'config', name) } });
  return (failure as { facts: Readonly<Record<string, unknown>> }).facts;
}

describe('a plugin is found', () => {
  test('as a built-in, new for every consumer', async () => {
    const [first, second] = [await loader().load('recorder', 'a'), await loader().load('recorder', 'b')];
    expect(first).toMatchObject({ kind: 'built-in', address: 'recorder' });
    expect(first.plugin).not.toBe(second.plugin);
    expect((await loader().load('top-of-book', 'c')).plugin.name).toBe('top-of-book');
    expect((await loader().load('capture', 'd')).plugin.name).toBe('capture');
  });

  test('by a path relative to the folder of the config file', async () => {
    put('plugins/plain.mjs', "export default { name: 'plain', onTrade() {} };");
    const found = await loader().load('../plugins/plain.mjs', 'mine');
    expect(found).toMatchObject({ kind: 'file', address: join(home, 'plugins/plain.mjs') });
    expect(found.plugin.name).toBe('plain');
  });

  test('by an absolute path', async () => {
    const file = put('elsewhere/absolute.mjs', 'export default { onTrade() {} };');
    expect((await loader().load(file, 'mine')).plugin.onTrade).toBeTypeOf('function');
  });

  test('as an instance of a class', async () => {
    put('config/instance.mjs', 'class Mine { onTrade() {} }\nexport default new Mine();');
    expect((await loader().load('./instance.mjs', 'mine')).plugin.onTrade).toBeTypeOf('function');
  });

  test('anew for every consumer, so that two of them do not share its variables', async () => {
    put('config/counting.mjs', 'let count = 0;\nexport default { onTrade() { count += 1; this.seen = count; } };');
    const [a, b] = [await loader().load('./counting.mjs', 'a'), await loader().load('./counting.mjs', 'b')];
    const call = (plugin: Plugin): unknown => {
      (plugin.onTrade as unknown as () => void).call(plugin);
      return (plugin as unknown as { seen: number }).seen;
    };
    call(a.plugin);
    expect([call(a.plugin), call(b.plugin)]).toEqual([2, 1]);
  });
});

describe('a plugin that does not load is told as what was expected and what was found', () => {
  test('no such file', async () => {
    await expect(loader().load('./none.mjs', 'mine')).rejects.toMatchObject({
      code: 'PLUGIN_LOAD',
      facts: { consumer: 'mine', plugin: './none.mjs', where: join(home, 'config/none.mjs'), expected: 'a JavaScript file', found: 'nothing' },
    });
  });

  test('a folder', async () => {
    mkdirSync(join(home, 'config/folder'), { recursive: true });
    await expect(loader().load('./folder', 'mine')).rejects.toMatchObject({ facts: { found: 'a folder' } });
  });

  test.each([
    ['no-default.mjs', 'export const helper = 1;', 'a plugin as the default export', 'no default export, only helper'],
    ['nothing.mjs', 'const a = 1;', 'a plugin as the default export', 'a module without exports'],
    ['number.mjs', 'export default 5;', 'a plugin object as the default export', 'the number 5'],
    ['null.mjs', 'export default null;', 'a plugin object as the default export', 'null'],
    ['class.mjs', 'export default class Mine { onTrade() {} }', 'a plugin object as the default export', 'the function or class Mine'],
    ['text-handler.mjs', "export default { onTrade: 'yes' };", 'onTrade to be a function', "the text 'yes'"],
    ['bad-stop.mjs', 'export default { onTrade() {}, stop: [] };', 'stop to be a function', 'a list'],
    ['typo.mjs', 'export default { onTrades() {} };', 'handlers named onTrade, onTicker, onBook, onKline, onEvent', 'onTrades'],
    ['class-typo.mjs', 'class Mine { onQuote() {} }\nexport default new Mine();', 'handlers named onTrade, onTicker, onBook, onKline, onEvent', 'onQuote'],
    ['useless.mjs', "export default { name: 'x', run() {} };", 'at least one of onTrade, onTicker, onBook, onKline, onEvent or start', 'an object with name, run'],
    ['bad-name.mjs', 'export default { name: 7, onTrade() {} };', 'name to be a text', 'the number 7'],
    ['bad-schema.mjs', 'export default { configSchema: [], onTrade() {} };', 'configSchema to be a table of fields', 'a list'],
    ['getter.mjs', "export default { get onTrade() { throw new Error('boo'); } };", 'a plugin object', 'one that throws when it is looked at: boo'],
  ])('%s', async (name, text, expected, found) => {
    expect(await problemOf(name, text)).toMatchObject({ expected, found });
  });

  test('a top-level await that never ends', async () => {
    put('config/waits.mjs', 'await new Promise(() => {});\nexport default { onTrade() {} };');
    await expect(loader(20).load('./waits.mjs', 'mine')).rejects.toMatchObject({ code: 'PLUGIN_LOAD', facts: { found: expect.stringContaining('the module was not loaded within 20 ms') } });
  });
});

describe('the config of a plugin', () => {
  const plugin: Plugin = { configSchema: { depth: { type: 'integer', default: 5, min: 1, doc: 'Levels' }, name: { type: 'string', doc: 'Name' } } };

  test('gets the defaults of its schema and is frozen', () => {
    const config = checkPluginConfig(plugin, { name: 'x' });
    expect({ ...config }).toEqual({ depth: 5, name: 'x' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test.each([undefined, null, {}])('may be absent (%s) where there is no schema', (config) => {
    expect(checkPluginConfig({ onTrade: () => undefined }, config)).toEqual({});
  });

  test('must be empty where there is no schema', () => {
    const check = (config: unknown): readonly ConfigProblem[] => problemsIn(() => checkPluginConfig({ onTrade: () => undefined }, config));
    expect(check({ depth: 5 })).toMatchObject([{ path: 'depth', expected: 'nothing: this plugin has no configSchema' }]);
    expect(check('depth')).toMatchObject([{ path: '', found: 'string' }]);
  });

  test('a schema that is none is an error of the plugin', () => {
    const broken = { configSchema: { depth: { type: 'intger', doc: '' } }, onTrade: () => undefined } as unknown as Plugin;
    expect(() => checkPluginConfig(broken, { depth: 1 })).toThrow(expect.objectContaining({ code: 'PLUGIN_LOAD' }));
  });

  test('everything that is wrong with all consumers is told at once, with paths', async () => {
    put('config/with-schema.mjs', "export default { configSchema: { depth: { type: 'integer', min: 1, doc: 'Levels' }, side: { type: 'string', values: ['bid', 'ask'], default: 'bid', doc: 'Side' } }, onTrade() {} };");
    const failure = await loadConsumers(
      [
        { id: 'my-plugin', module: './with-schema.mjs', config: { depth: 0, side: 'bit', width: 3 } },
        { id: 'good', module: './with-schema.mjs', config: { depth: 3 } },
        { id: 'missing', module: './nowhere.mjs', config: {} },
        { id: 'rec', module: 'recorder', config: {} },
      ],
      loader(),
    ).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(ConfigError);
    const { problems } = failure as ConfigError;
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'consumers[missing].module',
      'consumers[my-plugin].config.depth',
      'consumers[my-plugin].config.side',
      'consumers[my-plugin].config.width',
      'consumers[rec].config.file',
    ]);
    expect(problems.find(({ path }) => path.endsWith('side'))?.hint).toBe('did you mean "bid"?');
  });

  test('is handed on complete when all is well', async () => {
    const [consumer] = await loadConsumers([{ id: 'rec', module: 'recorder', config: { file: 'x.jsonl' } }], loader());
    expect({ ...consumer!.config }).toEqual({ file: 'x.jsonl', types: [] });
  });

  test('comes with the channels its handlers take and the folder its files lie in', async () => {
    put('config/deep/some.mjs', 'export default { onTicker() {}, onKline() {} };');
    const [some, all, none] = await loadConsumers(
      [{ id: 'some', module: './deep/some.mjs', config: {} }, { id: 'all', module: 'recorder', config: { file: 'x.jsonl' } }, { id: 'none', module: 'capture', config: { file: 'y.jsonl' } }],
      loader(),
    );
    expect(some).toMatchObject({ channels: ['ticker', 'kline'], folder: join(home, 'config/deep') });
    expect(all).toMatchObject({ channels: ['trade', 'ticker', 'book', 'kline'], folder: '' });
    expect(none).toMatchObject({ channels: [], folder: '' });
  });

  function problemsIn(run: () => unknown): readonly ConfigProblem[] {
    try {
      run();
    } catch (thrown) {
      return (thrown as ConfigError).problems;
    }
    return [];
  }
});

/**
 * What only Node's own resolution can show, with the compiled loader in a process of its own: here Vitest stands in the way.
 * `make test` builds first.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const compiled = join(root, 'dist/internal/consumers/loader.js');

describe.skipIf(!existsSync(compiled))('the compiled loader', () => {
  interface Answer {
    readonly name?: string;
    readonly calls?: readonly string[];
    readonly facts?: Readonly<Record<string, string>>;
    readonly kind?: string;
  }

  /** Loads one plugin after another and says what `name` and two calls of `onTrade` give. */
  const load = (...references: readonly string[]): Promise<readonly Answer[]> => run(references, true);

  async function run(references: readonly string[], shallCall: boolean): Promise<readonly Answer[]> {
    const script = `
      import { PluginLoader } from ${quoted(pathToFileURL(compiled).href)};
      import { systemClock } from ${quoted(pathToFileURL(join(root, 'dist/lib/clock/system-clock.js')).href)};
      const loader = new PluginLoader({ configFolder: ${quoted(join(home, 'config'))}, workingFolder: ${quoted(join(home, 'work'))}, loadLimitMs: 10000, clock: systemClock });
      const answers = [];
      const shallCall = ${String(shallCall)};
      for (const [index, reference] of ${formatJson(references)}.entries()) {
        try {
          const { plugin, kind } = await loader.load(reference, 'consumer-' + index);
          const calls = shallCall ? [plugin.onTrade(), plugin.onTrade()].map(String) : [];
          answers.push({ kind, name: plugin.name, calls });
        } catch (error) {
          answers.push({ facts: error.facts ?? { found: String(error) } });
        }
      }
      console.log(JSON.stringify(answers));`;
    const output = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '--eval', script], { cwd: home }, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
    });
    return parseJson(output) as readonly Answer[];
  }

  const quoted = (text: string): string => formatJson(text);

  test("gives 'meltica/plugin' to a plugin that lives where Node does not find it", async () => {
    put('config/door.mjs', "import { definePlugin, formatDecimal } from 'meltica/plugin';\nexport default definePlugin({ name: 'door', onTrade: () => formatDecimal(15, 1) });");
    expect(await load('./door.mjs')).toEqual([{ kind: 'file', name: 'door', calls: ['1.5', '1.5'] }]);
  });

  test('also to the files it imports, and keeps consumers apart', async () => {
    put('config/parts/helper.mjs', "import { toNumber } from 'meltica/plugin';\nlet count = 0;\nexport const next = () => toNumber((count += 1), 0);");
    put('config/parts/main.mjs', "import { next } from './helper.mjs';\nlet own = 0;\nexport default { name: 'parts', onTrade: () => next() > 0 && (own += 1) };");
    expect(await load('./parts/main.mjs', './parts/main.mjs')).toEqual([
      { kind: 'file', name: 'parts', calls: ['1', '2'] },
      { kind: 'file', name: 'parts', calls: ['1', '2'] },
    ]);
  });

  test('finds a package where the config file is, by its exports, and keeps consumers apart', async () => {
    put('config/node_modules/some-plugin/package.json', '{ "name": "some-plugin", "type": "module", "exports": { "import": "./lib/entry.js" } }');
    put('config/node_modules/some-plugin/lib/entry.js', "import { definePlugin } from 'meltica/plugin';\nlet count = 0;\nexport default definePlugin({ name: 'some', onTrade: () => (count += 1) });");
    expect(await load('some-plugin', 'some-plugin')).toEqual([
      { kind: 'package', name: 'some', calls: ['1', '2'] },
      { kind: 'package', name: 'some', calls: ['1', '2'] },
    ]);
  });

  test('finds a scoped CommonJS package in the working folder', async () => {
    put('work/node_modules/@me/old-plugin/package.json', '{ "name": "@me/old-plugin", "main": "old.js" }');
    put('work/node_modules/@me/old-plugin/old.js', "module.exports = { name: 'old', onTrade: () => 1 };");
    expect(await load('@me/old-plugin')).toEqual([{ kind: 'package', name: 'old', calls: ['1', '1'] }]);
  });

  test('lists the built-ins when a name is none of them, with a guess', async () => {
    const [answer] = await load('recoder');
    expect(answer?.facts).toMatchObject({
      plugin: 'recoder',
      where: `${join(home, 'config')} and ${join(home, 'work')}`,
      expected: 'a built-in (capture, recorder, top-of-book), a path that starts with ./ or ../ or /, or an installed package',
      found: 'none of them; did you mean "recorder"?',
    });
  });

  test('says what a package lacks, and not that the package is missing', async () => {
    put('config/node_modules/half-plugin/package.json', '{ "name": "half-plugin", "type": "module", "exports": "./entry.js" }');
    put('config/node_modules/half-plugin/entry.js', "import 'something-else';\nexport default { onTrade() {} };");
    const [answer] = await load('half-plugin');
    expect(answer?.facts?.['found']).toContain("Cannot find package 'something-else'");
  });

  test('says that TypeScript must be compiled first, where Node does not do it itself', async () => {
    put('config/typed.ts', 'export default { name: "typed", onTrade(): number { return 1; } };');
    const [answer] = await load('./typed.ts');
    const canStripTypes = Number(process.versions.node.split('.')[0]) >= 24;
    if (canStripTypes) expect(answer?.name).toBe('typed');
    else expect(answer?.facts).toMatchObject({ expected: 'a JavaScript file (.js, .mjs, .cjs)', found: expect.stringContaining('.ts') });
  });

  test('loads both examples as they are shipped', async () => {
    const answers = await run([join(root, 'dist/examples/spread-alert.js'), join(root, 'examples/trade-tape.mjs')], false);
    expect(answers).toMatchObject([{ name: 'spread-alert' }, { name: 'trade-tape' }]);
  });

  test('says where a syntax error stands', async () => {
    put('config/syntax.mjs', 'export default {\n  onTrade() { let a = ; },\n};\n');
    const [answer] = await load('./syntax.mjs');
    expect(answer?.facts?.['found']).toBe("SyntaxError: Unexpected token ';' at syntax.mjs:2: onTrade() { let a = ; },");
  });

  test('says where an error was thrown while it loaded', async () => {
    put('config/throws.mjs', "\nthrow new Error('no licence');\n");
    const [answer] = await load('./throws.mjs');
    expect(answer?.facts?.['found']).toMatch(/^no licence at file:.*throws\.mjs\?consumer=consumer-0:2:7$/);
  });

  test('says which import is not there', async () => {
    put('config/import.mjs', "import './helper-that-is-missing.mjs';\nexport default { onTrade() {} };");
    const [answer] = await load('./import.mjs');
    expect(answer?.facts?.['found']).toContain(`Cannot find module '${join(home, 'config/helper-that-is-missing.mjs')}'`);
  });
});
