import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HELP } from '../../../internal/app/arguments.ts';
import { readCommand } from '../../../internal/sim/cli.ts';
import { parseJson } from '../../../lib/json/json.ts';
import { load, readPage, root } from './pages.ts';

/**
 * What is wrong with a command of a page, as one sentence, or '' when everything it names is there: the entry point, every flag, every
 * make target and script, and a config that loads. `folder` has the files that the page shows.
 */
export function problemOf(command: string, folder: string): string {
  const [program = '', ...words] = wordsOf(command);
  switch (program) {
    case 'make':
      return problemOfMake(words);
    case 'npm':
      return problemOfScript(words);
    case 'node':
      return problemOfNode(words, folder);
    default:
      return `nobody checks '${program}'`;
  }
}

/** As a shell splits them, as far as these pages go: single quotes hold a word together. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

function problemOfMake(words: readonly string[]): string {
  const targets = words.filter((word) => !word.includes('='));
  const makefile = readPage('Makefile');
  const missing = targets.find((target) => !new RegExp(`^${target}:`, 'm').test(makefile));
  const variable = words.find((word) => word.includes('=') && !makefile.includes(`${word.split('=')[0]!} ?=`));
  return missing !== undefined ? `no target ${missing}` : variable !== undefined ? `no variable ${variable}` : '';
}

function problemOfScript([verb, name = '']: readonly string[]): string {
  const { scripts } = parseJson(readPage('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  return verb === 'run' && name in scripts ? '' : `no script ${name}`;
}

function problemOfNode([entry = '', ...words]: readonly string[], folder: string): string {
  if (!existsSync(join(root, entry.replace(/^dist\//, ''), 'index.ts'))) return `no entry point ${entry}`;
  if (entry === 'dist/cmd/sim') {
    const command = readCommand(words);
    return command.kind === 'run' || command.exitCode === 0 ? '' : command.text;
  }
  const flags = words.filter((word) => word.startsWith('--'));
  const unknown = flags.find((flag) => !HELP.includes(`  ${flag} `));
  if (unknown !== undefined) return `no flag ${unknown}`;
  const configs = valuesOf('--config', words).map((file) => placeOf(file, folder));
  // As the server does: the demo where no config is given.
  load(configs.length === 0 ? [join(root, 'config/demo.yaml')] : configs, valuesOf('--set', words));
  return '';
}

function valuesOf(flag: string, words: readonly string[]): string[] {
  return words.filter((_, index) => words[index - 1] === flag);
}

function placeOf(file: string, folder: string): string {
  const saved = join(folder, file);
  return existsSync(saved) ? saved : join(root, file);
}
