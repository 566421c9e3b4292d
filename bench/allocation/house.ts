import { eventPoolCapacity, framePoolCapacity } from '../../internal/app/wire.ts';
import { venueFor } from '../../internal/app/venues.ts';
import { BookAssembler } from '../../internal/book/assembler.ts';
import { BookShelf } from '../../internal/book/shelf.ts';
import { Mailbox } from '../../internal/bus/mailbox.ts';
import { stdoutTerminal } from '../../internal/consumers/builtin/terminal.ts';
import { ConsumerHost } from '../../internal/consumers/host.ts';
import { defaultRunnerLimits } from '../../internal/consumers/runner.ts';
import { Dispatcher } from '../../internal/dispatcher/dispatcher.ts';
import { EventPools } from '../../internal/dispatcher/event-pools.ts';
import { Orchestrator } from '../../internal/orchestrator/orchestrator.ts';
import type { BookLevel } from '../../internal/ports/book-reader.ts';
import type { EventSource } from '../../internal/ports/event-source.ts';
import type { ReceivedFrame } from '../../internal/providers/session/feed.ts';
import { ProviderSession } from '../../internal/providers/session/session.ts';
import type { Venue } from '../../internal/providers/session/venue.ts';
import { DeadLetterBox } from '../../internal/telemetry/dead-letters.ts';
import { FrameTaps } from '../../internal/telemetry/frame-taps.ts';
import { systemClock } from '../../lib/clock/system-clock.ts';
import { loadConfig } from '../../lib/config/load-config.ts';
import { Side } from '../../lib/ladder/ladder.ts';
import { silentLogger } from '../../lib/log/logger.ts';
import { MetricsRegistry } from '../../lib/metrics/registry.ts';
import { Pool } from '../../lib/pool/pool.ts';
import { configTable } from '../../schemas/config/config.ts';
import { StreamTable } from '../../schemas/market/stream-table.ts';
import { WsFrame } from '../../schemas/market/ws-frame.ts';
import countingPlugin from '../pipeline/counting-plugin.ts';
import type { FrameSet } from '../pipeline/frames.ts';
import { ParseDecoder } from './parse-decoder.ts';
import { UnpooledEvents, UnpooledFrames } from './unpooled.ts';

/** In what two houses differ: who reads the frames, and where frames and events come from. */
interface Practice {
  readonly venue: Venue;
  readonly frames: Pool<WsFrame>;
  readonly events: EventSource;
}

const config = loadConfig(configTable, { sets: ['providers=[{id: binance-spot, venue: binance, symbols: [BTC-USDT]}]'] });
const provider = config.providers[0]!;
const binance = venueFor(provider.venue, provider.market);

/** Made anew for each house. */
export const practices = {
  meltica: (): Practice => ({
    venue: binance,
    frames: new Pool({ name: 'wsFrame', capacity: framePoolCapacity(config), create: () => new WsFrame(), clock: systemClock }),
    events: new EventPools(eventPoolCapacity(config), systemClock, false),
  }),
  usual: (): Practice => ({
    venue: { ...binance, decoder: (desk) => new ParseDecoder(desk) },
    frames: new UnpooledFrames(),
    events: new UnpooledEvents(),
  }),
} as const;
export type PracticeName = keyof typeof practices;

const SUBSCRIBERS = ['one', 'two', 'three'];
/** About as many as one read of a socket holds; then the subscribers take what is in their mailboxes. */
const FRAMES_PER_TURN = 512;

/** What has come out so far: the same of houses that were fed the same, whatever they are made of. */
export interface Tally {
  readonly events: number;
  readonly delivered: number;
  readonly unread: number;
  readonly bookState: string;
  readonly bookLast: number;
  readonly bookTop: readonly (BookLevel | null)[];
}

/**
 * One provider's rooms, joined as internal/app/wire.ts joins them, and fed by hand: a frame's bytes go in where the feed would
 * hand them over, and three subscribers that only look at each event are at the end.
 */
