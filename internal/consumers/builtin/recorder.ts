import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JsonLinesWriter } from '../../../lib/json/json-lines-writer.ts';
import { formatJson } from '../../../lib/json/json.ts';
import { eventTypeNames } from '../../../schemas/events/event.ts';
import { toWire } from '../../../schemas/events/wire.ts';
import { definePlugin, type ConfigOf, type ConfigTable, type Plugin } from '../plugin.ts';

/**
 * Writes events in their wire form, one JSON line each. A disk that is slower than the events makes this a slow consumer like
 * any other: the handler waits, and what gives way gives way in its mailbox, where it is counted.
 */
export function recorder(): Plugin<RecorderConfig> {
  let writer: JsonLinesWriter | null = null;
  /** By the integer of the type. */
  let isWanted: readonly boolean[] = [];

  async function writeWhenPossible(target: JsonLinesWriter, line: string): Promise<void> {
    await target.drain();
    target.write(line);
  }

  return definePlugin({
    name: 'recorder',
    configSchema,

    async start({ config, suspend }) {
      const types: readonly string[] = config.types;
      isWanted = eventTypeNames.map((name) => types.length === 0 || types.includes(name));
      await assertWritable(config.file);
      writer = new JsonLinesWriter({ file: config.file, onError: (error) => suspend(error.message) });
    },

    onEvent(event) {
      if (writer === null || !isWanted[event.type]) return undefined;
      const line = formatJson(toWire(event));
      return writer.write(line) ? undefined : writeWhenPossible(writer, line);
    },

    async stop({ config, logger }) {
      if (writer === null) return;
      await writer.close();
      logger.info('recorder closed its file', { file: config.file, events: writer.written });
    },
  });
}

const configSchema = {
  file: { type: 'string', doc: 'A .jsonl or .jsonl.gz file, relative to the working folder; folders are made, an existing file is appended to' },
  types: {
    type: 'array',
    items: { type: 'string', values: ['trade', 'ticker', 'bookSnapshot', 'bookUpdate', 'kline'], doc: 'A type of event' },
    doc: 'What is written; everything when empty',
  },
} as const satisfies ConfigTable;

type RecorderConfig = ConfigOf<typeof configSchema>;

/** A path that cannot be written is known at the start, not at the first event. */
async function assertWritable(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a');
  await handle.close();
}
