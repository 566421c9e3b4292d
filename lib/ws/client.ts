import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { assert, InvariantError } from '../assert/assert.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import { AppError, codeOf, messageOf, type Facts } from '../errors/app-error.ts';
import { fullJitterMs } from '../http/backoff.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import type { Random } from '../random/random.ts';
import {
  wsClientDefaults,
  type WsClientLimits,
  type WsClientOptions,
  type WsCloseCause,
  type WsListener,
  type WsState,
  type WsTotals,
} from './client-options.ts';
import { Chunk } from './chunk.ts';
import { wsErrors } from './errors.ts';
import { SilenceWatch } from './silence-watch.ts';
import { leaveSocket, openSocket } from './socket.ts';

export type { WsClientOptions, WsCloseCause, WsCloseReason, WsListener, WsState, WsTotals } from './client-options.ts';

/**
 * One WebSocket's whole life: it connects, listens, notices death and connects again.
 *
 *   idle ─start▶ connecting ──▶ open ──┐
 *                    ▲    └────────────┤ closed, silent, broken or asked
 *                    └──── waiting ◀───┘ full jitter, or as long as Retry-After says
 *   any ─stop▶ stopped, for good
 *
 * Every socket has a number. What a former socket still says (frames it had already read when it
 * was dropped, its late `close`) carries an old number and never reaches the listener.
 */
export class WsClient {
  readonly #options: WsClientLimits;
  readonly #url: () => string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #listener: WsListener;
  readonly #silence: SilenceWatch;
  readonly #chunk = new Chunk();
  #isHandingOver = false;
  #state: WsState = 'idle';
  #socket: WebSocket | null = null;
  /** The number of the current socket; raised when it is dropped. */
  #generation = 0;
  #isPaused = false;
  #openedAtMs = -1;
  #stopped: Promise<void> | null = null;
  /** The connect time-out while connecting, the back-off while waiting. */
  #deadline: Timer | null = null;
  #pings: Timer | null = null;
  #failedAttempts = 0;
  #connectsTotal = 0;
  #opensTotal = 0;
  #framesTotal = 0;
  #listenerThrowsTotal = 0;

  constructor(options: WsClientOptions) {
    const { url, clock, random, listener, ...limits } = options;
    this.#options = { ...wsClientDefaults, ...limits };
    this.#url = typeof url === 'string' ? () => url : url;
    this.#clock = clock;
    this.#random = random;
    this.#listener = listener;
    this.#silence = new SilenceWatch(clock, this.#options.silenceMs, () => this.#onSilence());
  }

