import type { Clock } from '../../lib/clock/clock.ts';
import type { AppError } from '../../lib/errors/app-error.ts';
import type { Logger } from '../../lib/log/logger.ts';
import { MetricsRegistry } from '../../lib/metrics/registry.ts';
import { Pool } from '../../lib/pool/pool.ts';
import type { Config } from '../../schemas/config/config.ts';
import { StreamTable } from '../../schemas/market/stream-table.ts';
import type { Stream } from '../../schemas/market/stream.ts';
import { WsFrame } from '../../schemas/market/ws-frame.ts';
import { BookAssembler } from '../book/assembler.ts';
import { BookShelf } from '../book/shelf.ts';
import { Mailbox } from '../bus/mailbox.ts';
import { stdoutTerminal } from '../consumers/builtin/terminal.ts';
import { ConsumerHost } from '../consumers/host.ts';
import { defaultRunnerLimits } from '../consumers/runner.ts';
import { Dispatcher } from '../dispatcher/dispatcher.ts';
import { EventPools } from '../dispatcher/event-pools.ts';
import { Orchestrator } from '../orchestrator/orchestrator.ts';
import type { SnapshotSource } from '../ports/snapshot-source.ts';
import { RestBudgets } from '../providers/session/rest-budgets.ts';
import { ProviderSession } from '../providers/session/session.ts';
import { DeadLetterBox } from '../telemetry/dead-letters.ts';
import { FrameTaps } from '../telemetry/frame-taps.ts';
import { ProcessWatch } from '../telemetry/process-watch.ts';
import { venueFor } from './venues.ts';

/** Every room of one running process, made and joined. */
export interface House {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: LoggerOf;
  readonly frames: Pool<WsFrame>;
  readonly events: EventPools;
  readonly sessions: readonly ProviderSession[];
  readonly books: BookAssembler;
  readonly orchestrator: Orchestrator;
  readonly dispatcher: Dispatcher;
  readonly mailboxes: readonly Mailbox[];
  readonly consumers: ConsumerHost;
  readonly deadLetters: DeadLetterBox;
  readonly taps: FrameTaps;
  readonly budgets: RestBudgets;
  readonly watch: ProcessWatch;
  readonly metrics: MetricsRegistry;
}

/** The logger of a module, whose level the config can set: `book`, `binance-spot`. */
export type LoggerOf = (module: string) => Logger;

export interface HouseOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: LoggerOf;
  /** Keep a digest of everything each book has shown. */
  readonly auditsBooks: boolean;
  /** The first is called when a recording ends, with what broke it off if anything did. */
  readonly onFeedEnd: (provider: string, error: AppError | null) => void;
}

/** Events in somebody's hands besides those that wait: the one being dispatched, a notice of the book room, a snapshot. */
const IN_HAND_MAX = 16;

/** How many events a pool must be able to lend: all that the ordering buffers may hold, and those in hand. */
export function eventPoolCapacity(config: Config): number {
  return config.dispatcher.heldMax + IN_HAND_MAX;
}

/** How many frames the pool must be able to lend: as many as each provider may hold, so that one that is stalled takes none of another's. */
export function framePoolCapacity(config: Config): number {
  return Math.max(config.providers.length, 1) * config.pools.frames;
}

/**
 * The corridor plan: makes every room and joins them in the order an event walks them.
 *
 *   session ─┬─ books ─┬─▶ orchestrator ─▶ dispatcher ─▶ mailbox ─▶ consumer
 *            └─────────┘
 *
 * Nothing runs yet; feeds, plugins and the routes to them are added by whoever starts it.
 */
export function wire(options: HouseOptions): House {
  const { config, clock, logger } = options;
  const { debug } = config.pools;
  const deadLetters = new DeadLetterBox(clock, logger('dead-letters'));
  const taps = new FrameTaps(logger('taps'));
  const metrics = new MetricsRegistry();
  const frames = new Pool({ name: 'wsFrame', capacity: framePoolCapacity(config), create: () => new WsFrame(), clock, debug });
  const events = new EventPools(eventPoolCapacity(config), clock, debug);

  const dispatcherLog = logger('dispatcher');
  const dispatcher = new Dispatcher(config.dispatcher, clock, events, (subscriber, fault) =>
    dispatcherLog.error('a mailbox failed to take an event', { subscriber, error: fault }),
  );
  const orchestrator = new Orchestrator(dispatcher);
  const books = new BookAssembler({ ...config.books, audits: options.auditsBooks }, clock, logger('book'), events, orchestrator);
  const consumers = new ConsumerHost(
    { clock, logger: logger('consumer'), metrics, books: new BookShelf(books), rawFrames: taps, terminal: stdoutTerminal },
    defaultRunnerLimits,
  );
  const mailboxes = config.consumers.map(({ id }) => new Mailbox(id, config.dispatcher, books));

  const streams = new StreamTable();
  const sessions = config.providers.map((provider, index) => {
    const venue = venueFor(provider.venue, provider.market);
    return new ProviderSession({ ...provider, provider: provider.id }, venue, index, provider.transport.kind === 'recording', {
      clock,
      log: logger(provider.id),
      streams,
      frames,
      events,
      books,
      sink: orchestrator,
      deadLetters,
      tap: taps,
      onEnd: (error) => options.onFeedEnd(provider.id, error),
    });
  });
  return { config, clock, logger, frames, events, sessions, books, orchestrator, dispatcher, mailboxes, consumers, deadLetters, taps, budgets: new RestBudgets(clock), watch: new ProcessWatch(), metrics };
}

/** Books ask for snapshots by stream; each provider fetches its own. */
export function snapshotsOf(house: House): SnapshotSource {
  const byProvider = new Map(house.sessions.map((session) => [session.wanted.provider, session]));
  return { requestSnapshot: (stream: Stream) => byProvider.get(stream.provider)!.feed.requestSnapshot(stream) };
}
