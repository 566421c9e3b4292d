/**
 * The lint gate, proven. Every file in violations/ breaks one rule and says in its head where it would have to stand,
 * which words the linter must answer, and which files must be there for its imports:
 *
 *   // place: internal/dispatcher
 *   // expect: rooms meet through internal/ports
 *   // needs: internal/bus/mailbox.ts
 *
 * They are put into a house of their own in a temporary folder, with the project's real rules and no real code, and are
 * linted there all at once: type-aware rules work, and nothing here is disturbed.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const samplesFolder = fileURLToPath(new URL('violations', import.meta.url));
// The only place that is one file.
const loader = 'internal/consumers/loader.ts';
const stub = 'export const it = 1;\nexport const other = 2;\nexport type It = number;\n';

interface Sample {
  readonly name: string;
  readonly code: string;
  readonly place: string;
  readonly expected: string;
  readonly needs: readonly string[];
}

interface Open {
  readonly title: string;
  readonly file: string;
  readonly code: string;
  readonly needs: string;
}

const samples = readdirSync(samplesFolder).sort().map(readSample);

/** The doors that must be open: a gate that refuses everything would pass every sample. */
const open: readonly Open[] = [
  ok('JSON in lib/json', 'lib/json/json.ts', 'export const read = (text: string): unknown => JSON.parse(text);'),
  ok('JSON in lib/simdjson', 'lib/simdjson/fallback.ts', 'export const read = (text: string): unknown => JSON.parse(text);'),
  ok("'ws' in lib/ws", 'lib/ws/socket.ts', "import { WebSocket } from 'ws';\nexport const socket: unknown = WebSocket;"),
  ok("'undici' in lib/http", 'lib/http/client.ts', "import { Pool } from 'undici';\nexport const pool: unknown = Pool;"),
  ok("'yaml' in lib/config", 'lib/config/read.ts', "import { parse } from 'yaml';\nexport const read: unknown = parse;"),
  ok('time in lib/clock', 'lib/clock/system-clock.ts', 'export const nowMs = (): number => Date.now();'),
  ok('a given date', 'internal/bus/stamp.ts', 'export const day = (ms: number): Date => new Date(ms);'),
  ok('time in a test', 'test/unit/bus/wait.ts', 'export const wait = (run: () => void): unknown => setTimeout(run, 1);'),
  ok('setImmediate anywhere', 'internal/bus/turn.ts', 'export const next = (run: () => void): unknown => setImmediate(run);'),
  ok('dynamic import in the loader', 'internal/consumers/loader.ts', 'export const load = (address: string): Promise<unknown> => import(address);'),
  ok('a room to its port', 'internal/bus/mailbox.ts', "import type { It } from '../ports/event-sink.ts';\nexport type Door = It;", 'internal/ports/event-sink.ts'),
  ok('a room to telemetry', 'internal/bus/depth.ts', "import { it } from '../telemetry/points.ts';\nexport const seen: unknown = it;", 'internal/telemetry/points.ts'),
  ok('a port to schemas', 'internal/ports/event-door.ts', "import type { It } from '../../schemas/events/event.ts';\nexport type Door = It;", 'schemas/events/event.ts'),
  ok('app to every room', 'internal/app/wire.ts', "import { it } from '../book/book.ts';\nexport const seen: unknown = it;", 'internal/book/book.ts'),
  ok('a venue to session', 'internal/providers/binance/provider.ts', "import { it } from '../session/session.ts';\nexport const seen: unknown = it;", 'internal/providers/session/session.ts'),
  ok('sim to a dialect', 'internal/sim/venue.ts', "import { it } from '../providers/binance/dialect.ts';\nexport const seen: unknown = it;", 'internal/providers/binance/dialect.ts'),
  ok('cmd/sim to sim', 'cmd/sim/index.ts', "import { it } from '../../internal/sim/exchange.ts';\nexport const seen: unknown = it;", 'internal/sim/exchange.ts'),
  ok('cmd to app', 'cmd/monolith/start.ts', "import { it } from '../../internal/app/monolith.ts';\nexport const seen: unknown = it;", 'internal/app/monolith.ts'),
  ok('a test to a room', 'test/unit/book/book.ts', "import { it } from '../../../internal/book/book.ts';\nexport const seen: unknown = it;", 'internal/book/book.ts'),
  ok('an example to the plugin door', 'examples/printer/typed.ts', "import type { It } from 'meltica/plugin';\nexport type Plugin = It;", 'internal/consumers/plugin.ts'),
  ok('an example in JavaScript', 'examples/printer/plain.mjs', 'export const onEvent = (event) => void event;'),
];

