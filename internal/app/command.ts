import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../lib/clock/system-clock.ts';
import { ConfigError } from '../../lib/config/config-error.ts';
import { loadConfig } from '../../lib/config/load-config.ts';
import { maskSecrets } from '../../lib/config/mask-secrets.ts';
import { renderConfig } from '../../lib/config/render-config.ts';
import { AppError, codeOf, messageOf } from '../../lib/errors/app-error.ts';
import { formatJson, parseJson } from '../../lib/json/json.ts';
import { watchProcess } from '../../lib/lifecycle/signals.ts';
import type { Logger } from '../../lib/log/logger.ts';
import { createLogs, type Logs } from '../../lib/log/logs.ts';
import { errors } from '../../schemas/errors.ts';
import { configTable, type Config } from '../../schemas/config/config.ts';
import { configRules } from '../config/rules.ts';
import { HELP, parseArguments, type Arguments } from './arguments.ts';
import { findFile, type Folders } from './feeds.ts';
import { Monolith } from './monolith.ts';
import { eventPoolCapacity, framePoolCapacity } from './wire.ts';

const EXIT = { clean: 0, failed: 1, usage: 2, outstanding: 3 } as const;

/** The server's command line, from arguments to exit code. */
export async function runMonolith(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv);
  if ('problem' in parsed) return refuse(`${parsed.problem}\n`);
  if (parsed.action === 'help') return say(HELP);
  if (parsed.action === 'version') return say(`${packageVersion()}\n`);
  let config: Config;
  try {
    config = readConfig(parsed);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return refuse(thrown.render());
    throw thrown;
  }
  if (parsed.action === 'print-config') return say(`${renderConfig(maskSecrets(configTable, config))}${computedSizes(config)}`);
  return await serve(config, parsed);
}

async function serve(config: Config, options: Arguments): Promise<number> {
  const { log: logging } = config;
  let logs: Logs;
  try {
    logs = createLogs({ clock: systemClock, level: logging.level, levels: logging.levels, format: logging.format, destination: logging.file ?? 2 });
  } catch (thrown) {
    return refuse(`log.file: ${messageOf(thrown)}`);
  }
  try {
    const folders = foldersOf(options);
    const monolith = new Monolith({ config, folders, clock: systemClock, logger: (module) => logs.logger(module), version: packageVersion(), auditsBooks: options.auditsBooks });
    try {
      await monolith.loadPlugins();
    } catch (thrown) {
      return refuse(thrown instanceof ConfigError ? thrown.render() : messageOf(thrown));
    }
    const problem = problemOfReport(options.report) ?? problemOfRecordings(config, folders);
    if (problem !== null) return refuse(problem);
    if (options.action === 'check') return say(`config and plugins are good: ${config.providers.length} providers, ${config.consumers.length} consumers\n`);
    return await run(monolith, logs, options);
  } finally {
    await logs.flush();
  }
}

/** Starts, waits for whatever ends it (which may come before the start is over), stops in order, and says how it went. */
async function run(monolith: Monolith, logs: Logs, options: Arguments): Promise<number> {
  const log = logs.logger('app');
  const ending = new Ending();
  const watch = watchProcess({
    onStop: ({ cause, exitCode }) => ending.end(cause, exitCode),
    isContained: (thrown) => monolith.house.consumers.onStrayFault(thrown),
    onFault: (thrown, origin) => log.error('nobody caught this', { origin, error: thrown }),
    exit: (code) => process.exit(code),
  });
  const onStdoutError = (error: unknown): void => ending.end(`stdout: ${messageOf(error)}`, codeOf(error) === 'EPIPE' ? EXIT.clean : EXIT.failed);
  process.stdout.on('error', onStdoutError);
  const timer = options.forMs > 0 ? systemClock.after(options.forMs, () => ending.end('--for is over', EXIT.clean)) : null;
  void monolith.finished.then(() => ending.end('the recordings have ended', EXIT.clean));
  try {
    const startFault = await Promise.race([monolith.start().then(() => null, (thrown: unknown) => ({ thrown })), ending.reached.then(() => null)]);
    if (startFault !== null && !ending.hasEnded) return startRefused(startFault.thrown, log);
    const { cause, exitCode } = await ending.reached;
    log.info('stopping', { cause });
    const end = await monolith.stop();
    const isWritten = writeReport(options.report, end.report, log);
    log.info('stopped', { outstanding: end.outstanding });
    if (end.outstanding > 0) return EXIT.outstanding;
    return exitCode !== EXIT.clean || end.hasFailed || !isWritten ? EXIT.failed : EXIT.clean;
  } finally {
    timer?.cancel();
    process.stdout.off('error', onStdoutError);
    watch.remove();
  }
}

