import type { Clock } from '../../lib/clock/clock.ts';
import { AppError, codeOf, messageOf } from '../../lib/errors/app-error.ts';
import { Supervisor, type Step } from '../../lib/lifecycle/supervisor.ts';
import type { Logger } from '../../lib/log/logger.ts';
import type { Outstanding } from '../../lib/pool/pool.ts';
import type { Config } from '../../schemas/config/config.ts';
import { loadConsumers } from '../consumers/load-consumers.ts';
import { PluginLoader } from '../consumers/loader.ts';
import type { ProviderSession } from '../providers/session/session.ts';
import { startSimulatedExchange, type SimulatedExchange } from '../sim/exchange.ts';
import { feedFor, findFile, type Folders } from './feeds.ts';
import { declareMetrics } from './metrics.ts';
import { Pulse } from './pulse.ts';
import { routeOf } from './routes.ts';
import { makeReport } from './report.ts';
import { snapshotsOf, wire, type House, type LoggerOf } from './wire.ts';

export interface MonolithOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly clock: Clock;
  readonly logger: LoggerOf;
  readonly version: string;
  readonly auditsBooks: boolean;
}

/** How a run ended: the process's exit code comes from here. */
export interface RunEnd {
  /** Something failed on the way that a clean run would not have. */
  readonly hasFailed: boolean;
  /** Pooled objects that never came back. */
  readonly outstanding: number;
  readonly report: object;
}

const CONSUMER_LIMIT_MS = 10_000;
/** What a consumer may still take of its mailbox at the end; an operator expects the whole stop inside 5 s. */
const CONSUMER_DRAIN_MS = 2_000;
/** Between two tries to reach a venue that does not answer at the start. */
const RETRY_MS = 5_000;

/**
 * One running server: starts the rooms in order, each with a limit, and stops them in reverse.
 *
 *   start   pulse ▸ pools ▸ consumers ▸ dispatcher ▸ books ▸ simulated venues ▸ providers
 *   stop    providers ▸ simulated venues ▸ books ▸ dispatcher (flush) ▸ consumers (drain) ▸ pools (drain) ▸ pulse
 */
export class Monolith {
  readonly #options: MonolithOptions;
  readonly #log: Logger;
  readonly #house: House;
  readonly #supervisor: Supervisor;
  readonly #simulated = new Map<string, SimulatedExchange>();
  readonly #startedWallMs: number;
  readonly #startedMs: number;
  readonly #finished: Promise<void>;
  #finish: () => void = () => undefined;
  #feedsOpen: number;
  #hasFailed = false;
  #outstanding: readonly Outstanding[] = [];

