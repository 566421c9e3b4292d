import { every } from '../../../lib/log/limited-logger.ts';
import type { RawFrameTap } from '../../ports/raw-frames.ts';
import { definePlugin, type ConfigOf, type ConfigTable, type Plugin } from '../plugin.ts';
import { CaptureFile } from './capture-file.ts';
import { frameRecord, openRecord, restRecord } from './capture-records.ts';
import { servicesOf } from './services.ts';

/**
 * Writes down what the venues say, byte for byte, as a recording that the product can replay: one file per provider.
 * A feed cannot wait for a disk: what does not fit the bounded buffer is lost, counted, and said in the log and at the end.
 */
export function capture(): Plugin<CaptureConfig> {
  const files = new Map<string, CaptureFile>();
  let leave: (() => void) | null = null;

  return definePlugin({
    name: 'capture',
    configSchema,

    start(context) {
      const { config, logger, metrics, suspend } = context;
      const { clock, rawFrames } = servicesOf(context);
      const written = metrics.counter('captured', 'Records handed to recordings');
      const lost = metrics.counter('capture_lost', 'Records lost because the disk was slower than the feed');
      const limited = every(logger, clock, LOG_PERIOD_MS);

      const write = (provider: string, record: string, connection: number | null): void => {
        if (config.providers.length > 0 && !config.providers.includes(provider)) return;
        let file = files.get(provider);
        if (file === undefined) {
          file = new CaptureFile({
            file: nameFor(config.file, provider, files.size > 0),
            rotateBytes: config.rotateMb * 1024 * 1024,
            onOpen: (name) => logger.info('capture opened a file', { provider, file: name }),
            onError: (error) => {
              leave?.();
              suspend(error.message);
            },
          });
          files.set(provider, file);
        }
        if (file.write(record, connection)) {
          written.add();
        } else {
          lost.add();
          limited.warn('capture lost records', { provider, lost: file.lost });
        }
      };

      const tap: RawFrameTap = {
        onOpen: (provider, connection, url, atUs) => write(provider, openRecord(connection, url, atUs), connection),
        onFrame: (provider, connection, receivedTimeUs, data, isBinary) => write(provider, frameRecord(connection, receivedTimeUs, data, isBinary), null),
        onRest: (provider, url, body, atUs) => write(provider, restRecord(url, body, atUs), null),
      };
      leave = rawFrames.subscribe(tap);
    },

    async stop({ logger }) {
      leave?.();
      for (const [provider, file] of files) {
        await file.close();
        logger.info('capture closed its file', { provider, file: file.name, records: file.written, lost: file.lost });
      }
    },
  });
}

const configSchema = {
  file: {
    type: 'string',
    doc: 'A .jsonl or .jsonl.gz file, relative to the working folder; {provider} stands for the name of the provider. An existing file is left alone: the new one gets a number',
  },
  providers: { type: 'array', items: { type: 'string', doc: 'The name of a provider' }, doc: 'Whose frames; everybody\'s when empty' },
  rotateMb: { type: 'integer', default: 0, min: 0, unit: 'MiB of text', doc: 'A new file begins after this much; 0: never' },
} as const satisfies ConfigTable;

type CaptureConfig = ConfigOf<typeof configSchema>;

const LOG_PERIOD_MS = 10_000;

/** A recording holds one provider, so the second one gets its name into the file's, also where nobody asked for it. */
function nameFor(pattern: string, provider: string, isSecond: boolean): string {
  if (pattern.includes('{provider}')) return pattern.replaceAll('{provider}', provider);
  return isSecond ? pattern.replace(/(\.jsonl(\.gz)?)?$/, (extension) => `.${provider}${extension}`) : pattern;
}