function startRefused(thrown: unknown, log: Logger): number {
  log.error('the server did not start', { error: thrown });
  return thrown instanceof AppError && startRefusals.has(thrown.code) ? refuse(thrown.message) : EXIT.failed;
}

/** Looked at before the run, because a report that cannot be written would be found out when the run is over. */
function problemOfReport(target: string): string | null {
  if (target === '' || target === '-') return null;
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory() === true) return `--report: expected a file, found the folder ${target}`;
  return existsSync(dirname(resolve(target))) ? null : `--report: there is no folder ${dirname(resolve(target))}`;
}

/** Looked at before any consumer opens its files. */
function problemOfRecordings(config: Config, folders: Folders): string | null {
  for (const { id, transport } of config.providers) {
    if (transport.kind !== 'recording') continue;
    const file = findFile(transport.file!, folders);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) return `providers[${id}].transport.file: expected a recording, found ${found === undefined ? 'nothing' : 'no file'} at ${file}`;
  }
  return null;
}

/** What a start refuses because of what the config asks for, rather than because of the world. */
const startRefusals: ReadonlySet<string> = new Set([errors.symbolUnknown.code, errors.recordingMissing.code, errors.venueUnknown.code, errors.streamLimit.code]);

/** The first reason to stop counts. */
class Ending {
  readonly reached: Promise<{ cause: string; exitCode: number }>;
  hasEnded = false;
  #reach: (end: { cause: string; exitCode: number }) => void = () => undefined;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  end(cause: string, exitCode: number): void {
    this.hasEnded = true;
    this.#reach({ cause, exitCode });
  }
}

function readConfig({ configs, sets }: Arguments): Config {
  const files = configs.length === 0 ? [join(packageFolder(), 'config/demo.yaml')] : configs;
  return loadConfig(configTable, { files, environment: process.env, prefix: 'MELTICA', sets, rules: configRules });
}

/** Sizes that follow from the config, as comments: what is printed is a config that can be used. */
function computedSizes(config: Config): string {
  const events = eventPoolCapacity(config);
  return `
# computed from the above:
#   pool wsFrame         ${framePoolCapacity(config)} frames = pools.frames ${config.pools.frames} for each of ${config.providers.length} providers
#   pool canonicalEvent  ${events} events per channel = dispatcher.heldMax ${config.dispatcher.heldMax} + ${events - config.dispatcher.heldMax} in hand
`;
}

/** Plugins and recordings are looked for beside the config files; what is written goes by the working folder. */
function foldersOf({ configs }: Arguments): Folders {
  const files = configs.length === 0 ? [join(packageFolder(), 'config/demo.yaml')] : configs;
  return { configs: files.map((file) => resolve(dirname(file))), working: process.cwd() };
}

function writeReport(target: string, report: object, log: Logger): boolean {
  if (target === '') return true;
  const text = `${formatJson(report, 1)}\n`;
  if (target === '-') return process.stdout.write(text), true;
  try {
    writeFileSync(target, text);
    return true;
  } catch (thrown) {
    const error = new AppError(errors.reportUnwritable, { file: target, found: messageOf(thrown) }, thrown);
    log.error(error.message, { code: error.code });
    return false;
  }
}

/** The folder with package.json: this file runs from dist/internal/app, or from internal/app in tests. */
function packageFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const root = resolve(here, '../..');
  return root.endsWith('dist') ? dirname(root) : root;
}

function packageVersion(): string {
  const manifest = parseJson(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { readonly version: string };
  return manifest.version;
}

function say(text: string): number {
  process.stdout.write(text);
  return EXIT.clean;
}

function refuse(text: string): number {
  process.stderr.write(`${text.trimEnd()}\nTry --help.\n`);
  return EXIT.usage;
}
