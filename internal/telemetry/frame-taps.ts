import type { Logger } from '../../lib/log/logger.ts';
import type { RawFrames, RawFrameTap } from '../ports/raw-frames.ts';

/** Hands what the venues say to whoever writes it down; costs one length check per frame while nobody does. */
export class FrameTaps implements RawFrames, RawFrameTap {
  readonly #log: Logger;
  #taps: readonly RawFrameTap[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  subscribe(tap: RawFrameTap): () => void {
    this.#taps = [...this.#taps, tap];
    return () => {
      this.#taps = this.#taps.filter((other) => other !== tap);
    };
  }

  onOpen(provider: string, connection: number, url: string, atUs: number): void {
    this.#each((tap) => tap.onOpen(provider, connection, url, atUs));
  }

  onFrame(provider: string, connection: number, receivedTimeUs: number, data: Buffer, isBinary: boolean): void {
    if (this.#taps.length === 0) return;
    this.#each((tap) => tap.onFrame(provider, connection, receivedTimeUs, data, isBinary));
  }

  onRest(provider: string, url: string, body: Buffer, atUs: number): void {
    this.#each((tap) => tap.onRest(provider, url, body, atUs));
  }

  /** A tap that throws loses its seat: the feed does not wait for it. */
  #each(tell: (tap: RawFrameTap) => void): void {
    for (const tap of this.#taps) {
      try {
        tell(tap);
      } catch (thrown) {
        this.#taps = this.#taps.filter((other) => other !== tap);
        this.#log.error('a raw frame tap failed and was removed', { error: thrown });
      }
    }
  }
}
