import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatJson, parseJson } from '../../lib/json/json.ts';
import { recordingConfig, ROOT, run, Server, temporaryFolder, write } from './run.ts';

/** Twelve trades and a book of one symbol, written from the venue's documentation. */
function recordingLines(): string[] {
  const lines: string[] = [];
  const record = (kind: string, data: string, more: object = {}): void => void lines.push(formatJson({ t: 1_700_000_000_000_000_000 + lines.length * 1e6, kind, data, ...more }));
  record('rest', '{"lastUpdateId":160,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}', { url: 'https://api.binance.com/api/v3/depth?symbol=BNBBTC&limit=1000' });
  record('ws', '{"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":161,"b":[["0.0024","9"]],"a":[["0.0026","0"],["0.0027","5"]]}');
  for (let id = 1; id <= 12; id += 1) {
    record('ws', `{"stream":"bnbbtc@trade","data":{"e":"trade","E":1672515782136,"s":"BNBBTC","t":${id},"p":"0.001${id}","q":"100","T":1672515782136,"m":true,"M":true}}`);
  }
  return lines;
}

interface Report {
  readonly providers: readonly { readonly frames: number; readonly eventFrames: number; readonly unknownFrames: number; readonly deadLettered: number; readonly missingSymbols: readonly string[] }[];
  readonly books: readonly { readonly symbol: string; readonly bids: readonly unknown[]; readonly asks: readonly unknown[]; readonly bboDigest: string | null }[];
  readonly streams: readonly { readonly type: string; readonly out: number; readonly gaps: number }[];
  readonly deadLetters: Readonly<Record<string, number>>;
}

function reportIn(file: string): Report {
  return parseJson(readFileSync(file, 'utf8')) as Report;
}

