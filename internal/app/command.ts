import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../lib/clock/system-clock.ts';
import { ConfigError } from '../../lib/config/config-error.ts';
import { loadConfig } from '../../lib/config/load-config.ts';
import { maskSecrets } from '../../lib/config/mask-secrets.ts';
import { renderConfig } from '../../lib/config/render-config.ts';
import { AppError, messageOf } from '../../lib/errors/app-error.ts';
import { formatJson, parseJson } from '../../lib/json/json.ts';
import { watchProcess } from '../../lib/lifecycle/signals.ts';
import type { Logger } from '../../lib/log/logger.ts';
import { createLogs, type Logs } from '../../lib/log/logs.ts';
import { errors } from '../../schemas/errors.ts';
import { configTable, type Config } from '../../schemas/config/config.ts';
import { configRules } from '../config/rules.ts';
import { HELP, parseArguments, type Arguments } from './arguments.ts';
import type { Folders } from './feeds.ts';
import { Monolith } from './monolith.ts';
import { eventPoolCapacity } from './wire.ts';

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
  if (parsed.action === 'print-config') return say(renderConfig({ ...maskSecrets(configTable, config), computed: computedSizes(config) }));
  return await serve(config, parsed);
}

async function serve(config: Config, options: Arguments): Promise<number> {
  const { log: logging } = config;
  const logs = createLogs({ clock: systemClock, level: logging.level, levels: logging.levels, format: logging.format, destination: logging.file ?? 2 });
  try {
    const monolith = new Monolith({ config, folders: foldersOf(options), clock: systemClock, logger: (module) => logs.logger(module), version: packageVersion(), auditsBooks: options.auditsBooks });
    try {
      await monolith.loadPlugins();
    } catch (thrown) {
      return refuse(thrown instanceof ConfigError ? thrown.render() : `${messageOf(thrown)}\n`);
    }
    if (options.action === 'check') return say(`config and plugins are good: ${config.providers.length} providers, ${config.consumers.length} consumers\n`);
    return await run(monolith, logs, options);
  } finally {
    await logs.flush();
  }
}

/** Starts, waits for whatever ends it, stops in order, and says how it went. */
async function run(monolith: Monolith, logs: Logs, options: Arguments): Promise<number> {
  const log = logs.logger('app');
  const ending = new Ending();
  const watch = watchProcess({
    onStop: ({ cause, exitCode }) => ending.end(cause, exitCode),
    onFault: (thrown, origin) => log.error('nobody caught this', { origin, error: thrown }),
    exit: (code) => process.exit(code),
  });
  try {
    try {
      await monolith.start();
    } catch (thrown) {
      if (ending.hasEnded) return EXIT.clean;
      log.error('the server did not start', { error: thrown });
      const isConfig = thrown instanceof AppError && startRefusals.has(thrown.code);
      return isConfig ? refuse(`${thrown.message}\n`) : EXIT.failed;
    }
    void monolith.finished.then(() => ending.end('the recordings have ended', EXIT.clean));
    const timer = options.forMs > 0 ? systemClock.after(options.forMs, () => ending.end(`--for is over`, EXIT.clean)) : null;
    const { cause, exitCode } = await ending.reached;
    timer?.cancel();
    log.info('stopping', { cause });
    const end = await monolith.stop();
    const isWritten = writeReport(options.report, end.report, log);
    log.info('stopped', { outstanding: end.outstanding });
    if (end.outstanding > 0) return EXIT.outstanding;
    return exitCode !== EXIT.clean || end.hasFailed || !isWritten ? EXIT.failed : EXIT.clean;
  } finally {
    watch.remove();
  }
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

/** Sizes that follow from the config, with the sum written down. */
function computedSizes(config: Config): object {
  return { pools: { wsFrame: config.pools.frames, canonicalEventPerChannel: eventPoolCapacity(config), canonicalEventIs: 'dispatcher.heldMax + 16 in hand' } };
}

/** Plugins and recordings are looked for beside the last config file; what is written goes by the working folder. */
function foldersOf({ configs }: Arguments): Folders {
  const working = process.cwd();
  return { config: configs.length === 0 ? join(packageFolder(), 'config') : resolve(dirname(configs.at(-1)!)), working };
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
