import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import type { LogFacts, Logger } from '../../../../lib/log/logger.ts';
import { MetricsRegistry } from '../../../../lib/metrics/registry.ts';
import type { Terminal } from '../../../../internal/consumers/builtin/terminal.ts';
import { ConsumerHost, type ConsumerMailbox, type ConsumerSpec, type HostServices } from '../../../../internal/consumers/host.ts';
import type { Plugin } from '../../../../internal/consumers/plugin.ts';
import { defaultRunnerLimits, type Runner, type RunnerLimits } from '../../../../internal/consumers/runner.ts';
import type { BookReader, BookView } from '../../../../internal/ports/book-reader.ts';
import type { RawFrames, RawFrameTap } from '../../../../internal/ports/raw-frames.ts';
import type { CanonicalEvent } from '../../../../schemas/events/event.ts';

/** A mailbox without lanes. */
export class FakeMailbox implements ConsumerMailbox {
  readonly waiting: CanonicalEvent[] = [];
  displacedTotal = 0;
  droppedTotal = 0;
  isClosed = false;
  #wake: () => void = () => undefined;

  get size(): number {
    return this.waiting.length;
  }

  offer(...events: CanonicalEvent[]): void {
    for (const event of events) {
      if (this.isClosed) {
        this.droppedTotal += 1;
        continue;
      }
      this.waiting.push(event);
      if (this.waiting.length === 1) this.#wake();
    }
  }

  take(): CanonicalEvent | null {
    return this.waiting.shift() ?? null;
  }

  onMail(wake: () => void): void {
    this.#wake = wake;
  }

  close(): void {
    if (this.isClosed) throw new Error('closed twice');
    this.isClosed = true;
    this.droppedTotal += this.waiting.splice(0).length;
  }
}

/** Keeps what was logged. */
export class FakeLogger implements Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly facts: LogFacts }[] = [];
  trace = this.#keep('trace');
  debug = this.#keep('debug');
  info = this.#keep('info');
  warn = this.#keep('warn');
  error = this.#keep('error');

  isEnabled(): boolean {
    return true;
  }

  child(): Logger {
    return this;
  }

  get messages(): string[] {
    return this.lines.map(({ message }) => message);
  }

  #keep(level: string): (message: string, facts?: LogFacts) => void {
    return (message, facts = {}) => void this.lines.push({ level, message, facts });
  }
}

export class FakeTerminal implements Terminal {
  isInteractive = false;
  columns = 100;
  rows = 30;
  text = '';
  exitListeners = 0;

  write(text: string): void {
    this.text += text;
  }

  onExit(): () => void {
    this.exitListeners += 1;
    return () => void (this.exitListeners -= 1);
  }
}

export class FakeRawFrames implements RawFrames {
  tap: RawFrameTap | null = null;

  subscribe(tap: RawFrameTap): () => void {
    this.tap = tap;
    return () => void (this.tap = null);
  }
}

export class FakeBooks implements BookReader {
  readonly views = new Map<string, BookView>();

  view(provider: string, symbol: string): BookView | null {
    return this.views.get(`${provider} ${symbol}`) ?? null;
  }
}

/** A host with everything around it faked. */
export class Stage {
  readonly clock = new ManualClock();
  readonly logger = new FakeLogger();
  readonly metrics = new MetricsRegistry();
  readonly books = new FakeBooks();
  readonly rawFrames = new FakeRawFrames();
  readonly terminal = new FakeTerminal();
  readonly host: ConsumerHost;

  constructor(limits: Partial<RunnerLimits> = {}) {
    const services: HostServices = this;
    this.host = new ConsumerHost(services, { ...defaultRunnerLimits, ...limits });
  }

  add(id: string, plugin: Plugin, config: Readonly<Record<string, unknown>> = {}, more: Partial<ConsumerSpec> = {}): { readonly mailbox: FakeMailbox; readonly runner: Runner } {
    const mailbox = new FakeMailbox();
    return { mailbox, runner: this.host.add({ ...more, id, plugin, config, mailbox }) };
  }
}

/** Lets microtasks and turns of the event loop go by. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