const ESLint = await loadESLint({ useFlatConfig: false });

/** `cacheLocation` '' for none. */
function linter(folder: string, cacheLocation = ''): InstanceType<typeof ESLint> {
  const cache = cacheLocation === '' ? {} : { cache: true, cacheLocation };
  return new ESLint({ cwd: folder, extensions: ['.ts', '.mjs', '.js', '.cjs'], rulePaths: [join(root, 'test/lint/rules')], ...cache });
}

describe('a house of violations', () => {
  let house = '';
  const answers = new Map<string, readonly string[]>();

  beforeAll(async () => {
    house = realpathSync(mkdtempSync(join(tmpdir(), 'meltica-lint-')));
    for (const file of ['.eslintrc.cjs', 'package.json', 'tsconfig.json', 'test/lint/resolver.cjs']) cpSync(join(root, file), join(house, file));
    symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
    for (const file of [...samples.flatMap((sample) => sample.needs), ...open.map((door) => door.needs)]) put(file, stub);
    for (const sample of samples) if (sample.place !== loader) put(pathOf(sample), sample.code);
    for (const door of open) put(door.file, door.code);

    const eslint = linter(house);
    for (const { filePath, messages } of await eslint.lintFiles(['.'])) answers.set(relative(house, filePath), errorsOf(messages));
    // A place that is one file cannot hold several samples: these are linted as text in its stead.
    for (const sample of samples.filter(({ place }) => place === loader)) {
      const [result] = await eslint.lintText(sample.code, { filePath: join(house, sample.place) });
      answers.set(pathOf(sample), errorsOf(result?.messages ?? []));
    }
  }, 120_000);

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  test('has a sample for every way to break a rule', () => {
    expect(samples.length).toBeGreaterThanOrEqual(100);
  });

  test.each(samples)('$name is refused: $expected', (sample) => {
    const errors = answers.get(pathOf(sample)) ?? [];
    expect(errors.some((error) => error.includes(sample.expected)), `expected "${sample.expected}", was:\n${errors.join('\n')}`).toBe(true);
  });

  test.each(open)('$title is allowed', ({ file }) => {
    expect(answers.get(file)).toEqual([]);
  });

  function put(file: string, code: string): void {
    if (file === '') return;
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), code);
  }
});

test('the tree itself passes', async () => {
  // The cache of `make lint`: in `make check` that has just read every file.
  const results = await linter(root, join(root, '.cache/eslint')).lintFiles(['.']);
  const problems = results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, column, message, ruleId }) => `${relative(root, filePath)}:${line}:${column}  ${message}  (${ruleId ?? 'parser'})`));
  expect(problems, problems.join('\n')).toEqual([]);
}, 300_000);



function pathOf(sample: Sample): string {
  return `${sample.place}/${sample.name}`;
}

function errorsOf(messages: readonly { severity: number; message: string }[]): string[] {
  return messages.filter(({ severity }) => severity === 2).map(({ message }) => message);
}

function readSample(name: string): Sample {
  const code = readFileSync(join(samplesFolder, name), 'utf8');
  const head = (word: string): string => new RegExp(`^// ${word}: (.*)$`, 'm').exec(code)?.[1] ?? '';
  const sample = { name, code, place: head('place'), expected: head('expect'), needs: head('needs').split(' ') };
  if (sample.place === '' || sample.expected === '') throw new Error(`${name} does not say its place and what it expects`);
  return sample;
}

function ok(title: string, file: string, code: string, needs = ''): Open {
  return { title, file, code: `${code}\n`, needs };
}
