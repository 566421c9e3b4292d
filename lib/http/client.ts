import { assert } from '../assert/assert.ts';
import type { Clock } from '../clock/clock.ts';
import { AppError, codeOf, type Facts } from '../errors/app-error.ts';
import type { Random } from '../random/random.ts';
import { fullJitterMs } from './backoff.ts';
import { abortError, httpErrors } from './errors.ts';
import { retryAfterMs } from './retry-after.ts';
import { SessionPool, type HttpResponse, type SessionLimits } from './session-pool.ts';
import { TokenBucket } from './token-bucket.ts';

export type { HttpResponse } from './session-pool.ts';

/**
 * Asks one origin, within its budget.
 *
 *   request ─▶ pay weight ─▶ borrow a session ─▶ exchange ─▶ answer
 *      ▲        (waits)        (waits)              │ 429, 418, 503: the gate closes (Retry-After)
 *      └── full jitter ◀── GET and it may pass ─────┘
 *
 * An answer is an answer: any status, also 500, is returned when trying again does not help.
 * Only its absence is an error.
 */
export class HttpClient {
  readonly #options: HttpClientLimits;
  readonly #origin: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #bucket: TokenBucket;
  readonly #sessions: SessionPool;
  readonly #requests = new Set<AbortController>();
  #closed: Promise<void> | null = null;

  constructor(options: HttpClientOptions) {
    const { origin, clock, random, bucket, ...limits } = options;
    this.#options = { ...httpClientDefaults, ...limits };
    this.#origin = new URL(origin).origin;
    this.#clock = clock;
    this.#random = random;
    // Without a budget of its own there is still the gate that Retry-After closes.
    this.#bucket = bucket ?? new TokenBucket({ clock, capacity: Infinity, rate: { refillPerSecond: 1 } });
    this.#sessions = new SessionPool({ ...this.#options, origin: this.#origin, clock });
  }

  /** Borrowed now. */
  get busySessions(): number {
    return this.#sessions.busyCount;
  }

