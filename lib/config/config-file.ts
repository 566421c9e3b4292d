import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { AppError, codeOf, messageOf } from '../errors/app-error.ts';
import { parseJson } from '../json/json.ts';
import type { ConfigProblem } from './config-error.ts';
import type { ConfigNode } from './config-node.ts';
import { readYaml } from './yaml-node.ts';

/** Reads one config file by its extension. Null when it cannot be used: `problems` then says why. */
export function readConfigFile(file: string, problems: ConfigProblem[]): ConfigNode | null {
  const complain = (expected: string, found: string, from = file): null => {
    problems.push({ path: '', from, expected, found, hint: '' });
    return null;
  };
  const extension = extname(file);
  if (!EXTENSIONS.includes(extension)) {
    return complain(`a file that ends in ${EXTENSIONS.join(', ')}`, extension === '' ? 'no extension' : extension);
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    return complain('a file that can be read', FOUND_BY_CODE.get(codeOf(thrown)) ?? messageOf(thrown));
  }
  if (extension === '.json') {
    try {
      parseJson(text, { safeKeys: true });
    } catch (thrown) {
      return text.trim() === '' ? complain(A_CONFIG, AN_EMPTY_FILE) : complainAboutJson(thrown, file, complain);
    }
  }
  // JSON is YAML, and only the YAML reader knows the position of every value.
  const countBefore = problems.length;
  const node = readYaml(text, file, true, problems);
  if (node === null) return problems.length > countBefore ? null : complain(A_CONFIG, AN_EMPTY_FILE);
  if (node.kind !== 'map') return complain(A_CONFIG, node.kind === 'list' ? 'a list' : 'a single value', node.from);
  return node;
}

const EXTENSIONS: readonly string[] = ['.yaml', '.yml', '.json'];
const A_CONFIG = 'an object with config fields';
const AN_EMPTY_FILE = 'an empty file';
const FOUND_BY_CODE: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EISDIR', 'a directory'],
  ['EACCES', 'no permission to read it'],
]);

function complainAboutJson(thrown: unknown, file: string, complain: (expected: string, found: string, from: string) => null): null {
  if (!(thrown instanceof AppError)) throw thrown;
  const { line, column, expected = thrown.message, found = '', path = '' } = thrown.facts;
  const from = line === undefined ? file : `${file}:${String(line)}:${String(column)}`;
  if (path !== '') return complain('keys that cannot change a prototype', String(path), from);
  return complain(`JSON: ${String(expected)}`, found === '' ? 'too many levels' : String(found), from);
}
