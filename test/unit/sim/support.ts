import type { Clock } from '../../../lib/clock/clock.ts';
import { systemClock } from '../../../lib/clock/system-clock.ts';
import { parseJson } from '../../../lib/json/json.ts';
import { Random } from '../../../lib/random/random.ts';
import { WsClient } from '../../../lib/ws/client.ts';
import type { Market } from '../../../internal/sim/market.ts';
import type { MarketListener } from '../../../internal/sim/market-listener.ts';

/** Hears nothing; tests replace what they want to hear. */
export function deafListener(heard: Partial<MarketListener> = {}): MarketListener {
  const nothing = (): void => undefined;
  return { trade: nothing, level: nothing, stepped: nothing, candleClosed: nothing, ...heard };
}

/** Every level of a book, as one text. */
export function bookText(market: Market, index: number): string {
  const { bids, asks } = market.book(index);
  const side = (ladder: typeof bids): string =>
    Array.from({ length: ladder.size }, (_, depth) => `${ladder.priceAt(depth)}x${ladder.quantityAt(depth)}`).join(' ');
  return `${side(bids)} | ${side(asks)}`;
}

/** A client that remembers all it was sent, and how it ended. Never comes back. */
export class Listener {
  readonly frames: string[] = [];
  closeCode = 0;
  readonly #client: WsClient;
  #isOpen = false;

  constructor(url: string, clock: Clock = systemClock) {
    this.#client = new WsClient({
      url,
      clock,
      random: new Random(1),
      backoffMinMs: 1_000_000,
      backoffMaxMs: 2_000_000,
      listener: {
        onOpen: () => (this.#isOpen = true),
        onFrame: (data) => void this.frames.push(data.toString()),
        onClose: ({ code }) => {
          this.closeCode ||= code;
          void this.#client.stop();
        },
        onError: () => undefined,
      },
    });
    this.#client.start();
  }

  static async open(url: string): Promise<Listener> {
    const listener = new Listener(url);
    await until(() => listener.#isOpen);
    return listener;
  }

  get values(): readonly Frame[] {
    return this.frames.map((frame) => parseJson(frame) as Frame);
  }

  send(text: string): void {
    this.#client.send(text);
  }

  /** The answer to a control message: the first frame from now on that has `id`, `result` or `msg`. */
  async ask(text: string): Promise<string> {
    const from = this.frames.length;
    this.send(text);
    const isAnswer = (frame: string): boolean => /^\{"(result|code)":/.test(frame);
    await until(() => this.frames.slice(from).some(isAnswer));
    return this.frames.slice(from).find(isAnswer)!;
  }

  stop(): Promise<void> {
    return this.#client.stop();
  }
}

/** A frame of either form, as far as tests look into it. */
export interface Frame {
  readonly stream?: string;
  readonly data?: Frame;
  readonly e?: string;
  readonly s?: string;
  readonly U?: number;
  readonly u?: number;
  readonly pu?: number;
  readonly b?: readonly (readonly [string, string])[];
  readonly a?: readonly (readonly [string, string])[];
}

export async function until(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const endMs = systemClock.monotonicMs() + timeoutMs;
  while (!condition()) {
    if (systemClock.monotonicMs() > endMs) throw new Error('waited in vain');
    await pause(2);
  }
}

export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** A reply of the REST side, with its body read as JSON. */
export async function get(url: string, method = 'GET'): Promise<{ status: number; headers: Headers; body: unknown; text: string }> {
  const response = await fetch(url, { method });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : parseJson(text), text };
}
