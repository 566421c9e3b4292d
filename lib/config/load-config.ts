import { checkNode } from './check-config.ts';
import { ConfigError } from './config-error.ts';
import type { ConfigProblem } from './config-error.ts';
import { readConfigFile } from './config-file.ts';
import { mergeNodes } from './config-node.ts';
import type { ConfigNode } from './config-node.ts';
import { applyEnvironment, applySets } from './config-override.ts';
import type { ConfigOf, ConfigTable } from './config-table.ts';

/**
 * Loads a config: the fully defaulted, frozen value, or a ConfigError with everything that is wrong, at once.
 *
 *   defaults ◀─ file ◀─ file … ◀─ environment ◀─ --set        the later one wins
 *
 * Objects merge key by key, lists of objects with an `id` merge by it, everything else is replaced.
 */
export function loadConfig<const T extends ConfigTable>(table: T, sources: ConfigSources<ConfigOf<T>>): ConfigOf<T> {
  const { files = [], environment = {}, prefix = '', sets = [], rules = [] } = sources;
  const problems: ConfigProblem[] = [];
  let root: ConfigNode = { kind: 'map', entries: new Map(), from: '' };
  for (const file of files) {
    const node = readConfigFile(file, problems);
    if (node !== null) root = mergeNodes(root, node);
  }
  // Without a file, what it would have said is missing everywhere: those problems would hide the one that counts.
  const isComplete = problems.length === 0;
  if (prefix !== '') root = applyEnvironment(root, table, environment, prefix, problems);
  root = applySets(root, table, sets, problems);
  if (!isComplete) throw new ConfigError(problems);
  const config = checkNode(table, root, problems) as ConfigOf<T>;
  if (problems.length === 0) for (const rule of rules) problems.push(...rule(config).map(problemOf));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

export interface ConfigSources<C> {
  /** YAML or JSON by extension, later ones on top. */
  readonly files?: readonly string[];
  /** `process.env` of a program. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `MELTICA` reads `MELTICA__A__B`; without it the environment is not read. */
  readonly prefix?: string;
  /** `path=value` texts of the command line. */
  readonly sets?: readonly string[];
  /** What no single field can say (one limit below another); asked only when every field is right. */
  readonly rules?: readonly ((config: C) => readonly RuleProblem[])[];
}

export interface RuleProblem {
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

function problemOf(problem: RuleProblem): ConfigProblem {
  return { ...problem, from: '', hint: '' };
}
