import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseJson } from '../../../lib/json/json.ts';
import { readJsonLines } from '../../../lib/json/jsonl.ts';
import { recorder } from '../../../internal/consumers/builtin/recorder.ts';
import { checkPluginConfig } from '../../../internal/consumers/load-consumers.ts';
import type { Plugin } from '../../../internal/consumers/plugin.ts';
import type { Runner } from '../../../internal/consumers/runner.ts';
import { EventType } from '../../../schemas/events/event.ts';
import { toWire } from '../../../schemas/events/wire.ts';
import { book, kline, ticker, trade } from './support/events.ts';
import { Stage, type FakeMailbox } from './support/fakes.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meltica-recorder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function linesOf(file: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const { text } of readJsonLines(file)) lines.push(parseJson(text));
  return lines;
}

function add(stage: Stage, config: object): { readonly mailbox: FakeMailbox; readonly runner: Runner } {
  const plugin = recorder() as Plugin;
  return stage.add('rec', plugin, checkPluginConfig(plugin, config));
}

describe('recorder', () => {
  test.each(['events.jsonl', 'events.jsonl.gz', 'new/folder/events.jsonl'])('writes the wire form of every event, one line each, to %s', async (name) => {
    const stage = new Stage();
    const file = join(folder, name);
    const events = [trade(), ticker(), book(EventType.BookSnapshot, [5, 1], [6, 1]), book(EventType.BookUpdate, [5, 0], []), kline()];
    const { mailbox } = add(stage, { file });
    await stage.host.start(1000);
    mailbox.offer(...events);
    await stage.host.stop(1000);
    expect(await linesOf(file)).toEqual(events.map(toWire));
    expect(stage.logger.lines.at(-1)).toMatchObject({ message: 'recorder closed its file', facts: { file, events: 5 } });
  });

  test('writes only the types it was asked for', async () => {
    const stage = new Stage();
    const file = join(folder, 'books.jsonl');
    const { mailbox } = add(stage, { file, types: ['bookSnapshot', 'bookUpdate'] });
    await stage.host.start(1000);
    mailbox.offer(trade(), book(EventType.BookUpdate, [5, 0], []), ticker());
    await stage.host.stop(1000);
    expect(await linesOf(file)).toMatchObject([{ type: 'bookUpdate' }]);
  });

  test('appends to what was there', async () => {
    const file = join(folder, 'events.jsonl');
    for (const count of [1, 2]) {
      const stage = new Stage();
      const { mailbox } = add(stage, { file });
      await stage.host.start(1000);
      mailbox.offer(trade());
      await stage.host.stop(1000);
      expect(await linesOf(file)).toHaveLength(count);
    }
  });

  test('loses nothing of a burst that is larger than its buffer', async () => {
    const stage = new Stage();
    const file = join(folder, 'burst.jsonl');
    const { mailbox } = add(stage, { file });
    await stage.host.start(1000);
    // Each of these books is 600 KB of text and the buffer holds 8 MB.
    const levels = Array.from({ length: 60_000 }, (_, index) => 6_000_000 + index);
    const event = book(EventType.BookSnapshot, levels, []);
    for (let index = 0; index < 30; index += 1) mailbox.offer(event.clone());
    await stage.host.whenEmpty();
    await stage.host.stop(1000);
    let count = 0;
    for await (const { text } of readJsonLines(file)) count += text.length > 500_000 ? 1 : 0;
    expect(count).toBe(30);
  });

  test('a file that cannot be written is known at the start', async () => {
    const stage = new Stage();
    writeFileSync(join(folder, 'in-the-way'), '');
    add(stage, { file: join(folder, 'in-the-way/events.jsonl') });
    await expect(stage.host.start(1000)).rejects.toMatchObject({ code: 'PLUGIN_START', facts: { consumer: 'rec', reason: expect.stringContaining('in-the-way') } });
  });

  test.skipIf(!existsSync('/dev/full'))('a disk that is full suspends the recorder with the reason, and nobody else', async () => {
    const stage = new Stage();
    const { mailbox, runner } = add(stage, { file: '/dev/full' });
    const other = stage.add('other', { onTrade: () => undefined });
    await stage.host.start(1000);
    mailbox.offer(trade());
    await expect.poll(() => runner.state).toBe('suspended');
    expect(runner.reason).toContain('/dev/full');
    expect(runner.reason).toContain('ENOSPC');
    expect(other.runner.state).toBe('running');
    await stage.host.stop(1000);
  });
});
