import { sleep, type Clock } from '../../../lib/clock/clock.ts';
import { AppError, codeOf, messageOf } from '../../../lib/errors/app-error.ts';
import { tryParseJson } from '../../../lib/json/json.ts';
import { readJsonLines, type JsonLine } from '../../../lib/json/jsonl.ts';
import { errors } from '../../../schemas/errors.ts';
import type { Stream } from '../../../schemas/market/stream.ts';
import type { Backlog } from '../../ports/backlog.ts';
import type { Feed, FeedListener, FeedTotals, ReceivedFrame } from './feed.ts';
import type { Venue } from './venue.ts';

export interface RecordedFeedOptions {
  /** A `.jsonl` or `.jsonl.gz` file, one record a line: {"t":ns,"kind":"ws","data":"…"}. */
  readonly file: string;
  /** `max`, or how many times faster than it was recorded. */
  readonly speed: 'max' | number;
}

interface Record {
  /** Nanoseconds since 1970, rounded to 256 by the number type; 0 where the recorder had no clock. */
  readonly t: number;
  readonly kind: string;
  readonly data: string;
  readonly connection: number;
  readonly url: string;
  readonly channel: string;
}

/** Kinds of records that tell what the recorder itself did: nothing to play. */
const SILENT_KINDS: ReadonlySet<string> = new Set(['ws_send', 'rest_request']);
/** How long an answer waits that nobody had room for. */
const ROOM_RETRY_MS = 10;

/** At full speed the event loop gets a turn after so many records, for signals and timers. */
const RECORDS_PER_TURN = 512;

/**
 * Plays a recording as if the venue sent it. Answers to REST requests are served from its `rest` records when they are reached:
 * one that nobody has asked for yet waits for the question, the newest per symbol.
 *
 * It is read no faster than the consumers take it: after every frame the next one waits until no mailbox holds anything, so
 * nothing is displaced or dropped however slow a consumer is.
 */
export class RecordedFeed implements Feed {
  readonly #options: RecordedFeedOptions;
  readonly #venue: Venue;
  readonly #listener: FeedListener;
  readonly #backlog: Backlog;
  readonly #clock: Clock;
  readonly #frame: ReceivedFrame = { connection: 0, epoch: 1, receivedTimeUs: 0, receivedMonotonicMs: 0, data: Buffer.alloc(0), isBinary: false };
  /** Connections whose opening was recorded, each with how often. */
  readonly #openings = new Map<number, number>();
  readonly #questions = new Map<string, Stream>();
  readonly #answers = new Map<string, { readonly body: Buffer; readonly receivedTimeUs: number }>();
  #resumed: (() => void) | null = null;
  #taken: (() => void) | null = null;
  /** An answer is here and its question, too, but there was no room for it: nothing is played before it was taken. */
  #isOwing = false;
  #isPaused = false;
  #isStopped = false;
  #reading: Promise<void> = Promise.resolve();
  #firstT = 0;
  #startedMs = 0;
  #epoch = 1;
  #reconnects = 0;

  constructor(options: RecordedFeedOptions, venue: Venue, listener: FeedListener, backlog: Backlog, clock: Clock) {
    this.#options = options;
    this.#venue = venue;
    this.#listener = listener;
    this.#backlog = backlog;
    this.#clock = clock;
  }

