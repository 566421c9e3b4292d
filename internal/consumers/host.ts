import type { Clock } from '../../lib/clock/clock.ts';
import type { Logger } from '../../lib/log/logger.ts';
import type { MetricsRegistry } from '../../lib/metrics/registry.ts';
import type { Backlog } from '../ports/backlog.ts';
import type { BookReader } from '../ports/book-reader.ts';
import type { Letters } from '../ports/letters.ts';
import type { RawFrames } from '../ports/raw-frames.ts';
import { grantServices } from './builtin/services.ts';
import type { Terminal } from './builtin/terminal.ts';
import { declareConsumerMetrics } from './consumer-metrics.ts';
import { makeContext } from './context.ts';
import { consumerOfFault, type PluginHome } from './faults.ts';
import type { Plugin } from './plugin.ts';
import { PluginMetricsFamilies } from './plugin-metrics.ts';
import { Runner, type ConsumerState, type RunnerLimits } from './runner.ts';

/**
 * All consumers of the process: made from their specs, started in order, stopped in reverse, and watched together.
 */
export class ConsumerHost implements Backlog {
  readonly #services: HostServices;
  readonly #limits: RunnerLimits;
  readonly #metrics: PluginMetricsFamilies;
  readonly #consumers: Consumer[] = [];
  readonly #homes: PluginHome[] = [];
  readonly #emptyWaiters: (() => void)[] = [];

  constructor(services: HostServices, limits: RunnerLimits) {
    this.#services = services;
    this.#limits = limits;
    this.#metrics = new PluginMetricsFamilies(services.metrics);
    declareConsumerMetrics(services.metrics, this.#consumers);
  }

  get runners(): readonly Runner[] {
    return this.#consumers.map(({ runner }) => runner);
  }

  /** Those that were cut off, by themselves or by us; also after the stop. */
  get suspended(): readonly SuspendedConsumer[] {
    return this.runners.filter(({ state }) => state === 'suspended').map(({ id, reason }) => ({ id, reason }));
  }

  add(spec: ConsumerSpec): Runner {
    const { clock, logger, books, terminal, rawFrames } = this.#services;
    const { id, plugin, config, mailbox, folder = '', limits = {} } = spec;
    const consumerLogger = logger.child(id);
    const context = makeContext({
      consumerId: id,
      config,
      logger: consumerLogger,
      clock,
      metrics: this.#metrics.of(id),
      books,
      suspend: (reason) => runner.suspend(reason),
    });
    grantServices(context, { clock, terminal, rawFrames });
    const runner = new Runner({ id, plugin, context, letters: mailbox, clock, logger: consumerLogger, limits: { ...this.#limits, ...limits } });
    runner.onIdle(this.#onIdle);
    this.#consumers.push({ runner, mailbox });
    this.#homes.push({ id, folder });
    return runner;
  }

  /**
   * Each within the limit, one after the other. When one fails, those before it are stopped again.
   * @throws AppError PLUGIN_START
   */
  async start(limitMs: number): Promise<void> {
    for (const [index, { runner }] of this.#consumers.entries()) {
      try {
        await runner.start(limitMs);
      } catch (thrown) {
        await this.#stopAll(this.#consumers.slice(0, index), limitMs);
        throw thrown;
      }
    }
  }

  /** All drain at the same time, then each plugin is stopped, the last one first: all of it within the limit, but for a short time that every `stop` gets. Never rejects. */
  async stop(limitMs: number): Promise<void> {
    await this.#stopAll(this.#consumers, limitMs);
  }

  async #stopAll(consumers: readonly Consumer[], limitMs: number): Promise<void> {
    const { clock } = this.#services;
    const endsAtMs = clock.monotonicMs() + limitMs;
    await Promise.all(consumers.map(({ runner }) => (runner.state === 'running' ? runner.drain(limitMs) : null)));
    for (const { runner } of [...consumers].reverse()) await runner.end(Math.max(STOP_MS_MIN, endsAtMs - clock.monotonicMs()));
  }

  /**
   * What nobody caught: a throw in a timer, a rejection that nobody waits for. True when a plugin's code is in its stack: then it is
   * counted against that consumer, and is nobody else's trouble.
   */
  onStrayFault(thrown: unknown): boolean {
    const id = consumerOfFault(thrown, this.#homes);
    const runner = this.runners.find((each) => each.id === id);
    runner?.takeStrayFault(thrown);
    return runner !== undefined;
  }

  get isEmpty(): boolean {
    return this.#consumers.every(({ runner }) => runner.isIdle);
  }

  whenEmpty(): Promise<void> {
    if (this.isEmpty) return Promise.resolve();
    return new Promise((resolve) => void this.#emptyWaiters.push(resolve));
  }

  /** One row per consumer, for reports. */
  rows(): ConsumerRow[] {
    return this.#consumers.map(rowOf);
  }

  readonly #onIdle = (): void => {
    if (this.#emptyWaiters.length === 0 || !this.isEmpty) return;
    for (const resolve of this.#emptyWaiters.splice(0)) resolve();
  };
}

/** Also a plugin that waited for all the others gets this long, to close its files. */
const STOP_MS_MIN = 500;

/** The consumer's end of its mailbox, and what gave way in it. */
export interface ConsumerMailbox extends Letters {
  readonly displacedTotal: number;
  readonly droppedTotal: number;
}

export interface ConsumerSpec {
  readonly id: string;
  readonly plugin: Plugin;
  /** Checked: see `loadConsumers`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly mailbox: ConsumerMailbox;
  /** Where the plugin's files lie: see `consumerOfFault`. */
  readonly folder?: string;
  /** Where they differ from those of the host. */
  readonly limits?: Partial<RunnerLimits>;
}

export interface SuspendedConsumer {
  readonly id: string;
  readonly reason: string;
}

export interface HostServices {
  readonly clock: Clock;
  /** The consumers log as its children, by their ids. */
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly books: BookReader;
  /** For `capture`. */
  readonly rawFrames: RawFrames;
  /** For `top-of-book`: `stdoutTerminal`. */
  readonly terminal: Terminal;
}

export interface Consumer {
  readonly runner: Runner;
  readonly mailbox: ConsumerMailbox;
}

export interface ConsumerRow {
  readonly id: string;
  readonly state: ConsumerState;
  /** Why it was suspended; '' otherwise. */
  readonly reason: string;
  readonly delivered: number;
  readonly displaced: number;
  readonly dropped: number;
  readonly errors: number;
  readonly latencyUs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly p999: number; readonly max: number };
}

function rowOf({ runner, mailbox }: Consumer): ConsumerRow {
  const { latencyUs } = runner;
  return {
    id: runner.id,
    state: runner.state,
    reason: runner.reason,
    delivered: runner.deliveredTotal,
    displaced: mailbox.displacedTotal,
    dropped: mailbox.droppedTotal,
    errors: runner.errorsTotal,
    latencyUs: {
      p50: latencyUs.percentile(50),
      p95: latencyUs.percentile(95),
      p99: latencyUs.percentile(99),
      p999: latencyUs.percentile(99.9),
      max: latencyUs.max,
    },
  };
}