  /**
   * One exchange, repeated only if it is a GET and the network failed, or the answer was 5xx or 429.
   * Every attempt pays its weight and has `timeoutMs` for itself.
   *
   * @throws {AppError} HTTP_TIMEOUT, HTTP_NETWORK, HTTP_RESPONSE_TOO_LARGE, HTTP_NO_SESSION,
   *   HTTP_RATE_WAIT, HTTP_RATE_QUEUE_FULL, HTTP_WEIGHT_TOO_LARGE, HTTP_ABORTED, HTTP_CLOSED
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    assert(request.path.startsWith('/') && !request.path.includes('?'), 'a path starts with / and has its query apart');
    const facts = this.#factsOf(request);
    if (this.#closed !== null) throw new AppError(httpErrors.closed, facts);
    const life = new AbortController();
    const callOff = (): void => life.abort(new AppError(httpErrors.aborted, facts, request.signal?.reason));
    request.signal?.addEventListener('abort', callOff, { once: true });
    if (request.signal?.aborted === true) callOff();
    this.#requests.add(life);
    try {
      return await this.#attempts(request, facts, life.signal);
    } finally {
      this.#requests.delete(life);
      request.signal?.removeEventListener('abort', callOff);
    }
  }

  /** Calls off what is under way (HTTP_CLOSED) and ends every session, within `closeTimeoutMs`. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#sessions.close(this.#options.closeTimeoutMs);
    for (const life of this.#requests) life.abort(new AppError(httpErrors.closed, { origin: this.#origin }));
    return this.#closed;
  }

  async #attempts(request: HttpRequest, facts: Facts, signal: AbortSignal): Promise<HttpResponse> {
    const isRepeatable = request.method === 'GET' && request.retry !== false;
    const attemptsMax = isRepeatable ? this.#options.attemptsMax : 1;
    let answer: HttpResponse | null = null;
    for (let attempt = 1; ; attempt += 1) {
      try {
        answer = await this.#attempt(request, facts, signal);
        if (attempt >= attemptsMax || !isPassingStatus(answer.status)) return answer;
      } catch (thrown) {
        // Better the answer we have than the news that there is no budget to ask again.
        if (answer !== null && codeOf(thrown) === httpErrors.rateWait.code) return answer;
        if (attempt >= attemptsMax || !isPassingError(thrown)) throw thrown;
      }
      await this.#sleep(fullJitterMs(this.#random, attempt - 1, this.#options.backoffMinMs, this.#options.backoffMaxMs), signal);
    }
  }

  async #attempt(request: HttpRequest, facts: Facts, signal: AbortSignal): Promise<HttpResponse> {
    await this.#bucket.take(request.weight ?? 1, request.maxWaitMs ?? this.#options.maxWaitMs, signal);
    const query = new URLSearchParams(queryOf(request)).toString();
    const response = await this.#sessions.exchange({
      method: request.method,
      target: query === '' ? request.path : `${request.path}?${query}`,
      headers: { ...this.#options.headers, ...request.headers },
      body: request.body ?? null,
      timeoutMs: request.timeoutMs ?? this.#options.timeoutMs,
      signal,
      facts,
    });
    this.#account(response);
    return response;
  }

  /** Takes the server at its word about the budget. */
  #account({ status, headers }: HttpResponse): void {
    const used = Number(headers[this.#options.usedHeader] ?? NaN);
    if (Number.isFinite(used)) this.#bucket.observeUsed(used);
    if (status !== 429 && status !== 418 && status !== 503) return;
    const askedMs = retryAfterMs(headers['retry-after'], this.#clock.wallMs());
    const waitMs = askedMs < 0 && status !== 503 ? this.#options.gateDefaultMs : askedMs;
    if (waitMs > 0) this.#bucket.closeUntil(this.#clock.wallMs() + waitMs);
  }

  #sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(abortError(signal));
      const wake = (): void => {
        timer.cancel();
        reject(abortError(signal));
      };
      const timer = this.#clock.after(delayMs, () => {
        signal.removeEventListener('abort', wake);
        resolve();
      });
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #factsOf(request: HttpRequest): Facts {
    const shown = new URLSearchParams(queryOf(request));
    for (const name of new Set(shown.keys())) if (isSecret(name)) shown.set(name, '***');
    return { origin: this.#origin, method: request.method, path: request.path, query: shown.toString().slice(0, shownQueryLength) };
  }
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From '/', without a query. */
  readonly path: string;
  /** Sent in the given order (a signature may cover it). */
  readonly query?: URLSearchParams | Readonly<Record<string, string | number | boolean>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** What this request costs of the bucket; default 1. */
  readonly weight?: number;
  /** How long it may wait for the bucket; default as the client. */
  readonly maxWaitMs?: number;
  /** From the first byte sent to the last received, for each attempt; default as the client. */
  readonly timeoutMs?: number;
  /** False: a GET, too, is tried only once. */
  readonly retry?: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpClientLimits extends SessionLimits {
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxWaitMs: number;
  /** How often a GET is tried in all. */
  readonly attemptsMax: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** How long the gate closes after a 429 or 418 that does not say. */
  readonly gateDefaultMs: number;
  /** Lower-case name of a response header with the weight used in this window; '' none. */
  readonly usedHeader: string;
  readonly closeTimeoutMs: number;
}

export interface HttpClientOptions extends Partial<HttpClientLimits> {
  /** Scheme, host and port; anything after is ignored. */
  readonly origin: string;
  readonly clock: Clock;
  readonly random: Random;
  /** May be shared by clients that the server counts together; default: unlimited. */
  readonly bucket?: TokenBucket;
}

export const httpClientDefaults = {
  headers: {},
  timeoutMs: 10_000,
  maxWaitMs: 5_000,
  attemptsMax: 3,
  backoffMinMs: 250,
  backoffMaxMs: 5_000,
  gateDefaultMs: 1_000,
  usedHeader: '',
  closeTimeoutMs: 1_000,
  sessionsMax: 8,
  waitersMax: 256,
  acquireTimeoutMs: 100,
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 10_000,
  keepAliveMs: 30_000,
  maxResponseBytes: 32 * 1024 * 1024,
} as const satisfies HttpClientLimits;

/** Characters of a query that an error shows; a list of a thousand symbols belongs in no log line. */
const shownQueryLength = 300;

const secretNames: ReadonlySet<string> = new Set(['signature', 'sign', 'apikey', 'listenkey', 'token', 'secret', 'passphrase']);

function isSecret(name: string): boolean {
  return secretNames.has(name.toLowerCase().replaceAll(/[^a-z]/g, ''));
}

function queryOf({ query = {} }: HttpRequest): [string, string][] {
  if (query instanceof URLSearchParams) return [...query];
  return Object.entries(query).map(([name, value]) => [name, String(value)]);
}

function isPassingStatus(status: number): boolean {
  return status === 429 || status >= 500;
}

function isPassingError(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === httpErrors.network.code || code === httpErrors.timeout.code;
}
