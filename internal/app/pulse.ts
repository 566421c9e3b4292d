import { rename, writeFile } from 'node:fs/promises';
import type { Timer } from '../../lib/clock/clock.ts';
import { messageOf } from '../../lib/errors/app-error.ts';
import type { House } from './wire.ts';

/** What a running house says of itself by the clock: a status line in the log, and the metrics file. */
export class Pulse {
  readonly #house: House;
  readonly #timers: Timer[] = [];
  #framesBefore = 0;
  #isWriting = false;

  constructor(house: House) {
    this.#house = house;
  }

  start(): void {
    const { clock, config } = this.#house;
    const { statusMs, metricsFile, metricsMs } = config.telemetry;
    if (statusMs > 0) this.#timers.push(clock.every(statusMs, () => this.#status(statusMs)));
    if (metricsFile !== null) this.#timers.push(clock.every(metricsMs, () => void this.writeMetrics(metricsFile)));
  }

  /** Writes the metrics a last time, so that the file tells the end of the run. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    const { metricsFile } = this.#house.config.telemetry;
    if (metricsFile !== null) await this.writeMetrics(metricsFile);
  }

  #status(periodMs: number): void {
    const { sessions, books, dispatcher, mailboxes, deadLetters, logger } = this.#house;
    const frames = sessions.reduce((sum, { ledger }) => sum + ledger.frames, 0);
    const framesPerSecond = Math.round(((frames - this.#framesBefore) * 1_000) / periodMs);
    this.#framesBefore = frames;
    logger('status').info('running', {
      frames,
      framesPerSecond,
      liveBooks: books.books.filter((kept) => kept.state === 'live').length,
      books: books.books.length,
      gaps: dispatcher.orders.reduce((sum, order) => sum + order.gaps, 0),
      waiting: mailboxes.reduce((sum, mailbox) => sum + mailbox.size, 0),
      dropped: mailboxes.reduce((sum, mailbox) => sum + mailbox.droppedTotal, 0),
      deadLetters: deadLetters.total,
    });
  }

  /** Through a second file and a rename: a collector never reads half of it. */
  async writeMetrics(file: string): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      await writeFile(`${file}.part`, await this.#house.metrics.metricsText());
      await rename(`${file}.part`, file);
    } catch (thrown) {
      this.#house.logger('status').warn('the metrics file cannot be written', { file, error: messageOf(thrown) });
    } finally {
      this.#isWriting = false;
    }
  }
}