  constructor(options: MonolithOptions) {
    const { config, clock, logger } = options;
    this.#options = options;
    this.#log = logger('app');
    this.#startedWallMs = clock.wallMs();
    this.#startedMs = clock.monotonicMs();
    this.#feedsOpen = config.providers.length;
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#house = wire({ config, clock, logger, auditsBooks: options.auditsBooks, onFeedEnd: (provider, error) => this.#onFeedEnd(provider, error) });
    declareMetrics(this.#house);
    this.#supervisor = new Supervisor({ clock, steps: this.#steps(), stopTotalLimitMs: 2 * CONSUMER_LIMIT_MS + config.pools.drainTimeoutMs });
  }

  get house(): House {
    return this.#house;
  }

  /** Resolves when every provider was a recording and all of them have ended. */
  get finished(): Promise<void> {
    return this.#finished;
  }

  /** The simulated venues that were started for providers, by provider id. */
  get simulated(): ReadonlyMap<string, SimulatedExchange> {
    return this.#simulated;
  }

  /**
   * Finds every plugin and checks its config; before `start`.
   *
   * @throws ConfigError with all that is wrong with any of them
   */
  async loadPlugins(): Promise<void> {
    const { config, mailboxes, consumers, dispatcher, clock } = this.#house;
    const { folders } = this.#options;
    const loader = new PluginLoader({ configFolder: folders.configs.at(-1)!, workingFolder: folders.working, loadLimitMs: CONSUMER_LIMIT_MS, clock });
    const entries = config.consumers.map((consumer) => ({ ...consumer, module: isPath(consumer.module) ? findFile(consumer.module, folders) : consumer.module }));
    const loaded = await loadConsumers(entries, loader);
    const routes = loaded.map(({ id, plugin, folder, channels, config: checked }, index) => {
      const consumer = config.consumers[index]!;
      const mailbox = mailboxes[index]!;
      const { failuresInRowMax, handlerTimeoutMs } = consumer;
      consumers.add({ id, plugin, folder, config: checked, mailbox, limits: { failuresInRowMax, handlerTimeoutMs } });
      return routeOf(consumer, channels, mailbox);
    });
    dispatcher.route(routes);
  }

  /** @throws AppError of the step that failed; what had been started is stopped by then */
  async start(): Promise<void> {
    try {
      await this.#supervisor.start();
    } catch (thrown) {
      this.#hasFailed = true;
      // The step's own error says more than the supervisor's.
      throw thrown instanceof AppError && thrown.cause instanceof AppError ? thrown.cause : thrown;
    }
    // The symbols of a recording are known when it has been read.
    if (this.#house.config.providers.every(({ transport }) => transport.kind !== 'recording')) this.#tellUnmatched();
    this.#log.info('started', { version: this.#options.version, providers: this.#house.sessions.length, consumers: this.#house.mailboxes.length });
  }

  /** Stops in order and tells how it went. Idempotent. */
  async stop(): Promise<RunEnd> {
    const { clock, version } = this.#options;
    const runMs = clock.monotonicMs() - this.#startedMs;
    const stopped = await this.#supervisor.stop();
    for (const step of stopped.stopped) {
      if (step.outcome !== 'done') this.#log.error('a step did not stop in order', { step: step.name, outcome: step.outcome, error: step.error });
    }
    for (const { pool, typeName, generation, holder } of this.#outstanding) this.#log.error('object outstanding', { pool, typeName, generation, holder });
    const report = makeReport(this.#house, {
      version,
      startedAt: new Date(this.#startedWallMs).toISOString(),
      durationMs: runMs,
      shutdown: { drainMs: stopped.durationMs, outstanding: this.#outstanding.length },
    });
    const { suspended } = this.#house.consumers;
    return { hasFailed: this.#hasFailed || suspended.length > 0 || !stopped.isClean, outstanding: this.#outstanding.length, report };
  }

  #steps(): Step[] {
    const house = this.#house;
    const pulse = new Pulse(house);
    return [
      {
        name: 'pulse',
        start: () => {
          house.watch.start(house.clock);
          pulse.start();
        },
        stop: async () => {
          await pulse.stop();
          house.watch.stop();
        },
      },
      { name: 'pools', start: () => undefined, stop: () => this.#drainPools(), stopLimitMs: house.config.pools.drainTimeoutMs + 1_000 },
      {
        name: 'consumers',
        start: () => house.consumers.start(CONSUMER_LIMIT_MS),
        stop: () => house.consumers.stop(CONSUMER_DRAIN_MS),
        startLimitMs: CONSUMER_LIMIT_MS * 4,
        stopLimitMs: CONSUMER_LIMIT_MS,
      },
      { name: 'dispatcher', start: () => undefined, stop: () => house.dispatcher.flush() },
      { name: 'books', start: () => house.books.start(snapshotsOf(house)), stop: () => house.books.stop() },
      { name: 'simulated venues', start: () => this.#startSimulated(), stop: () => this.#stopSimulated() },
      {
        name: 'providers',
        start: (signal) => this.#startProviders(signal),
        stop: () => this.#stopProviders(),
        startLimitMs: 60_000,
      },
    ];
  }

  async #startSimulated(): Promise<void> {
    for (const { id, venue, market, transport } of this.#house.config.providers) {
      if (transport.kind !== 'sim' || transport.url !== null) continue;
      const exchange = await startSimulatedExchange({
        venue,
        market,
        seed: transport.seed,
        eventsPerSecond: transport.eventsPerSecond,
        clock: this.#house.clock,
        logger: this.#house.logger(`sim-${id}`),
      });
      this.#simulated.set(id, exchange);
    }
  }

  async #stopSimulated(): Promise<void> {
    await Promise.all([...this.#simulated.values()].map((exchange) => exchange.stop()));
  }

  async #startProviders(signal: AbortSignal): Promise<void> {
    const { sessions, config } = this.#house;
    for (const [index, session] of sessions.entries()) {
      const provider = config.providers[index]!;
      session.attach(feedFor(this.#house, session, provider, this.#options.folders, this.#simulated.get(provider.id) ?? null));
    }
    const starts = await Promise.allSettled(sessions.map((session) => this.#startProvider(session, signal)));
    const failed = starts.find((start) => start.status === 'rejected');
    if (failed === undefined) return;
    // The step counts as never started, so nobody else takes down those that did start.
    await this.#stopProviders();
    throw failed.reason;
  }

  /** A venue that does not answer is tried again in the background: it must not keep the others from starting. */
  async #startProvider(session: ProviderSession, signal: AbortSignal): Promise<void> {
    const { clock } = this.#house;
    try {
      await session.feed.start();
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.severity === 'halt') throw thrown;
      if (signal.aborted) return;
      const { provider } = session.wanted;
      this.#log.error('a provider did not start and is tried again', { provider, code: codeOf(thrown), error: messageOf(thrown), inMs: RETRY_MS });
      const retry = clock.after(RETRY_MS, () => {
        this.#startProvider(session, signal).catch((fault: unknown) => {
          // The others run by now: one provider that can never start does not take them down.
          this.#hasFailed = true;
          this.#log.error('a provider does not start', { provider, code: codeOf(fault), error: messageOf(fault) });
        });
      });
      signal.addEventListener('abort', () => retry.cancel(), { once: true });
    }
  }

  async #stopProviders(): Promise<void> {
    await Promise.all(this.#house.sessions.map((session) => session.stop()));
  }

  async #drainPools(): Promise<void> {
    const { frames, events, config } = this.#house;
    const pools = [frames, ...events.pools];
    for (const pool of pools) pool.close();
    const outstanding = await Promise.all(pools.map((pool) => pool.drain(config.pools.drainTimeoutMs)));
    this.#outstanding = outstanding.flat();
  }

  /** A subscription to a symbol that nobody delivers is a slip of the pen, and silent but for this. */
  #tellUnmatched(): void {
    const { sessions, config } = this.#house;
    const names = new Set(sessions.flatMap((session) => session.streams()).flatMap(({ instrument }) => [instrument.symbol, instrument.venueSymbol]));
    for (const { id, subscriptions } of config.consumers) {
      for (const symbol of new Set(subscriptions.flatMap(({ symbols }) => symbols))) {
        if (symbol === '*' || names.has(symbol)) continue;
        const hint = [...names].find((name) => name.replace(/-/g, '') === symbol.toUpperCase().replace(/[^A-Z0-9]/g, '')) ?? '';
        this.#log.warn('a subscription names a symbol that no provider delivers', { consumer: id, symbol, ...(hint === '' ? {} : { didYouMean: hint }) });
      }
    }
  }

  #onFeedEnd(provider: string, error: AppError | null): void {
    const session = this.#house.sessions.find(({ wanted }) => wanted.provider === provider)!;
    if (error !== null) {
      this.#hasFailed = true;
      this.#log.error('the recording broke off', { provider, code: error.code, error: error.message });
    } else {
      this.#log.info('the recording has ended', { provider, frames: session.ledger.frames });
    }
    if (session.missingSymbols.length > 0) this.#hasFailed = true;
    this.#feedsOpen -= 1;
    if (this.#feedsOpen > 0) return;
    this.#tellUnmatched();
    this.#finish();
  }
}

/** A plugin that is a file, and no built-in or package. */
function isPath(module: string): boolean {
  return /^\.{0,2}\//.test(module);
}
