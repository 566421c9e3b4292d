import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseJson } from '../../../lib/json/json.ts';
import { readPage, load, play, saveFiles } from './pages.ts';

const page = readPage('docs/recordings.md');

test('the two configs of docs/recordings.md load, and the second plays what the first writes', () => {
  const folder = saveFiles(page);
  const capture = load([join(folder, 'capture.yaml')]);
  const replay = load([join(folder, 'replay.yaml')]);
  const written = capture.consumers[0]!.config as { readonly file: string };
  expect(replay.providers[0]!.transport.file).toBe(written.file);
  expect(replay.providers[0]).toMatchObject({ venue: capture.providers[0]!.venue, market: capture.providers[0]!.market });
});

test('the recording of docs/recordings.md gives a live book and a trade', async () => {
  const folder = saveFiles(page);
  const events = join(folder, 'events.jsonl');
  const config = load([join(folder, 'replay.yaml')], ['providers[replay].transport.file=example.jsonl', `consumers[events].config.file=${events}`]);
  const { monolith, end } = await play(config, folder);
  expect(end).toMatchObject({ hasFailed: false, outstanding: 0 });
  expect(monolith.house.books.books.map(({ state, gaps }) => ({ state, gaps }))).toEqual([{ state: 'live', gaps: 0 }]);
  const types = readFileSync(events, 'utf8').trim().split('\n').map((line) => (parseJson(line) as { readonly type: string }).type);
  expect(types).toEqual(['bookSnapshot', 'bookUpdate', 'trade']);
});
