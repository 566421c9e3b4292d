import { execFile } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../../lib/clock/clock.ts';
import { AppError, codeOf } from '../../lib/errors/app-error.ts';
import { suggestName } from '../../lib/config/suggest.ts';
import { withLimit } from '../../lib/lifecycle/with-limit.ts';
import { errors } from '../../schemas/errors.ts';
import { builtins } from './builtin/builtins.ts';
import type { Plugin } from './plugin.ts';
import { problemOfPlugin } from './plugin-check.ts';
import { FROM, MARK } from './resolve-hook.ts';
import { describeThrown, placeOfThrown } from './thrown.ts';

/**
 * Finds the plugin that a consumer names in its config, and is the only place where code that is not ours comes in.
 *
 *   recorder             ─▶ built in
 *   ./mine.mjs  /opt/x.js ─▶ a file; relative to the folder of the config file
 *   some-package         ─▶ installed where the config file is, or else in the working folder
 *
 * Every consumer gets a module of its own: two consumers with the same file do not share its variables.
 */
export class PluginLoader {
  readonly #options: PluginLoaderOptions;

  constructor(options: PluginLoaderOptions) {
    this.#options = options;
  }

  /** @throws AppError PLUGIN_LOAD that says what was asked for, where it was looked for, what was expected and what was found. */
  async load(reference: string, consumerId: string): Promise<LoadedPlugin> {
    if (Object.hasOwn(builtins, reference)) return { plugin: builtins[reference]!(), kind: 'built-in', address: reference, folder: '' };
    const isPath = /^\.{0,2}\//.test(reference);
    const found = isPath ? await this.#loadFile(reference, consumerId) : await this.#loadPackage(reference, consumerId);
    const problem = problemOfPlugin(found.module);
    if (problem !== null) throw new AppError(errors.pluginLoad, { consumer: consumerId, plugin: reference, where: found.address, ...problem });
    return { plugin: found.module['default'] as Plugin, kind: isPath ? 'file' : 'package', address: found.address, folder: found.folder };
  }

  async #loadFile(reference: string, consumerId: string): Promise<FoundModule> {
    const file = resolve(this.#options.configFolder, reference);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) {
      const found = stats === undefined ? 'nothing' : 'a folder';
      throw new AppError(errors.pluginLoad, { consumer: consumerId, plugin: reference, where: file, expected: 'a JavaScript file', found });
    }
    const address = `${pathToFileURL(file).href}?${queryOf(consumerId)}`;
    try {
      return { module: await this.#import(address), address: file, folder: dirname(realpathSync(file)) };
    } catch (thrown) {
      const facts = await factsOfFailure(thrown, file);
      throw new AppError(errors.pluginLoad, { consumer: consumerId, plugin: reference, where: file, ...facts }, thrown);
    }
  }

  async #loadPackage(name: string, consumerId: string): Promise<FoundModule> {
    const { configFolder, workingFolder } = this.#options;
    registerHook();
    const folders = [...new Set([configFolder, workingFolder].map((folder) => resolve(folder)))];
    for (const folder of folders) {
      const parent = pathToFileURL(join(folder, 'config')).href;
      try {
        const module = await this.#import(`${FROM}${parent}#${name}#${queryOf(consumerId)}`);
        return { module, address: `package ${name}, from ${folder}`, folder: folderOfPackage(name, folder) };
      } catch (thrown) {
        if (isMissing(thrown, name)) continue;
        const facts = await factsOfFailure(thrown, '');
        throw new AppError(errors.pluginLoad, { consumer: consumerId, plugin: name, where: `package ${name}, from ${folder}`, ...facts }, thrown);
      }
    }
    throw new AppError(errors.pluginLoad, {
      consumer: consumerId,
      plugin: name,
      where: folders.join(' and '),
      expected: `a built-in (${Object.keys(builtins).join(', ')}), a path that starts with ./ or ../ or /, or an installed package`,
      found: ['none of them', suggestName(name, Object.keys(builtins))].filter((text) => text !== '').join('; '),
    });
  }

  async #import(address: string): Promise<Module> {
    try {
      return await this.#importWithin(address);
    } catch (thrown) {
      if (address.includes(MARK) || !isMissing(thrown, 'meltica')) throw thrown;
      registerHook();
      return this.#importWithin(`${address}&${MARK}`);
    }
  }

  /** Top-level await in a plugin may never end. */
  async #importWithin(address: string): Promise<Module> {
    let module: Module = {};
    const work = (import(address) as Promise<Module>).then((loaded) => void (module = loaded));
    const { outcome, error } = await withLimit(this.#options.clock, work, this.#options.loadLimitMs, null);
    if (outcome === 'failed') throw error;
    if (outcome !== 'done') throw new Error(`the module was not loaded within ${this.#options.loadLimitMs} ms`);
    return module;
  }
}

