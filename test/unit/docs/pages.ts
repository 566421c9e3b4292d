import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Monolith, type RunEnd } from '../../../internal/app/monolith.ts';
import { configRules } from '../../../internal/config/rules.ts';
import { systemClock } from '../../../lib/clock/system-clock.ts';
import { loadConfig } from '../../../lib/config/load-config.ts';
import { silentLogger } from '../../../lib/log/logger.ts';
import { configTable, type Config } from '../../../schemas/config/config.ts';

/** The checkout's root. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

export function readPage(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const MARKER = '<!-- from here on generated: npm run docs -->\n';

/** The page as it should be: its head is written by hand, what is below the marker is not. With DOCS=1 the file becomes so. */
export function withGenerated(path: string, generated: string): string {
  const page = readPage(path);
  const end = page.indexOf(MARKER);
  if (end < 0) throw new Error(`${path} has no line '${MARKER.trim()}'`);
  const wanted = `${page.slice(0, end)}${MARKER}\n${generated}`;
  if (process.env['DOCS'] === '1' && wanted !== page) writeFileSync(join(root, path), wanted);
  return wanted;
}

/** A fenced block of a page: the first word after the fence is the language, `file=NAME` names what it would be saved as. */
export interface Block {
  readonly language: string;
  /** '' when the block is not a file. */
  readonly file: string;
  readonly text: string;
}

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, file, text]) => ({
    language: language!,
    file: file ?? '',
    text: text!,
  }));
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'meltica-docs-'));
}

/** Saves the files of a page in a new folder, as a reader would. */
export function saveFiles(page: string): string {
  const folder = temporaryFolder();
  for (const { file, text } of blocksOf(page)) if (file !== '') writeFileSync(join(folder, file), text);
  return folder;
}

export function load(files: readonly string[], sets: readonly string[] = []): Config {
  return loadConfig(configTable, { files, sets, rules: configRules });
}

/** Runs a config of recordings in this process, to their end. */
export async function play(config: Config, folder: string): Promise<{ readonly monolith: Monolith; readonly end: RunEnd }> {
  const monolith = new Monolith({ config, folders: { configs: [folder], working: folder }, clock: systemClock, logger: () => silentLogger, version: 'test', auditsBooks: true });
  await monolith.loadPlugins();
  await monolith.start();
  await monolith.finished;
  const end = await monolith.stop();
  return { monolith, end };
}