  get totals(): FeedTotals {
    return { reconnects: this.#reconnects, epochs: this.#epoch, refusedSubscriptions: [] };
  }

  async start(): Promise<void> {
    const lines = readJsonLines(this.#options.file);
    let first: IteratorResult<JsonLine, void>;
    try {
      first = await lines.next();
    } catch (thrown) {
      throw new AppError(errors.recordingMissing, { file: this.#options.file, found: messageOf(thrown) }, thrown);
    }
    this.#startedMs = this.#clock.monotonicMs();
    this.#reading = this.#read(lines, first);
  }

  requestSnapshot(stream: Stream): void {
    const symbol = stream.instrument.venueSymbol;
    // An answer whose record does not name its symbol serves the first who asks.
    const key = this.#answers.has(symbol) ? symbol : '';
    const answer = this.#answers.get(key);
    if (answer === undefined) {
      this.#questions.set(symbol, stream);
      return;
    }
    // Taken out first: who cannot use it asks again from inside the call.
    this.#answers.delete(key);
    if (this.#listener.onSnapshot(stream, answer.body, answer.receivedTimeUs)) return;
    this.#answers.set(key, answer);
    this.#questions.set(symbol, stream);
    this.#isOwing = true;
  }

  onReply(): void {
    // Answered long ago, to whoever recorded it.
  }

  onFarewell(): void {
    // The recording goes on, or has a new ws_open.
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#resumed?.();
    this.#resumed = null;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.resume();
    this.#taken?.();
    await this.#reading;
  }

  async #read(lines: AsyncGenerator<JsonLine, void>, first: IteratorResult<JsonLine, void>): Promise<void> {
    let failure: AppError | null = null;
    let line = 0;
    try {
      let recordsThisTurn = 0;
      for (let next = first; next.done !== true && !this.#isStopped; next = await this.#next(lines, line)) {
        line = next.value.line;
        const record = this.#parse(next.value);
        if (record === null) continue;
        await this.#whenDue(record);
        if (this.#isStopped) break;
        this.#play(record, next.value);
        while (this.#isOwing && !this.#isStopped) await this.#whenGiven();
        while (this.#isPaused && !this.#isStopped) await this.#whenResumed();
        if (!this.#backlog.isEmpty) await this.#whenTaken();
        recordsThisTurn += 1;
        if (recordsThisTurn === RECORDS_PER_TURN) {
          recordsThisTurn = 0;
          await nextTurn();
        }
      }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      failure = thrown;
    } finally {
      await lines.return();
    }
    if (!this.#isStopped) this.#listener.onEnd(failure);
  }

  async #next(lines: AsyncGenerator<JsonLine, void>, afterLine: number): Promise<IteratorResult<JsonLine, void>> {
    try {
      return await lines.next();
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      throw new AppError(errors.recordingTruncated, { file: this.#options.file, afterLine, code: codeOf(thrown), found: thrown.message }, thrown);
    }
  }

  #parse({ line, text }: JsonLine): Record | null {
    const parsed = tryParseJson(text);
    if (!parsed.ok) return this.#broken(line, `not JSON: ${parsed.reason}`, text);
    const value = parsed.value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#broken(line, 'expected an object', text);
    const { t, kind, data, conn, url, channel } = value as { [key: string]: unknown };
    if (typeof kind !== 'string') return this.#broken(line, 'kind is no text', text);
    if (typeof data !== 'string') return this.#broken(line, 'data is no text', text);
    return {
      t: typeof t === 'number' && t > 0 ? t : 0,
      kind,
      data,
      connection: typeof conn === 'number' ? conn : 0,
      url: typeof url === 'string' ? url : '',
      channel: typeof channel === 'string' ? channel : '',
    };
  }

  #broken(line: number, found: string, text: string): null {
    this.#listener.onBroken(new AppError(errors.recordingLine, { file: this.#options.file, line, found }), Buffer.from(text));
    return null;
  }

  #play(record: Record, { line, text }: JsonLine): void {
    const receivedTimeUs = record.t === 0 ? this.#clock.wallMs() * 1_000 : Math.round(record.t / 1_000);
    if (record.kind === 'ws') {
      const frame = this.#frame;
      frame.connection = record.connection;
      frame.epoch = this.#epoch;
      frame.receivedTimeUs = receivedTimeUs;
      frame.receivedMonotonicMs = this.#clock.monotonicMs();
      frame.data = Buffer.from(record.data);
      this.#listener.onFrame(frame);
    } else if (record.kind === 'rest') {
      this.#answer(record, receivedTimeUs);
    } else if (record.kind === 'ws_open') {
      this.#open(record.connection);
    } else if (!SILENT_KINDS.has(record.kind)) {
      this.#broken(line, `unknown kind ${record.kind.slice(0, 40)}`, text);
    }
  }

  #answer(record: Record, receivedTimeUs: number): void {
    const answer = this.#venue.readRecordedUrl(record.url, record.channel);
    if (answer === null) return;
    const body = Buffer.from(record.data);
    if (answer.kind === 'instruments') {
      this.#instruments(body);
      return;
    }
    this.#answers.set(answer.venueSymbol, { body, receivedTimeUs });
    const stream = answer.venueSymbol === '' ? firstOf(this.#questions) : this.#questions.get(answer.venueSymbol);
    if (stream === undefined) return;
    this.#questions.delete(stream.instrument.venueSymbol);
    this.requestSnapshot(stream);
  }

  async #whenGiven(): Promise<void> {
    await sleep(this.#clock, ROOM_RETRY_MS);
    this.#isOwing = false;
    const questions = [...this.#questions.values()];
    this.#questions.clear();
    for (const stream of questions) this.requestSnapshot(stream);
  }

  /** The recorder may have been refused the list; then the instruments are guessed from the frames. */
  #instruments(body: Buffer): void {
    try {
      this.#listener.onInstruments(body);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      this.#listener.onBroken(thrown, body);
    }
  }

  /** A connection that opens a second time was lost in between: a new epoch for everything it may have carried. */
  #open(connection: number): void {
    const openings = (this.#openings.get(connection) ?? 0) + 1;
    this.#openings.set(connection, openings);
    if (openings === 1) return;
    this.#epoch += 1;
    this.#reconnects += 1;
    this.#listener.onDisconnected(null, 'reopened in the recording');
    this.#listener.onConnected(null, this.#epoch);
    this.#listener.onSubscribed(null);
  }

  async #whenDue(record: Record): Promise<void> {
    if (this.#options.speed === 'max' || record.t === 0) return;
    if (this.#firstT === 0) this.#firstT = record.t;
    const dueMs = (record.t - this.#firstT) / 1e6 / this.#options.speed;
    // In slices, so that `stop` does not wait for a quiet hour of the recording.
    for (;;) {
      const aheadMs = dueMs - (this.#clock.monotonicMs() - this.#startedMs);
      if (aheadMs < 1 || this.#isStopped) return;
      await sleep(this.#clock, Math.min(aheadMs, 100));
    }
  }

  /** Resolves when no mailbox holds anything, or on `stop`: a consumer that takes nothing must not keep us here. */
  #whenTaken(): Promise<void> {
    return new Promise((resolve) => {
      this.#taken = resolve;
      void this.#backlog.whenEmpty().then(resolve);
    });
  }

  #whenResumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#resumed = resolve;
    });
  }
}

function firstOf(questions: ReadonlyMap<string, Stream>): Stream | undefined {
  for (const stream of questions.values()) return stream;
  return undefined;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
