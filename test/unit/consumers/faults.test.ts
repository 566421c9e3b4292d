import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { consumerOfFault, type PluginHome } from '../../../internal/consumers/faults.ts';
import { formatJson, parseJson } from '../../../lib/json/json.ts';
import { Stage, turns } from './support/fakes.ts';
import { trade } from './support/events.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** An error as it comes out of a stack of these frames, the innermost first. */
function fault(frames: readonly string[], message = 'broken'): Error {
  const error = new Error(message);
  error.stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

describe('the consumer of a fault', () => {
  const homes: readonly PluginHome[] = [
    { id: 'built-in', folder: '' },
    { id: 'tape', folder: '/plugins/my tapes' },
    { id: 'a b', folder: '/elsewhere' },
    { id: 'outer', folder: '/plugins' },
    { id: 'beside us', folder: root.slice(0, -1) },
  ];

  test.each<readonly [string, readonly string[], string | null]>([
    ['a timer of the plugin', ['Timeout.tick [as _onTimeout] (file:///anywhere/x.mjs?consumer=tape:12:3)', 'listOnTimeout (node:internal/timers:581:17)'], 'tape'],
    ['a frame without a name', ['file:///anywhere/x.mjs?consumer=tape:12:3'], 'tape'],
    ['a promise of the plugin', ['async open (node:internal/fs/promises:639:25)', 'async file:///x.mjs?consumer=tape&meltica-door:4:1'], 'tape'],
    ['an id that an address must escape', ['f (file:///x.mjs?consumer=a%20b:4:1)'], 'a b'],
    ['our code that the plugin called', [`formatDecimal (file://${root}lib/decimal/decimal.ts:4:1)`, 'tick (file:///x.mjs?consumer=tape:4:1)'], 'tape'],
    ['a file that the plugin imports', ['poll (file:///plugins/my%20tapes/parts/feed.mjs:4:9)'], 'tape'],
    ['a CommonJS file that the plugin imports', ['Object.poll (/plugins/my tapes/parts/feed.cjs:4:9)'], 'tape'],
    ['a plugin that lies beside our own folders', [`f (file://${root}mine.mjs:1:1)`], 'beside us'],
    ['our own code', [`Mailbox.offer (file://${root}internal/bus/mailbox.ts:1:1)`, `Fd.write (file://${root}lib/log/fd-sink.ts:1:1)`], null],
    ['a package beside the plugin', ['WebSocket.emit (/plugins/my tapes/node_modules/ws/lib/websocket.js:1:1)'], null],
    ['a folder that only begins alike', ['f (file:///elsewhere-2/x.mjs:1:1)'], null],
    ['a file in the folder of one, called by another', ['f (file:///plugins/my%20tapes/parts/feed.mjs:4:9)', 'g (file:///x.mjs?consumer=a%20b:4:1)'], 'a b'],
    ['a consumer that is not ours', ['f (file:///x.mjs?consumer=stranger:1:1)'], null],
    ['Node alone', ['TCP.onStreamRead (node:internal/stream_base_commons:217:20)'], null],
    ['an address that is none', ['f (file://%zz?consumer=%zz:1:1)'], null],
  ])('%s', (_name, frames, expected) => {
    expect(consumerOfFault(fault(frames), homes)).toBe(expected);
  });

  test('is not found in the text of a message, which may come from outside', () => {
    expect(consumerOfFault(fault([], 'bad frame\n    at f (file:///x.mjs?consumer=tape:1:1)\n'), homes)).toBeNull();
  });

  test.each<readonly [string, unknown]>([
    ['a text', 'broken'],
    ['undefined', undefined],
    ['an object that looks like an error', { stack: 'at f (file:///x.mjs?consumer=tape:1:1)', message: '' }],
    ['an error whose stack throws', Object.defineProperty(new Error('x'), 'stack', { get: () => { throw new Error('no'); } })],
    ['an error whose stack is no text', Object.assign(new Error('x'), { stack: 5 })],
  ])('nobody is it for %s', (_name, thrown) => {
    expect(consumerOfFault(thrown, homes)).toBeNull();
  });
});

describe('a stray fault', () => {
  const stray = (message = 'broken'): Error => fault(['Timeout.tick (file:///x.mjs?consumer=tape:12:3)'], message);

  test('of a plugin is counted as an error of its consumer, which goes on', async () => {
    const stage = new Stage();
    const { mailbox, runner } = stage.add('tape', { onTrade: () => undefined });
    stage.add('other', { onTrade: () => undefined });
    await stage.host.start(1000);
    expect(stage.host.onStrayFault(stray())).toBe(true);
    mailbox.offer(trade());
    await turns();
    expect(stage.host.rows()).toMatchObject([{ id: 'tape', state: 'running', errors: 1, delivered: 1 }, { id: 'other', errors: 0 }]);
    expect(runner.errorsByHandler).toEqual({ onTrade: 0, outside: 1 });
    expect(await stage.metrics.metricsText()).toContain('meltica_consumer_errors_total{consumer="tape",handler="outside"} 1');
    expect(stage.logger.lines).toMatchObject([
      { level: 'error', message: 'plugin failed outside its handlers', facts: { consumer: 'tape', errors: 1, reason: 'broken', at: 'file:///x.mjs?consumer=tape:12:3' } },
    ]);
  });

  test('of nobody known is not taken', () => {
    const stage = new Stage();
    stage.add('tape', { onTrade: () => undefined });
    expect(stage.host.onStrayFault(fault(['f (node:net:1:1)']))).toBe(false);
    expect(stage.host.onStrayFault('a text')).toBe(false);
    expect(stage.logger.lines).toEqual([]);
  });

  test('is found by the folder of the plugin as well', () => {
    const stage = new Stage();
    stage.add('tape', { onTrade: () => undefined }, {}, { folder: '/plugins' });
    expect(stage.host.onStrayFault(fault(['f (file:///plugins/part.mjs:1:1)']))).toBe(true);
  });

  test('is logged once in ten seconds, and too many of them suspend the consumer', async () => {
    const stage = new Stage({ failuresInRowMax: 3 });
    const { mailbox } = stage.add('tape', { onTrade: () => undefined });
    await stage.host.start(1000);
    for (let count = 0; count < 5; count += 1) expect(stage.host.onStrayFault(stray('no disk'))).toBe(true);
    expect(stage.host.suspended).toEqual([{ id: 'tape', reason: 'failed 3 times outside its handlers, the last time with: no disk' }]);
    expect(mailbox.isClosed).toBe(true);
    expect(stage.host.rows()[0]).toMatchObject({ errors: 5, state: 'suspended' });
    expect(stage.logger.messages).toEqual(['plugin failed outside its handlers', 'consumer suspended']);
  });

  test('while a handler is awaited leaves nothing behind when it suspends', async () => {
    const stage = new Stage({ failuresInRowMax: 1 });
    const { mailbox, runner } = stage.add('tape', { onTrade: () => new Promise<void>(() => undefined) });
    await stage.host.start(1000);
    mailbox.offer(trade(), trade());
    await turns();
    stage.host.onStrayFault(stray());
    expect([runner.isIdle, stage.clock.pendingTimers]).toEqual([true, 0]);
  });
});

/** With Node's own stacks, in a process of its own. `make test` builds first. */
describe.skipIf(!existsSync(join(root, 'dist/internal/consumers/faults.js')))('in a process', () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'meltica-faults-')));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  function put(file: string, text: string): void {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
  }

  /** Loads the plugins, lets each start, and says who was charged and what would have stopped the server. */
  async function run(references: readonly string[]): Promise<{ readonly charged: readonly string[]; readonly stops: readonly string[] }> {
    const at = (path: string): string => formatJson(pathToFileURL(join(root, 'dist', path)).href);
    const script = `
      import { PluginLoader } from ${at('internal/consumers/loader.js')};
      import { consumerOfFault } from ${at('internal/consumers/faults.js')};
      import { watchProcess } from ${at('lib/lifecycle/signals.js')};
      import { systemClock } from ${at('lib/clock/system-clock.js')};
      const [charged, stops, homes] = [[], [], []];
      watchProcess({
        isContained: (thrown) => {
          const id = consumerOfFault(thrown, homes);
          if (id !== null) charged.push(id + ': ' + thrown.message.slice(0, 6));
          return id !== null;
        },
        onFault: (thrown) => stops.push(String(thrown)),
        onStop: () => {},
        exit: () => {},
      });
      const loader = new PluginLoader({ configFolder: ${formatJson(home)}, workingFolder: ${formatJson(home)}, loadLimitMs: 10000, clock: systemClock });
      for (const [index, reference] of ${formatJson(references)}.entries()) {
        const { plugin, folder } = await loader.load(reference, 'c' + index);
        homes.push({ id: 'c' + index, folder });
        plugin.start();
      }
      setTimeout(() => { console.log(JSON.stringify({ charged: charged.sort(), stops })); process.exit(0); }, 300);`;
    const output = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '--eval', script], { cwd: home }, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
    });
    return parseJson(output) as { charged: string[]; stops: string[] };
  }

  test('floating rejections and throws in timers are charged to the plugin, wherever in it they come from', async () => {
    put('floating.mjs', "import { readFile } from 'node:fs/promises';\nexport default { start() { (async () => { await readFile('/none'); })(); Promise.reject(new Error('float!')); } };");
    put('timer.mjs', "export default { start() { setTimeout(() => { throw new Error('timer!'); }, 1); setImmediate(() => null.x); } };");
    put('whole/main.mjs', "import { later } from './parts/helper.mjs';\nexport default { start() { later(); } };");
    put('whole/parts/helper.mjs', "export const later = () => setTimeout(() => { throw new Error('helper'); }, 1);");
    put('node_modules/old-plugin/package.json', '{ "name": "old-plugin", "main": "old.js" }');
    put('node_modules/old-plugin/old.js', "module.exports = { start() { setTimeout(() => { throw new Error('common'); }, 1); } };");
    const { charged, stops } = await run(['./floating.mjs', './timer.mjs', './whole/main.mjs', 'old-plugin']);
    expect(stops).toEqual([]);
    expect(charged).toEqual(['c0: ENOENT', 'c0: float!', 'c1: Cannot', 'c1: timer!', 'c2: helper', 'c3: common']);
  });

  test('a rejection with a text has no stack, so it stays nobody’s', async () => {
    put('text.mjs', "export default { start() { Promise.reject('just a text'); } };");
    expect(await run(['./text.mjs'])).toEqual({ charged: [], stops: ['just a text'] });
  });
});
