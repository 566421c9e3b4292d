import type { Clock, Timer } from '../../../lib/clock/clock.ts';
import { AppError } from '../../../lib/errors/app-error.ts';
import type { Random } from '../../../lib/random/random.ts';
import { errors } from '../../../schemas/errors.ts';
import type { Stream } from '../../../schemas/market/stream.ts';

export interface SnapshotHooks {
  /** Fetches one; pays its weight from the venue's budget. */
  fetch(stream: Stream): Promise<Buffer>;
  onSnapshot(stream: Stream, body: Buffer): void;
  onFailed(stream: Stream, error: AppError): void;
}

interface Question {
  readonly stream: Stream;
  /** Snapshots of this stream that did not help, in a row. */
  attempts: number;
  state: 'idle' | 'queued' | 'pacing' | 'asked';
  lastAskedMs: number;
  pace: Timer | null;
}

/** Questions under way at once: the venue's weight budget, not this, is what limits a cold start. */
const PARALLEL_MAX = 4;
const PACE_MIN_MS = 500;
const PACE_MAX_MS = 30_000;
/** A book that stayed good for so long starts over with the shortest pace. */
const FORGIVEN_AFTER_MS = 60_000;

/**
 * One per venue and address: decides which book's snapshot is fetched next. A book that asks again and again waits longer each
 * time (jittered doubling, 0.5 s to 30 s), so that a book which cannot be synced does not eat the budget of the others.
 */
export class SnapshotScheduler {
  readonly #hooks: SnapshotHooks;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #questions = new Map<number, Question>();
  readonly #queue: Question[] = [];
  #asked = 0;
  #isStopped = false;

  constructor(clock: Clock, random: Random, hooks: SnapshotHooks) {
    this.#clock = clock;
    this.#random = random;
    this.#hooks = hooks;
  }

  /** Asking again while one is queued or under way changes nothing. */
  request(stream: Stream): void {
    if (this.#isStopped) return;
    const question = this.#questionOf(stream);
    if (question.state !== 'idle') return;
    const sinceLastMs = this.#clock.monotonicMs() - question.lastAskedMs;
    if (sinceLastMs > FORGIVEN_AFTER_MS) question.attempts = 0;
    const paceMs = question.attempts === 0 ? 0 : this.#paceMs(question.attempts);
    question.attempts += 1;
    if (paceMs <= sinceLastMs) {
      this.#enqueue(question);
      return;
    }
    question.state = 'pacing';
    question.pace = this.#clock.after(paceMs - sinceLastMs, () => this.#enqueue(question));
  }

  /**
   * The stream's connection has a new life: the answer to what was asked in the former one is dropped, and the next request asks
   * anew. The pace goes on, or a connection that is cut again and again would eat the budget.
   */
  forget(stream: Stream): void {
    const former = this.#questions.get(stream.id);
    if (former === undefined || former.state === 'idle') return;
    former.pace?.cancel();
    if (former.state === 'queued') this.#queue.splice(this.#queue.indexOf(former), 1);
    this.#questions.set(stream.id, { ...former, state: 'idle', pace: null });
  }

  stop(): void {
    this.#isStopped = true;
    for (const question of this.#questions.values()) question.pace?.cancel();
    this.#queue.length = 0;
  }

  #enqueue(question: Question): void {
    question.pace = null;
    question.state = 'queued';
    this.#queue.push(question);
    this.#askNext();
  }

  #askNext(): void {
    while (this.#asked < PARALLEL_MAX) {
      const question = this.#queue.shift();
      if (question === undefined) return;
      question.state = 'asked';
      question.lastAskedMs = this.#clock.monotonicMs();
      this.#asked += 1;
      void this.#ask(question);
    }
  }

  async #ask(question: Question): Promise<void> {
    let body: Buffer | null = null;
    let failure: AppError | null = null;
    try {
      body = await this.#hooks.fetch(question.stream);
    } catch (thrown) {
      failure =
        thrown instanceof AppError ? thrown : new AppError(errors.snapshotRefused, { symbol: question.stream.instrument.symbol }, thrown);
    }
    this.#asked -= 1;
    question.state = 'idle';
    if (this.#isStopped) return;
    if (this.#questions.get(question.stream.id) === question) {
      if (body !== null) this.#hooks.onSnapshot(question.stream, body);
      else this.#hooks.onFailed(question.stream, failure!);
    }
    this.#askNext();
  }

  #paceMs(attempts: number): number {
    const fullMs = Math.min(PACE_MIN_MS * 2 ** (attempts - 1), PACE_MAX_MS);
    return fullMs * (0.5 + this.#random.fraction() / 2);
  }

  #questionOf(stream: Stream): Question {
    let question = this.#questions.get(stream.id);
    if (question === undefined) {
      question = { stream, attempts: 0, state: 'idle', lastAskedMs: -Infinity, pace: null };
      this.#questions.set(stream.id, question);
    }
    return question;
  }
}
