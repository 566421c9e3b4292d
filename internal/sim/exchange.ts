import { systemClock } from '../../lib/clock/system-clock.ts';
import type { Clock, Timer } from '../../lib/clock/clock.ts';
import { AppError, messageOf } from '../../lib/errors/app-error.ts';
import { HttpServer } from '../../lib/http/server.ts';
import { silentLogger, type Logger } from '../../lib/log/logger.ts';
import { WsServer } from '../../lib/ws/server.ts';
import { errors } from '../../schemas/errors.ts';
import { binanceMarkets, type BinanceMarket } from '../providers/binance/dialect.ts';
import { serveAdmin } from './admin.ts';
import { BinanceVenue } from './binance/binance-venue.ts';
import { Pacer } from './pacer.ts';
import type { SimulatedExchange } from './simulated-exchange.ts';
import type { BookView, SimulatedVenue } from './simulated-venue.ts';

export type { SimulatedExchange } from './simulated-exchange.ts';

/** There is no option for another: a simulated exchange has no business beyond this machine. */
export const LOOPBACK = '127.0.0.1';
const PING_MS = 20_000;
const EVENTS_PER_SECOND = 200;

/**
 * Starts a simulated exchange on loopback: a seeded market, its WebSocket streams and its REST calls on one port.
 *
 *   Pacer ──▶ SimulatedVenue ──▶ WsServer ─┐
 *                   └──▶ HttpServer ───────┴─ 127.0.0.1:port        /sim/… steers it
 *
 * @throws AppError SYMBOL_UNKNOWN, VENUE_UNKNOWN, or the system's error when it cannot listen
 */
export async function startSimulatedExchange(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
  const exchange = new LoopbackExchange(options);
  await exchange.listen(options.port ?? 0);
  return exchange;
}

export const simulatedVenues = ['binance'] as const;

export interface SimulatedExchangeOptions {
  readonly venue: (typeof simulatedVenues)[number];
  readonly market: BinanceMarket;
  readonly seed: number;
  /** 0: any free one. */
  readonly port?: number;
  /** Frames per second, over all symbols, to a connection that hears one stream of each kind; default 200. */
  readonly eventsPerSecond?: number;
  /** Venue or canonical spelling; default: all that the venue lists. */
  readonly symbols?: readonly string[];
  /** Between the server's ping frames; default 20 s, as at the venue. */
  readonly pingMs?: number;
  /** Cuts all connections so often; default 0: never. */
  readonly cutEveryMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

class LoopbackExchange implements SimulatedExchange {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #venue: SimulatedVenue;
  readonly #pacer: Pacer;
  readonly #http: HttpServer;
  readonly #ws: WsServer;
  readonly #timers: Timer[] = [];
  readonly #pingMs: number;
  readonly #cutEveryMs: number;
  #stopped: Promise<void> | null = null;

  constructor(options: SimulatedExchangeOptions) {
    const { clock = systemClock, logger = silentLogger } = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#pingMs = options.pingMs ?? PING_MS;
    this.#cutEveryMs = options.cutEveryMs ?? 0;
    this.#venue = venueOf(options, clock);
    this.#pacer = new Pacer(this.#venue, clock, options.eventsPerSecond ?? EVENTS_PER_SECOND);
    const onError = (error: AppError): void => logger.warn('a peer of the simulated exchange failed', { code: error.code, found: messageOf(error) });
    this.#http = new HttpServer({ clock, onError });
    this.#venue.serveOn(this.#http);
    serveAdmin(this.#http, this);
    this.#ws = new WsServer({
      clock,
      node: this.#http.node,
      onUpgrade: (request) => (this.#venue.knows(request.url ?? '/') ? null : { status: 404 }),
      onConnection: (peer) => this.#venue.connect(peer),
      onError,
    });
  }

  get port(): number {
    return this.#http.port;
  }

  get wsUrl(): string {
    return `ws://${LOOPBACK}:${this.port}`;
  }

  get restUrl(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  get symbols(): readonly string[] {
    return this.#venue.symbols;
  }

  get connectionCount(): number {
    return this.#ws.peers.size;
  }

  get framesSent(): number {
    return this.#venue.framesSent;
  }

  get isMarketRunning(): boolean {
    return this.#pacer.isRunning;
  }

  async listen(port: number): Promise<void> {
    await this.#http.listen(port, LOOPBACK);
    this.#timers.push(this.#clock.every(this.#pingMs, () => this.#ping()));
    if (this.#cutEveryMs > 0) this.#timers.push(this.#clock.every(this.#cutEveryMs, () => this.disconnectAll('cutEveryMs')));
    this.#pacer.start();
    this.#logger.info('simulated exchange listens', { port: this.port, symbols: this.symbols.length });
  }

  disconnectAll(cause = 'asked'): number {
    const peers = [...this.#ws.peers];
    for (const peer of peers) peer.terminate();
    this.#logger.info('simulated exchange cut its connections', { cause, count: peers.length });
    return peers.length;
  }

  stopMarket(): void {
    this.#pacer.stop();
    this.#venue.flush(this.#clock.wallMs());
  }

  startMarket(): void {
    if (this.#stopped === null) this.#pacer.start();
  }

  book(symbol: string): BookView {
    return this.#venue.book(symbol);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#pacer.stop();
    for (const timer of this.#timers) timer.cancel();
    await Promise.all([this.#ws.stop(), this.#http.close()]);
  }

  #ping(): void {
    for (const peer of this.#ws.peers) peer.ping();
  }
}

/** The table of venues; the next one is a row here and a folder beside `binance`. */
function venueOf(options: SimulatedExchangeOptions, clock: Clock): SimulatedVenue {
  const { venue, market, seed, symbols = [] } = options;
  if (venue === 'binance' && binanceMarkets.includes(market)) return new BinanceVenue(market, seed, symbols, clock);
  throw new AppError(errors.venueUnknown, { venue, market });
}