describe('usage', () => {
  test('--help teaches every option and exits 0', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const option of ['--config', '--set', '--for', '--report', '--audit-books', '--check', '--print-config', '--version', '--help']) expect(stdout).toContain(option);
    for (const meaning of ['0 clean', '1 failed', '2 bad usage', '3 drain timed out', '130 second interrupt']) expect(stdout).toContain(meaning);
  });

  test('--version prints the package version', async () => {
    const { version } = parseJson(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test.each([
    [['--nonsense'], '--nonsense'],
    [['--for', '5 parsecs'], "'5 parsecs'"],
    [['--for', '600h'], '24 days'],
    [['--set', 'log.file=/nowhere/x.log'], 'log.file'],
    [['--report', '/nowhere/at/all.json'], '/nowhere/at'],
    [['--report', '/tmp'], 'found the folder /tmp'],
    [['--config'], '--config'],
    [['stray'], 'stray'],
  ])('%j is refused with exit 2 and names what is wrong', async (args, named) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toContain(named);
    expect(stderr).toContain('--help');
  });

  test('--print-config prints the whole config with its defaults and the computed pool sizes', async () => {
    const { code, stdout } = await run(['--print-config', '--set', 'dispatcher.heldMax=4096', '--set', 'providers[binance-sim].transport.seed=9'], { env: { MELTICA__LOG__LEVEL: 'debug' } });
    expect(code).toBe(0);
    expect(stdout).toContain('latenessToleranceMs: 150');
    expect(stdout).toContain('4112 events per channel = dispatcher.heldMax 4096 + 16 in hand');
    expect(stdout).toContain('seed: 9');
    expect(stdout).toMatch(/level: debug/);
  });

  test('what --print-config prints is a config that gives the same again', async () => {
    const { stdout } = await run(['--print-config']);
    const file = write(temporaryFolder(), 'printed.yaml', stdout);
    expect(await run(['--config', file, '--print-config'])).toMatchObject({ code: 0, stdout });
  });

  test('--check loads config and plugins and starts nothing', async () => {
    const { code, stdout, stderr } = await run(['--check']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('1 providers, 1 consumers');
  });
});

describe('bad config', () => {
  test('every problem is said at once, with its place, what was expected and what was found; exit 2', async () => {
    const folder = temporaryFolder();
    const file = write(
      folder,
      'bad.yaml',
      `providers:
  - id: one
    venue: binanse
    symbols: []
    transport: { kind: recording }
    colour: blue
  - id: two
    venue: binance
    symbols: [BTC-USDT]
    channels: [trades]
    transport: { kind: live, seed: many }
dispatcher: { flushTickMs: fast }
telemtry: {}
`,
    );
    const { code, stderr } = await run(['--config', file]);
    expect(code).toBe(2);
    for (const part of ['venue', '"binanse"', 'symbols', 'colour', 'channels', '"trades"', 'seed', 'flushTickMs', 'telemtry', 'did you mean', 'bad.yaml:3', 'bad.yaml:6', 'bad.yaml:13']) expect(stderr).toContain(part);
  });

  test('what no single field can say is said as well: a recording without a file, half an address, an unknown provider', async () => {
    const folder = temporaryFolder();
    const provider = { id: 'p', venue: 'binance', symbols: ['*'] };
    const file = write(
      folder,
      'bad.json',
      formatJson({
        providers: [
          { ...provider, transport: { kind: 'recording', speed: 'slow' } },
          { ...provider, id: 'other', transport: { kind: 'sim', url: 'ws://127.0.0.1:1' } },
        ],
        consumers: [{ id: 'c', module: 'recorder', subscriptions: [{ providers: ['q'] }] }],
      }),
    );
    const { code, stderr } = await run(['--config', file]);
    expect(code).toBe(2);
    for (const part of ['the file to play', 'max, or a number above 0', 'url and restUrl together', "'q'"]) expect(stderr).toContain(part);
  });

  test('a missing config file is named', async () => {
    const { code, stderr } = await run(['--config', '/nowhere/config.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('/nowhere/config.yaml');
  });

  test('plugins that do not load are all named with where and why; exit 2', async () => {
    const folder = temporaryFolder();
    write(folder, 'broken.mjs', 'export default { onTrade( };');
    write(folder, 'empty.mjs', 'export const nothing = 1;');
    write(folder, 'choosy.mjs', "export default { configSchema: { depth: { type: 'integer', doc: 'Levels', min: 1 } }, onTrade() {} };");
    const consumers = ['./broken.mjs', './empty.mjs', './choosy.mjs', './missing.mjs', 'no-such-package'].map((module, index) => ({ id: `c${index}`, module, config: index === 2 ? { depth: 'deep', width: 1 } : {} }));
    const file = write(folder, 'plugins.json', formatJson({ consumers }));
    const { code, stderr } = await run(['--config', file, '--check']);
    expect(code).toBe(2);
    for (const part of ['broken.mjs', 'SyntaxError', 'empty.mjs', 'default export', 'missing.mjs', 'no-such-package', 'top-of-book', 'config.depth', 'config.width']) expect(stderr).toContain(part);
  });

  test('a recording that is not there is named; exit 2', async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await run(['--config', recordingConfig(folder, '/nowhere/frames.jsonl.gz')]);
    expect(code).toBe(2);
    expect(stderr).toContain('/nowhere/frames.jsonl.gz');
  });
});

describe('bad recordings lose nothing besides what is bad', () => {
  test('a line that is no JSON, a record without data, a frame that is no JSON and a frame of an unknown kind are counted and named', async () => {
    const folder = temporaryFolder();
    const lines = recordingLines();
    lines.splice(5, 0, 'this is no record', '{"kind":"ws"}', formatJson({ t: 1, kind: 'ws', data: '{"e":"trade"' }), formatJson({ t: 1, kind: 'ws', data: '{"e":"weather","s":"BNBBTC"}' }));
    const recording = write(folder, 'frames.jsonl', `${lines.join('\n')}\n`);
    const reportFile = join(folder, 'report.json');
    const { code, stderr } = await run(['--config', recordingConfig(folder, recording), '--report', reportFile]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('frames.jsonl');
    expect(stderr).toMatch(/line: 6/);
    expect(stderr).toContain('weather');
    const report = reportIn(reportFile);
    expect(report.deadLetters).toEqual({ 'recording line': 2, 'decode': 1 });
    expect(report.providers[0]).toMatchObject({ frames: 15, eventFrames: 13, unknownFrames: 1, deadLettered: 1, brokenRecords: 2 });
    expect(report.streams.find(({ type }) => type === 'trade')).toMatchObject({ out: 12, gaps: 0 });
  });

  test('a truncated recording gives everything before the cut, names the place, and exits 1', async () => {
    const folder = temporaryFolder();
    const lines = recordingLines();
    const whole = gzipSync(Buffer.from(`${lines.join('\n')}\n`));
    const recording = write(folder, 'cut.jsonl.gz', whole.subarray(0, whole.length - 40));
    const reportFile = join(folder, 'report.json');
    const { code, stderr } = await run(['--config', recordingConfig(folder, recording), '--report', reportFile]);
    expect(code).toBe(1);
    expect(stderr).toContain('cut.jsonl.gz');
    expect(stderr).toContain('RECORDING_TRUNCATED');
    const report = reportIn(reportFile);
    expect(report.books[0]).toMatchObject({ symbol: 'BNB-BTC', bids: [['0.0024', '9']], asks: [['0.0027', '5']] });
    expect(report.providers[0]!.eventFrames).toBeGreaterThan(5);
    expect(report.deadLetters).toEqual({});
  });

  test('a symbol that never appears is named, the others are delivered, and the exit code is 1', async () => {
    const folder = temporaryFolder();
    const recording = write(folder, 'frames.jsonl', `${recordingLines().join('\n')}\n`);
    const reportFile = join(folder, 'report.json');
    const config = recordingConfig(folder, recording, { symbols: ['BNB-BTC', 'DOGE-BTC'] });
    const { code, stderr } = await run(['--config', config, '--report', reportFile]);
    expect(code).toBe(1);
    expect(stderr).toContain('DOGE-BTC');
    const report = reportIn(reportFile);
    expect(report.providers[0]!.missingSymbols).toEqual(['DOGE-BTC']);
    expect(report.streams.find(({ type }) => type === 'trade')).toMatchObject({ out: 12 });
  });

  test('an unknown symbol of a venue is named with exit 2 before anything runs', async () => {
    const { code, stderr } = await run(['--set', 'providers[binance-sim].symbols=[NOSUCH-COIN]', '--set', 'consumers=[]']);
    expect(code).toBe(2);
    expect(stderr).toContain('NOSUCH-COIN');
  });
});

describe('running', () => {
  test('the demo runs for a while, stops by itself and reports to stdout', async () => {
    const { code, stdout, stderr } = await run(['--for', '2s', '--report', '-', '--set', 'consumers=[]']);
    expect(code, stderr).toBe(0);
    const report = parseJson(stdout) as Report;
    expect(report.books.length).toBeGreaterThan(5);
    expect(report.providers[0]!.frames).toBeGreaterThan(0);
    expect(report.books[0]!.bboDigest).toBeNull();
  });

  test('without a terminal the demo prints plain lines', async () => {
    const { code, stdout } = await run(['--for', '2s']);
    expect(code).toBe(0);
    expect(stdout).toContain('BTC-USDT');
    expect(stdout).not.toContain('\u001b[');
  });

  test('a second interrupt leaves at once with 130', async () => {
    const folder = temporaryFolder();
    write(folder, 'stuck.mjs', 'export default { onEvent: () => new Promise(() => {}) };');
    const file = write(folder, 'c.json', formatJson({ providers: [{ id: 's', venue: 'binance', symbols: ['*'], transport: { kind: 'sim' } }], consumers: [{ id: 'stuck', module: './stuck.mjs' }] }));
    const server = new Server(['--config', file]);
    await server.said('"book live"');
    server.child.kill('SIGINT');
    await server.said('"stopping"');
    server.child.kill('SIGINT');
    expect((await server.ended).code).toBe(130);
  });

  test('a report that becomes unwritable is said and exits 1; the run itself was not lost', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'sub'));
    const file = write(folder, 'c.json', formatJson({ providers: [{ id: 's', venue: 'binance', symbols: ['*'], transport: { kind: 'sim' } }] }));
    const server = new Server(['--config', file, '--report', join(folder, 'sub/report.json')]);
    await server.said('"book live"');
    rmSync(join(folder, 'sub'), { recursive: true });
    server.child.kill('SIGTERM');
    const { code, stderr } = await server.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('sub/report.json');
  });

  test('one provider that cannot start takes the started ones down with it, and the process ends', async () => {
    const folder = temporaryFolder();
    const provider = (id: string, symbol: string): object => ({ id, venue: 'binance', symbols: [symbol], transport: { kind: 'sim' } });
    const file = write(folder, 'c.json', formatJson({ providers: [provider('good', 'BTC-USDT'), provider('bad', 'NOPE-X')] }));
    const { code, stderr } = await run(['--config', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('NOPE-X');
  });

  test('SIGTERM during the start interrupts it', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((listening) => mute.listen(0, '127.0.0.1', listening));
    const { port } = mute.address() as AddressInfo;
    const folder = temporaryFolder();
    const file = write(
      folder,
      'c.json',
      formatJson({ providers: [{ id: 'mute', venue: 'binance', symbols: ['*'], transport: { kind: 'live', url: `ws://127.0.0.1:${port}`, restUrl: `http://127.0.0.1:${port}` } }] }),
    );
    const reportFile = join(folder, 'report.json');
    const server = new Server(['--config', file, '--report', reportFile]);
    await new Promise((asked) => mute.once('connection', asked));
    server.child.kill('SIGTERM');
    // Without the interruption it would wait for three answers of 10 s each, longer than the limit of this test.
    expect((await server.ended).code).toBe(0);
    expect(reportIn(reportFile).providers[0]).toMatchObject({ frames: 0 });
    mute.close();
    mute.closeAllConnections();
  }, 20_000);

  test('a timer that a plugin forgot does not keep a stopped server alive', async () => {
    const folder = temporaryFolder();
    write(folder, 'forgetful.mjs', 'export default { start() { setInterval(() => {}, 1000); }, onTrade() {} };');
    const file = write(folder, 'c.json', formatJson({ consumers: [{ id: 'f', module: './forgetful.mjs' }] }));
    expect((await run(['--config', file, '--for', '200ms'])).code).toBe(0);
  });

  test('a reader of stdout that goes away ends the run in order', async () => {
    const server = new Server([]);
    await server.printed('BTC-USDT');
    server.child.stdout!.destroy();
    const { code, stderr } = await server.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('Unhandled');
  });

  test('a consumer that was suspended makes the exit code 1', async () => {
    const folder = temporaryFolder();
    const recording = write(folder, 'frames.jsonl', `${recordingLines().join('\n')}\n`);
    write(folder, 'failing.mjs', "export default { onTrade(_event, context) { context.suspend('had enough'); } };");
    const file = write(folder, 'c.json', formatJson({ providers: [{ id: 'r', venue: 'binance', symbols: ['*'], transport: { kind: 'recording', file: recording } }], consumers: [{ id: 'f', module: './failing.mjs' }] }));
    const { code, stderr } = await run(['--config', file]);
    expect(code).toBe(1);
    expect(stderr).toContain('had enough');
  });

  test('what a plugin leaves uncaught, a rejection or a throw in its timer, is its own trouble and nobody else\'s', async () => {
    const folder = temporaryFolder();
    write(folder, 'careless.mjs', "let n = 0; export default { onTicker() { n += 1; if (n === 1) Promise.reject(new Error('left alone')); if (n === 2) setTimeout(() => { throw new Error('too late'); }, 1); } };");
    write(folder, 'calm.mjs', 'export default { onTicker() {} };');
    const file = write(
      folder,
      'c.json',
      formatJson({
        providers: [{ id: 's', venue: 'binance', symbols: ['*'], transport: { kind: 'sim' } }],
        consumers: ['careless', 'calm'].map((id) => ({ id, module: `./${id}.mjs` })),
      }),
    );
    const reportFile = join(folder, 'report.json');
    const { code, stderr } = await run(['--config', file, '--for', '3s', '--report', reportFile]);
    expect(code, stderr).toBe(0);
    // The log tells the first and then counts, like every repeated line.
    expect(stderr).toContain('left alone');
    const { subscribers } = parseJson(readFileSync(reportFile, 'utf8')) as { subscribers: readonly { delivered: number; errors: number }[] };
    expect(subscribers.map(({ errors }) => errors)).toEqual([2, 0]);
    expect(subscribers[0]!.delivered).toBe(subscribers[1]!.delivered);
    expect(subscribers[0]!.delivered).toBeGreaterThan(2);
  });

  test('a consumer is sent only what its plugin has a handler for', async () => {
    const folder = temporaryFolder();
    write(folder, 'trades.mjs', 'export default { onTrade() {} };');
    const recording = write(folder, 'frames.jsonl', `${recordingLines().join('\n')}\n`);
    const file = write(folder, 'c.json', formatJson({ providers: [{ id: 'r', venue: 'binance', symbols: ['*'], transport: { kind: 'recording', file: recording } }], consumers: [{ id: 't', module: './trades.mjs' }] }));
    const reportFile = join(folder, 'report.json');
    expect((await run(['--config', file, '--report', reportFile])).code).toBe(0);
    expect((parseJson(readFileSync(reportFile, 'utf8')) as { subscribers: readonly { delivered: number }[] }).subscribers[0]!.delivered).toBe(12);
  });

  test('files are found beside the config that names them, also when another config comes last', async () => {
    const one = temporaryFolder();
    const other = temporaryFolder();
    write(one, 'p.mjs', 'export default { onTrade() {} };');
    const first = write(one, 'a.yaml', 'consumers: [{ id: p, module: ./p.mjs }]');
    const last = write(other, 'b.yaml', 'log: { level: warn }');
    expect(await run(['--config', first, '--config', last, '--check'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('a subscription to a symbol that nobody delivers is told, with the symbol that was meant', async () => {
    const { code, stderr } = await run(['--for', '1s', '--set', 'log.level=info', '--set', 'consumers[table].subscriptions=[{symbols: [btcusdt, NOSUCH-X]}]']);
    expect(code).toBe(0);
    expect(stderr).toContain('NOSUCH-X');
    expect(stderr).toMatch(/btcusdt.*BTC-?USDT/);
  });

  test('the metrics file holds the Prometheus text', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'metrics.prom');
    const { code } = await run(['--for', '1s', '--set', 'consumers=[]', '--set', `telemetry.metricsFile=${file}`]);
    expect(code).toBe(0);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toMatch(/meltica_provider_frames_total\{provider="binance-sim"\} \d+/);
  });
});
