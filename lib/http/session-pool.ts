import type { IncomingHttpHeaders } from 'node:http';
import { createPool, type Pool } from 'generic-pool';
import { Client } from 'undici';
import type { Clock } from '../clock/clock.ts';
import { AppError, codeOf, messageOf, type Facts } from '../errors/app-error.ts';
import { abortError, httpErrors } from './errors.ts';

/**
 * Keep-alive sessions to one origin: each is one connection with one request on it at a time.
 *
 *   exchange ─▶ borrow ─▶ send, read ─┬─▶ release      the connection is as good as before
 *                                     └─▶ destroy      after any failure: what is left on it is unknown
 *
 * Borrowing waits, so this is generic-pool's place: 0.5 µs and a promise are nothing against a
 * round trip of milliseconds. On event paths, where they would be 70 times the cost of a
 * synchronous free list and could reorder events, it has no business.
 */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #clock: Clock;
  readonly #pool: Pool<Client>;
  readonly #sessions = new Set<Client>();

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#pool = createPool<Client>(
      { create: () => Promise.resolve(this.#open()), destroy: (session) => this.#end(session) },
      // A session that idles holds no socket after `keepAliveMs`; evicting it would gain nothing and cost a timer.
      {
        min: 0,
        max: options.sessionsMax,
        maxWaitingClients: options.waitersMax,
        acquireTimeoutMillis: options.acquireTimeoutMs,
        evictionRunIntervalMillis: 0,
      },
    );
  }

  get busyCount(): number {
    return this.#pool.borrowed;
  }

  /** @throws {AppError} HTTP_NO_SESSION, HTTP_TIMEOUT, HTTP_NETWORK, HTTP_RESPONSE_TOO_LARGE, or the reason of `signal` */
  async exchange(exchange: Exchange): Promise<HttpResponse> {
    const session = await this.#borrow(exchange);
    try {
      const response = await this.#send(session, exchange);
      await this.#pool.release(session);
      return response;
    } catch (thrown) {
      await this.#pool.destroy(session);
      throw this.#errorOf(thrown, exchange.facts);
    }
  }

  /** Waits for borrowed sessions at most `boundMs`, then ends them all the same. */
  async close(boundMs: number): Promise<void> {
    const drained = this.#pool.drain().then(() => this.#pool.clear());
    await within(this.#clock, boundMs, drained);
    await within(this.#clock, boundMs, Promise.all([...this.#sessions].map((session) => this.#end(session))));
  }

  async #borrow({ facts, signal }: Exchange): Promise<Client> {
    try {
      return await this.#pool.acquire();
    } catch (thrown) {
      if (signal.aborted) throw abortError(signal);
      const { sessionsMax, acquireTimeoutMs } = this.#options;
      throw new AppError(httpErrors.noSession, { ...facts, sessionsMax, acquireTimeoutMs, found: messageOf(thrown) }, thrown);
    }
  }

  async #send(session: Client, { method, target, headers, body, timeoutMs, signal, facts }: Exchange): Promise<HttpResponse> {
    if (signal.aborted) throw abortError(signal);
    const attempt = new AbortController();
    const callOff = (): void => attempt.abort(abortError(signal));
    signal.addEventListener('abort', callOff, { once: true });
    const expire = (): void => attempt.abort(new AppError(httpErrors.timeout, { ...facts, phase: 'whole', timeoutMs }));
    const timer = this.#clock.after(timeoutMs, expire);
    try {
      const answer = await session.request({ method, path: target, headers, body, signal: attempt.signal });
      return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', callOff);
    }
  }

  #open(): Client {
    const options = this.#options;
    const session = new Client(options.origin, {
      connect: { timeout: options.connectTimeoutMs },
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.bodyTimeoutMs,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMs,
      maxResponseSize: options.maxResponseBytes,
      pipelining: 1,
    });
    this.#sessions.add(session);
    return session;
  }

  async #end(session: Client): Promise<void> {
    this.#sessions.delete(session);
    await session.destroy();
  }

  #errorOf(thrown: unknown, facts: Facts): AppError {
    if (thrown instanceof AppError) return thrown;
    const code = codeOf(thrown);
    const phase = timeoutPhases[code];
    if (phase !== undefined) return new AppError(httpErrors.timeout, { ...facts, phase }, thrown);
    if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
      return new AppError(httpErrors.tooLarge, { ...facts, maxResponseBytes: this.#options.maxResponseBytes }, thrown);
    }
    return new AppError(httpErrors.network, { ...facts, found: code || messageOf(thrown) }, thrown);
  }
}

export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What errors say about the request. */
  readonly facts: Facts;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface SessionLimits {
  /** Connections at most; above 0. */
  readonly sessionsMax: number;
  /** Requests that may wait for one. */
  readonly waitersMax: number;
  readonly acquireTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** From the request sent to the headers received; undici looks about once a second. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of a body. */
  readonly bodyTimeoutMs: number;
  /** An idle connection is closed after this. */
  readonly keepAliveMs: number;
  readonly maxResponseBytes: number;
}

export interface SessionPoolOptions extends SessionLimits {
  readonly origin: string;
  readonly clock: Clock;
}

const timeoutPhases: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  UND_ERR_HEADERS_TIMEOUT: 'headers',
  UND_ERR_BODY_TIMEOUT: 'body',
};

/** Waits for `work`, but not longer; its failure is no news to someone who is leaving. */
function within(clock: Clock, boundMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const bound = clock.after(boundMs, resolve);
    const done = (): void => {
      bound.cancel();
      resolve();
    };
    work.then(done, done);
  });
}