  get state(): WsState {
    return this.#state;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Attempts since the last good life; the exponent of the back-off. */
  get failedAttempts(): number {
    return this.#failedAttempts;
  }

  /** Counted since construction. */
  get totals(): WsTotals {
    return {
      connects: this.#connectsTotal,
      opens: this.#opensTotal,
      frames: this.#framesTotal,
      listenerThrows: this.#listenerThrowsTotal,
    };
  }

  /** Bytes handed to `send` that the kernel has not taken yet; 0 when not open. */
  get bufferedBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Makes the first connection. Once in a life. */
  start(): void {
    assert(this.#state === 'idle', 'a client starts once');
    this.#connect();
  }

  /**
   * Sends one message: text from a string, binary from a Buffer.
   *
   * @returns false, and nothing is sent, when not open or when `maxBufferedBytes` already wait
   */
  send(data: string | Buffer): boolean {
    const socket = this.#socket;
    if (this.#state !== 'open' || socket === null || socket.readyState !== WebSocket.OPEN) return false;
    if (socket.bufferedAmount > this.#options.maxBufferedBytes) return false;
    socket.send(data);
    return true;
  }

  /**
   * Stops reading, so that TCP slows the peer down. Frames of the chunk already read (64 KiB) still
   * arrive. Holds over a reconnect. Meanwhile silence is our own doing and is not watched, and
   * the peer's pings stay unanswered: no longer than its patience.
   */
  pause(): void {
    this.#isPaused = true;
    this.#silence.pause();
    if (this.#state === 'open') this.#socket?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#silence.resume();
    if (this.#state === 'open') this.#socket?.resume();
  }

  /** Drops the present connection, or attempt, and makes a new one after the back-off. Otherwise does nothing. */
  reconnect(reason: string): void {
    this.#drop('asked', 1000, reason, null);
  }

  /**
   * Ends for good: no new socket, no further call to the listener but one `onClose`. Says goodbye
   * to an open peer and waits for its answer at most `closeTimeoutMs`. Idempotent.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #connect(): void {
    this.#state = 'connecting';
    this.#connectsTotal += 1;
    this.#generation += 1;
    this.#deadline = this.#clock.after(this.#options.connectTimeoutMs, () => this.#onConnectTimeout());
    try {
      this.#socket = this.#open(this.#generation);
    } catch (thrown) {
      // Without its text and cause: ws repeats the URL in them, and a URL can hold a key.
      const found = thrown instanceof Error ? thrown.name : typeof thrown;
      this.#drop('error', 1006, 'no usable URL', this.#error('connectFailed', { found }));
    }
  }

  #open(generation: number): WebSocket {
    const socket = openSocket(this.#url(), this.#options);
    const isCurrent = (): boolean => generation === this.#generation;
    socket.on('open', () => {
      if (isCurrent()) this.#onOpen(socket);
    });
    socket.on('message', (data, isBinary) => {
      if (generation === this.#generation) this.#onFrame(data as Buffer, isBinary);
    });
    socket.on('ping', () => this.#silence.heard());
    socket.on('pong', () => this.#silence.heard());
    // Also after the socket was dropped: without an `error` listener the process would die.
    socket.on('error', (error) => {
      if (isCurrent()) this.#onSocketError(error);
    });
    socket.on('unexpected-response', (_request, response) => {
      if (isCurrent()) this.#onRefused(response);
    });
    // A cut, mid-frame or not, raises no `error`: life hangs on `close`.
    socket.on('close', (code, reason) => {
      if (isCurrent()) this.#drop('remote', code, reason.toString(), null);
    });
    return socket;
  }

  #onOpen(socket: WebSocket): void {
    this.#deadline?.cancel();
    this.#state = 'open';
    this.#opensTotal += 1;
    this.#openedAtMs = this.#clock.monotonicMs();
    if (this.#isPaused) socket.pause();
    this.#silence.start(this.#isPaused);
    const { pingIntervalMs } = this.#options;
    if (pingIntervalMs > 0) this.#pings = this.#clock.every(pingIntervalMs, () => this.#ping(socket));
    this.#tell('onOpen', () => this.#listener.onOpen());
  }

  #onFrame(data: Buffer, isBinary: boolean): void {
    this.#silence.heard();
    if (this.#chunk.isEmpty) queueMicrotask(this.#handOver);
    this.#chunk.push(data, isBinary);
  }

  /**
   * When ws has read all of a chunk, its messages go out, so many at a time: two loops that each stay in the processor's caches
   * cost a third less than one that jumps between ws and the listener for every message. Between two of these turns comes what
   * the listener has put off to a microtask, so that no message waits for all that follow it.
   */
  readonly #handOver = (): void => {
    if (this.#isHandingOver) return;
    this.#handOverAtMost(MESSAGES_PER_TURN);
    if (!this.#chunk.isEmpty) queueMicrotask(this.#handOver);
  };

  #handOverAtMost(count: number): void {
    this.#isHandingOver = true;
    const generation = this.#generation;
    for (let handed = 0; handed < count && !this.#chunk.isEmpty && generation === this.#generation; handed += 1) {
      this.#framesTotal += 1;
      // A throw that reached ws would stall the connection for ever: no more frames, no event at all.
      try {
        this.#chunk.handOne(this.#listener);
      } catch (thrown) {
        this.#onListenerThrow('onFrame', thrown);
      }
    }
    this.#isHandingOver = false;
  }

  #onSocketError(error: Error): void {
    const spec = this.#state === 'open' ? 'protocol' : 'connectFailed';
    this.#drop('error', 1006, error.message, this.#error(spec, { found: codeOf(error) || error.message }, error));
  }

  #onRefused(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const waitMs = retryAfterMs(response.headers['retry-after'], this.#clock.wallMs());
    this.#drop('error', status, `upgrade refused with ${status}`, this.#error('upgradeRefused', { status }), waitMs);
  }

  #onConnectTimeout(): void {
    this.#drop('error', 1006, 'connect time-out', this.#error('connectTimeout', { afterMs: this.#options.connectTimeoutMs }));
  }

  #onSilence(): void {
    this.#drop('silence', 1006, 'silence', this.#error('silent', { forMs: this.#options.silenceMs }));
  }

  #ping(socket: WebSocket): void {
    if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount <= this.#options.maxBufferedBytes) socket.ping();
  }

  /** Leaves the present socket and arranges the next; does nothing when there is none to leave. */
  #drop(cause: WsCloseCause, code: number, text: string, error: AppError | null, floorMs = 0): void {
    if (this.#state !== 'connecting' && this.#state !== 'open') return;
    const generation = this.#generation;
    // What came before the end is heard before it.
    if (!this.#isHandingOver) this.#handOverAtMost(Infinity);
    if (generation !== this.#generation) return; // The listener has left the socket meanwhile.
    this.#release()?.terminate();
    const willRetryInMs = this.#backOffMs() + Math.max(floorMs, 0);
    this.#state = 'waiting';
    this.#deadline = this.#clock.after(willRetryInMs, () => this.#connect());
    // Last: the listener may call stop() from here.
    if (error !== null) this.#tell('onError', () => this.#listener.onError(error));
    this.#tell('onClose', () => this.#listener.onClose({ code, text, cause, willRetryInMs }));
  }

  #stop(): Promise<void> {
    const hadSocket = this.#state === 'connecting' || this.#state === 'open';
    const socket = this.#release();
    this.#state = 'stopped';
    const left = socket === null ? Promise.resolve() : leaveSocket(socket, 1000);
    if (hadSocket) {
      this.#tell('onClose', () => this.#listener.onClose({ code: 1000, text: 'stopped', cause: 'asked', willRetryInMs: -1 }));
    }
    return left;
  }

  /** Takes the current socket out: its events are former from here on, and no timer of it is left. */
  #release(): WebSocket | null {
    const socket = this.#socket;
    this.#socket = null;
    this.#generation += 1;
    this.#chunk.clear();
    this.#deadline?.cancel();
    this.#pings?.cancel();
    this.#silence.stop();
    return socket;
  }

  #backOffMs(): number {
    const { backoffMinMs, backoffMaxMs, goodLifeMs } = this.#options;
    const hadGoodLife = this.#openedAtMs >= 0 && this.#clock.monotonicMs() - this.#openedAtMs >= goodLifeMs;
    if (hadGoodLife) this.#failedAttempts = 0;
    this.#openedAtMs = -1;
    const delayMs = fullJitterMs(this.#random, this.#failedAttempts, backoffMinMs, backoffMaxMs);
    this.#failedAttempts += 1;
    return delayMs;
  }

  #error(spec: keyof typeof wsErrors, facts: Facts, cause?: unknown): AppError {
    return new AppError(wsErrors[spec], { attempt: this.#failedAttempts, ...facts }, cause);
  }

  #tell(name: string, call: () => void): void {
    try {
      call();
    } catch (thrown) {
      this.#onListenerThrow(name, thrown);
    }
  }

  #onListenerThrow(name: string, thrown: unknown): void {
    this.#listenerThrowsTotal += 1;
    // A broken invariant is nobody's to catch: it goes on to the process, but not through ws.
    if (thrown instanceof InvariantError) queueMicrotask(() => rethrow(thrown));
    if (name === 'onError') return;
    const error = this.#error('listenerThrew', { listener: name, found: messageOf(thrown) }, thrown);
    this.#tell('onError', () => this.#listener.onError(error));
  }
}

/** Few enough that what a listener keeps of them until its microtask stays in the caches. */
const MESSAGES_PER_TURN = 32;

function rethrow(thrown: Error): never {
  throw thrown;
}
