import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blocksOf, load, play, readPage, root, saveFiles } from './pages.ts';
import { problemOf } from './commands.ts';

const adrs = readdirSync(join(root, 'docs/adr')).map((name) => `docs/adr/${name}`);
const ownPages = ['README.md', 'CHANGELOG.md', 'docs/config.md', 'docs/report.md', 'docs/metrics.md', 'docs/recordings.md', ...adrs];

describe.each(ownPages)('%s', (path) => {
  const page = readPage(path);

  test('every command in it names entry points, flags, targets, scripts and configs that exist', () => {
    const folder = saveFiles(page);
    const commands = blocksOf(page).filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));
    expect(commands.map((command) => [command, problemOf(command, folder)]).filter(([, problem]) => problem !== '')).toEqual([]);
  });

  test('every link leads to a file', () => {
    const targets = [...page.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1]!).filter((target) => !target.startsWith('https://'));
    expect(targets.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
  });

  test('every file of the tree that it names is there', () => {
    const named = [...page.matchAll(/(?<![\w/.])(?:cmd|lib|schemas|internal|test|bench|config|docs|examples)\/[\w./-]*\w/g)].map(([name]) => name);
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });
});

test('the plugin of the README loads with its config and sees the trade of a recording', async () => {
  const page = readPage('README.md');
  const folder = saveFiles(page);
  const recording = join(saveFiles(readPage('docs/recordings.md')), 'example.jsonl');
  const config = load([join(folder, 'my.yaml')], [`providers[binance-sim].transport={kind: recording, file: ${recording}}`, 'providers[binance-sim].symbols=[BTC-USDT]']);
  const { monolith, end } = await play(config, folder);
  expect(end).toMatchObject({ hasFailed: false, outstanding: 0 });
  expect(monolith.house.consumers.rows()).toMatchObject([{ id: 'large-trades', delivered: 1, errors: 0 }]);
});

test('the README lists every page of docs', () => {
  const page = readPage('README.md');
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  expect(pages.filter((name) => !page.includes(`(docs/${name})`))).toEqual([]);
});

test('every decision says context, choice, what was rejected, cost and number, and is numbered without a hole', () => {
  for (const [index, path] of adrs.entries()) {
    const page = readPage(path);
    const number = String(index + 1).padStart(4, '0');
    expect(path).toContain(`docs/adr/${number}-`);
    expect(page).toMatch(new RegExp(`^# ${number}: `));
    expect([...page.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual(['Context', 'Choice', 'Rejected', 'Cost', 'Number']);
  }
});
