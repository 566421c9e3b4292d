import { checkConfig } from '../../lib/config/check-config.ts';
import { ConfigError, type ConfigProblem } from '../../lib/config/config-error.ts';
import { AppError } from '../../lib/errors/app-error.ts';
import { errors } from '../../schemas/errors.ts';
import type { Channel } from '../../schemas/market/stream.ts';
import { channelsOf } from './handlers.ts';
import type { PluginLoader } from './loader.ts';
import type { Plugin } from './plugin.ts';
import { describeThrown } from './thrown.ts';

/**
 * Loads the plugin of every consumer and checks its config against the plugin's own schema. Nothing is started.
 * @throws ConfigError with everything that is wrong, at paths such as `consumers[my-plugin].config.depth`.
 */
export async function loadConsumers(entries: readonly ConsumerEntry[], loader: PluginLoader): Promise<LoadedConsumer[]> {
  const problems: ConfigProblem[] = [];
  const consumers: LoadedConsumer[] = [];
  for (const { id, module, config } of entries) {
    try {
      const { plugin, address, folder } = await loader.load(module, id);
      consumers.push({ id, plugin, address, folder, channels: channelsOf(plugin), config: checkPluginConfig(plugin, config) });
    } catch (thrown) {
      problems.push(...problemsOf(id, thrown));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return consumers;
}

export interface ConsumerEntry {
  readonly id: string;
  /** A built-in, a path relative to the config file, or a package. */
  readonly module: string;
  /** Not checked yet. */
  readonly config: unknown;
}

export interface LoadedConsumer {
  readonly id: string;
  readonly plugin: Plugin;
  /** Checked, with the defaults of the plugin's schema, frozen. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the plugin came from, for people. */
  readonly address: string;
  /** Where its files lie: see `consumerOfFault`. */
  readonly folder: string;
  /** What its handlers take: whatever it subscribes to, it is given no more. */
  readonly channels: readonly Channel[];
}

/**
 * @throws ConfigError with paths inside the plugin's config.
 * @throws AppError PLUGIN_LOAD when the schema itself is wrong.
 */
export function checkPluginConfig(plugin: Plugin, config: unknown): Readonly<Record<string, unknown>> {
  const { configSchema = {} } = plugin;
  if (Object.keys(configSchema).length === 0) return checkNoConfig(config);
  try {
    // The table is a stranger's: its type says nothing here.
    return checkConfig<Readonly<Record<never, never>>>(configSchema, config ?? {}, '');
  } catch (thrown) {
    if (thrown instanceof ConfigError) throw thrown;
    throw new AppError(errors.pluginLoad, { expected: 'configSchema to be a table of fields', found: `one that cannot be used: ${describeThrown(thrown)}` }, thrown);
  }
}

function problemsOf(id: string, thrown: unknown): readonly ConfigProblem[] {
  if (thrown instanceof ConfigError) {
    return thrown.problems.map((problem) => ({ ...problem, path: problem.path === '' ? `consumers[${id}].config` : `consumers[${id}].config.${problem.path}` }));
  }
  if (!(thrown instanceof AppError) || thrown.code !== errors.pluginLoad.code) throw thrown;
  const { plugin = '', where = '', expected = '', found = '' } = thrown.facts;
  return [{ path: `consumers[${id}].module`, from: `'${String(plugin)}' at ${String(where)}`, expected: String(expected), found: String(found), hint: '' }];
}

function checkNoConfig(config: unknown): Readonly<Record<string, never>> {
  const keys = typeof config === 'object' && config !== null ? Object.keys(config) : [];
  if (keys.length === 0 && (config === undefined || config === null || typeof config === 'object')) return Object.freeze({});
  const expected = 'nothing: this plugin has no configSchema';
  throw new ConfigError(keys.length === 0 ? [problem('', expected, typeof config)] : keys.map((key) => problem(key, expected, 'a value')));
}

function problem(path: string, expected: string, found: string): ConfigProblem {
  return { path, from: '', expected, found, hint: '' };
}