export class House {
  readonly #set: FrameSet;
  readonly #session: ProviderSession;
  readonly #books: BookAssembler;
  readonly #orchestrator: Orchestrator;
  readonly #dispatcher: Dispatcher;
  readonly #mailboxes: readonly Mailbox[];
  readonly #consumers: ConsumerHost;
  readonly #frame: ReceivedFrame = { connection: 0, epoch: 0, receivedTimeUs: 0, receivedMonotonicMs: 0, data: Buffer.alloc(0), isBinary: false };

  constructor(set: FrameSet, { venue, frames, events }: Practice) {
    const clock = systemClock;
    const log = silentLogger;
    const taps = new FrameTaps(log);
    this.#set = set;
    this.#dispatcher = new Dispatcher(config.dispatcher, clock, events, (_subscriber, fault) => {
      throw fault;
    });
    this.#orchestrator = new Orchestrator(this.#dispatcher);
    this.#books = new BookAssembler({ ...config.books, audits: false }, clock, log, events, this.#orchestrator);
    this.#mailboxes = SUBSCRIBERS.map((id) => new Mailbox(id, config.dispatcher, this.#books));
    this.#consumers = new ConsumerHost(
      { clock, logger: log, metrics: new MetricsRegistry(), books: new BookShelf(this.#books), rawFrames: taps, terminal: stdoutTerminal },
      defaultRunnerLimits,
    );
    for (const mailbox of this.#mailboxes) this.#consumers.add({ id: mailbox.id, plugin: countingPlugin, config: {}, mailbox });
    this.#session = new ProviderSession({ ...provider, provider: provider.id }, venue, 0, false, {
      clock,
      log,
      streams: new StreamTable(),
      frames,
      events,
      books: this.#books,
      sink: this.#orchestrator,
      deadLetters: new DeadLetterBox(clock, log),
      tap: taps,
      onEnd: () => undefined,
    });
  }

  async start(): Promise<void> {
    await this.#consumers.start(1_000);
    const snapshot = Buffer.from(this.#set.snapshot);
    this.#books.start({ requestSnapshot: (stream) => this.#session.onSnapshot(stream, snapshot, systemClock.wallMs() * 1_000) });
    this.#session.onInstruments(Buffer.from(this.#set.exchangeInfo));
  }

  /** A new life of the connection, with a new book; its events go to the three subscribers or to nobody. */
  async connect(isSubscribed: boolean): Promise<void> {
    const everything = [{ providers: [], symbols: [], types: [] }];
    this.#dispatcher.route(isSubscribed ? this.#mailboxes.map((subscriber) => ({ subscriber, subscriptions: everything })) : []);
    this.#frame.epoch += 1;
    this.#session.onConnected(null, this.#frame.epoch);
    this.#session.onSubscribed(null);
    await this.#consumers.whenEmpty();
  }

  get tally(): Tally {
    const { ledger } = this.#session;
    const { state, book } = this.#books.books[0]!;
    return {
      events: this.#orchestrator.passedTotal,
      delivered: this.#consumers.runners.reduce((sum, { deliveredTotal }) => sum + deliveredTotal, 0),
      unread: ledger.frames - ledger.events,
      bookState: state,
      bookLast: book.last,
      bookTop: [book.level(Side.Bid, 0), book.level(Side.Ask, 0)],
    };
  }

  /** Frames `from` up to `to` of the recording, to the subscribers' handlers. */
  async play(from: number, to: number): Promise<void> {
    const { frames } = this.#set;
    for (let start = from; start < to; start += FRAMES_PER_TURN) {
      const end = Math.min(start + FRAMES_PER_TURN, to);
      this.#frame.receivedTimeUs = systemClock.wallMs() * 1_000;
      this.#frame.receivedMonotonicMs = systemClock.monotonicMs();
      for (let i = start; i < end; i += 1) {
        this.#frame.data = frames[i]!;
        this.#session.onFrame(this.#frame);
      }
      await this.#consumers.whenEmpty();
    }
  }
}
