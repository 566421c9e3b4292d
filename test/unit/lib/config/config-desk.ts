import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { ConfigError } from '../../../../lib/config/config-error.ts';
import type { ConfigProblem } from '../../../../lib/config/config-error.ts';
import type { ConfigOf, ConfigTable } from '../../../../lib/config/config-table.ts';
import { loadConfig } from '../../../../lib/config/load-config.ts';
import type { ConfigSources } from '../../../../lib/config/load-config.ts';

/** A table with every kind of field. */
export const shopTable = {
  name: { type: 'string', default: 'shop', doc: 'What it is called' },
  port: { type: 'integer', default: 8080, min: 1, max: 65_535, doc: 'Where it listens' },
  ratio: { type: 'number', default: 0.5, min: 0, max: 1, doc: 'How much' },
  isOpen: { type: 'boolean', default: true, doc: 'Whether it sells' },
  note: { type: 'string', default: null, doc: 'Anything' },
  log: {
    type: 'object',
    doc: 'What is logged',
    props: {
      level: { type: 'string', values: ['debug', 'info', 'warn'], default: 'info', doc: 'Least severity' },
      levels: { type: 'map', items: { type: 'string', values: ['debug', 'info', 'warn'], doc: 'Level' }, doc: 'By module' },
    },
  },
  tags: { type: 'array', items: { type: 'string', doc: 'A tag' }, default: ['new'], max: 3, doc: 'Labels' },
  venues: {
    type: 'array',
    doc: 'Where goods come from',
    items: {
      type: 'object',
      doc: 'One place',
      props: {
        id: { type: 'string', doc: 'Its name', pattern: '[a-z][a-z0-9-]*', patternName: 'a name in lower case' },
        speed: { type: 'number', default: 1, min: 0, unit: 'ms', doc: 'How fast' },
        apiSecret: { type: 'string', default: null, secret: true, doc: 'The key' },
        transport: { type: 'object', doc: 'How', props: { retryMs: { type: 'integer', default: 100, unit: 'ms', doc: 'Pause' } } },
      },
    },
  },
  options: { type: 'any', default: null, doc: 'For a plugin' },
} as const satisfies ConfigTable;

export function loadShop(sources: ConfigSources<ConfigOf<typeof shopTable>>): ConfigOf<typeof shopTable> {
  return loadConfig(shopTable, sources);
}

/** The problems that `run` must throw. */
export function problemsOf(run: () => unknown): readonly ConfigProblem[] {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems;
    throw thrown;
  }
  throw new Error('no problem was found');
}

/** Writes files into a folder that lives for one test. */
export function useFolder(): { write(name: string, text: string): string; path(name: string): string } {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return {
    path: (name) => join(folder, name),
    write(name, text) {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
  };
}