export interface PluginLoaderOptions {
  /** The folder of the config file. */
  readonly configFolder: string;
  readonly workingFolder: string;
  readonly loadLimitMs: number;
  readonly clock: Clock;
}

export interface LoadedPlugin {
  readonly plugin: Plugin;
  readonly kind: 'built-in' | 'file' | 'package';
  /** Where it came from, for people. */
  readonly address: string;
  /** Of its file or package, without symbolic links; '' for a built-in, and for a package that is installed further up. */
  readonly folder: string;
}

type Module = Readonly<Record<string, unknown>>;

interface FoundModule {
  readonly module: Module;
  readonly address: string;
  readonly folder: string;
}

let isHookRegistered = false;

/** Costs 40 ms and a thread, so only where it is needed. */
function registerHook(): void {
  if (isHookRegistered) return;
  isHookRegistered = true;
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  register(`./resolve-hook.${suffix}`, import.meta.url, { data: { door: new URL(`plugin.${suffix}`, import.meta.url).href } });
}

function folderOfPackage(name: string, from: string): string {
  const parts = name.split('/').slice(0, name.startsWith('@') ? 2 : 1);
  try {
    return realpathSync(join(from, 'node_modules', ...parts));
  } catch {
    return '';
  }
}

function queryOf(consumerId: string): string {
  return `consumer=${encodeURIComponent(consumerId)}`;
}

/** True when Node found no such package, and not when that package lacks something itself. */
function isMissing(thrown: unknown, packageName: string): boolean {
  return codeOf(thrown) === 'ERR_MODULE_NOT_FOUND' && describeThrown(thrown).startsWith(`Cannot find package '${packageName}'`);
}

async function factsOfFailure(thrown: unknown, file: string): Promise<{ expected: string; found: string }> {
  const expected = 'a module that loads';
  if (codeOf(thrown) === 'ERR_UNKNOWN_FILE_EXTENSION') return { expected: 'a JavaScript file (.js, .mjs, .cjs)', found: describeThrown(thrown) };
  if (thrown instanceof SyntaxError) {
    const place = file === '' ? '' : await placeOfSyntaxError(file);
    return { expected, found: `SyntaxError: ${thrown.message}${place === '' ? '' : ` at ${place}`}` };
  }
  const place = codeOf(thrown).startsWith('ERR_') ? '' : placeOfThrown(thrown);
  return { expected, found: `${describeThrown(thrown)}${place === '' ? '' : ` at ${place}`}` };
}

/** `import` does not say where a syntax error stands; `node --check` prints `file:line` and the line. */
function placeOfSyntaxError(file: string): Promise<string> {
  return new Promise((settle) => {
    execFile(process.execPath, ['--check', file], { timeout: CHECK_LIMIT_MS }, (_error, _stdout, stderr) => {
      const [head = '', line = ''] = stderr.split('\n');
      const number = /:(\d+)$/.exec(head)?.[1];
      settle(number === undefined || !head.startsWith(file) ? '' : `${basename(file)}:${number}: ${line.trim().slice(0, 80)}`);
    });
  });
}

const CHECK_LIMIT_MS = 5000;
