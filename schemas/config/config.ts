import type { ConfigOf, ConfigTable } from '../../lib/config/config-table.ts';
import { channels } from '../market/stream.ts';

/** Every key of the config file: what it is, its default, its bounds. Validator, help and docs/config.md are made from here. */
export const configTable = {
  providers: {
    type: 'array',
    doc: 'Where market data comes from: one entry per venue and market.',
    default: [],
    max: 64,
    items: {
      type: 'object',
      doc: 'One provider.',
      props: {
        id: { type: 'string', doc: 'Name of the provider in events, logs and reports; unique.', pattern: '[A-Za-z0-9._-]{1,64}', patternName: 'letters, digits, . _ -' },
        venue: { type: 'string', doc: 'The exchange.', values: ['binance'] },
        market: { type: 'string', doc: 'Which market of the exchange.', default: 'spot', values: ['spot', 'us', 'usdm'] },
        symbols: {
          type: 'array',
          doc: "Canonical names (BTC-USDT), the venue's own spelling (BTCUSDT), or * for every instrument of the venue or the recording.",
          items: { type: 'string', doc: 'One symbol.', max: 64 },
          min: 1,
        },
        channels: {
          type: 'array',
          doc: 'What to receive: trades, best bid and ask, order books, candles of one minute.',
          default: [...channels],
          min: 1,
          items: { type: 'string', doc: 'One channel.', values: channels },
        },
        transport: {
          type: 'object',
          doc: 'How to reach the venue.',
          props: {
            kind: {
              type: 'string',
              doc: 'live: the venue itself. sim: a simulated venue on loopback, started with the process when no url is given. recording: a file.',
              default: 'live',
              values: ['live', 'sim', 'recording'],
            },
            file: { type: 'string', doc: 'recording: the .jsonl or .jsonl.gz file, relative to the config file.', default: null },
            speed: { type: 'any', doc: 'recording: max, or how many times faster than recorded (1 is real time).', default: 'max' },
            url: { type: 'string', doc: "Stream host instead of the venue's own, scheme and host only.", default: null, pattern: 'wss?://[^\\s/]+/?', patternName: 'ws://host:port or wss://host:port' },
            restUrl: { type: 'string', doc: "REST host instead of the venue's own, scheme and host only.", default: null, pattern: 'https?://[^\\s/]+/?', patternName: 'http://host:port or https://host:port' },
            seed: { type: 'integer', doc: 'sim: the same seed gives the same market.', default: 1, min: 0, max: 4_294_967_295 },
            eventsPerSecond: { type: 'integer', doc: 'sim: frames the simulated venue sends, over all streams.', default: 200, min: 1, max: 100_000, unit: '1/s' },
          },
        },
      },
    },
  },
  consumers: {
    type: 'array',
    doc: 'Who gets the events: plugins, each with a mailbox of its own.',
    default: [],
    max: 256,
    items: {
      type: 'object',
      doc: 'One consumer.',
      props: {
        id: { type: 'string', doc: 'Name of the consumer in logs and reports; unique.', pattern: '[A-Za-z0-9._-]{1,64}', patternName: 'letters, digits, . _ -' },
        module: { type: 'string', doc: 'A built-in (top-of-book, recorder, capture), a path relative to the config file (./my-plugin.mjs), or a package name.' },
        config: { type: 'any', doc: "Handed to the plugin, checked against the plugin's own schema.", default: {} },
        failuresInRowMax: { type: 'integer', doc: 'Failures of one handler in a row after which the consumer is suspended.', default: 100, min: 1, max: 1_000_000 },
        handlerTimeoutMs: { type: 'integer', doc: "How long a handler's promise may stay open before the consumer is suspended.", default: 30_000, min: 1, max: 86_400_000, unit: 'ms' },
        subscriptions: {
          type: 'array',
          doc: 'Which events it gets; an event that fits any entry is delivered once.',
          default: [{}],
          items: {
            type: 'object',
            doc: 'One subscription; an empty list means all.',
            props: {
              providers: { type: 'array', doc: 'Provider ids.', default: [], items: { type: 'string', doc: 'One id.' } },
              symbols: { type: 'array', doc: 'Canonical or venue spelling, or *.', default: [], items: { type: 'string', doc: 'One symbol.' } },
              types: { type: 'array', doc: 'Channels.', default: [], items: { type: 'string', doc: 'One channel.', values: channels } },
            },
          },
        },
      },
    },
  },
  books: {
    type: 'object',
    doc: 'How order books are kept.',
    props: {
      refreshMs: { type: 'integer', doc: 'Time between two comparisons of a live book with a fresh snapshot, spread up to one and a half times as long; 0 never. Recordings have none to ask for.', default: 180_000, min: 0, max: 86_400_000, unit: 'ms' },
      staleAfterMs: { type: 'integer', doc: 'A live book without an update for this long is stale.', default: 300_000, min: 1_000, max: 86_400_000, unit: 'ms' },
      waitingMax: { type: 'integer', doc: 'Updates per book that may wait for a snapshot; one more starts the sync again.', default: 4_096, min: 16, max: 65_536 },
    },
  },
  dispatcher: {
    type: 'object',
    doc: 'Order and fan-out.',
    props: {
      latenessToleranceMs: { type: 'integer', doc: 'How long an event waits for what is missing before it.', default: 150, min: 0, max: 60_000, unit: 'ms' },
      flushTickMs: { type: 'integer', doc: 'How often waiting events are looked at.', default: 50, min: 1, max: 10_000, unit: 'ms' },
      heldPerStreamMax: { type: 'integer', doc: 'Events of one stream that may wait; one more and the lowest goes out with gapBefore.', default: 200, min: 1, max: 65_536 },
      heldMax: { type: 'integer', doc: 'Events of all streams together that may wait; the event pools are sized by it.', default: 2_048, min: 1, max: 65_536 },
      tapeMax: { type: 'integer', doc: 'Trades that may wait for one consumer before the oldest is dropped; a power of two.', default: 16_384, values: [16, 64, 256, 1_024, 4_096, 16_384, 65_536] },
      stateBurstMax: { type: 'integer', doc: 'Tickers, book events and candles that may wait for one consumer one by one; one more and it gets only the newest of each stream until it has caught up. 0: always only the newest.', default: 8_192, min: 0, max: 16_384 },
      executionMax: { type: 'integer', doc: 'Execution reports that may wait for one consumer before new orders are refused; a power of two.', default: 1_024, values: [16, 64, 256, 1_024, 4_096, 16_384, 65_536] },
      mergedLevelsMax: { type: 'integer', doc: 'Book levels a side that are merged for a slow consumer before it gets the whole book instead.', default: 4_096, min: 16, max: 65_536 },
    },
  },
  pools: {
    type: 'object',
    doc: 'Pooled objects.',
    props: {
      frames: { type: 'integer', doc: 'WebSocket frames of one provider that may be in hand or waiting for an event; the pool holds as many for each. 4096 may wait.', default: 4_352, min: 4_112, max: 262_144 },
      debug: { type: 'boolean', doc: 'Record who holds what, and poison what was released: slow, for plugin and adapter authors.', default: false },
      drainTimeoutMs: { type: 'integer', doc: 'How long shutdown waits for objects that are still out.', default: 5_000, min: 0, max: 60_000, unit: 'ms' },
    },
  },
  log: {
    type: 'object',
    doc: 'What is written to stderr, or to a file.',
    props: {
      level: { type: 'string', doc: 'Least severity.', default: 'info', values: ['trace', 'debug', 'info', 'warn', 'error', 'silent'] },
      levels: { type: 'map', doc: 'Severity by module, such as {"book": "debug"}.', default: {}, items: { type: 'string', doc: 'Least severity.', values: ['trace', 'debug', 'info', 'warn', 'error', 'silent'] } },
      format: { type: 'string', doc: 'human lines, json lines, or auto: human on a terminal.', default: 'auto', values: ['auto', 'human', 'json'] },
      file: { type: 'string', doc: 'Instead of stderr.', default: null },
    },
  },
  telemetry: {
    type: 'object',
    doc: 'What is measured and where it is written.',
    props: {
      statusMs: { type: 'integer', doc: 'How often a status line is logged; 0 never.', default: 10_000, min: 0, max: 3_600_000, unit: 'ms' },
      metricsFile: { type: 'string', doc: 'Prometheus text is written here, atomically, for a node_exporter textfile collector.', default: null },
      metricsMs: { type: 'integer', doc: 'How often the metrics file is written.', default: 15_000, min: 100, max: 3_600_000, unit: 'ms' },
    },
  },
} as const satisfies ConfigTable;

/** The loaded config: complete, with every default filled in, frozen. */
export type Config = ConfigOf<typeof configTable>;
export type ProviderConfig = Config['providers'][number];
export type ConsumerConfig = Config['consumers'][number];
