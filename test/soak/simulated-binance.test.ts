import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSimulatedExchange } from '../../internal/sim/exchange.ts';
import { formatJson, parseJson } from '../../lib/json/json.ts';
import { Server, temporaryFolder, write } from '../e2e/run.ts';

/**
 * `make soak SECONDS=60 RATE=5000` is the full size. The check runs a pocket one, at a rate that leaves a starved machine four
 * seconds before a watching plugin would fall behind: what is tested is that nothing is missed, not how fast this machine is.
 */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? '8');
const RATE = Number(process.env['SOAK_RATE'] ?? '2500');
const SEED = Number(process.env['SOAK_SEED'] ?? '7');
/** For comparison only: another `dispatcher.stateBurstMax`. With 0 the watching plugin misses what came in one chunk. */
const BURST = process.env['SOAK_BURST'] ?? '';

/**
 * Notices whatever a subscriber could notice: a jump in a stream's numbers, and whether the books it rebuilds from events alone
 * are the venue's. It writes down what it has several times a second.
 */
const WITNESS = `
import { writeFileSync } from 'node:fs';
const streams = new Map();
const books = new Map();
let delivered = 0, jumps = 0, gapsMarked = 0, dropped = 0, timer;
const apply = (side, levels, count) => {
  for (let i = 0; i < count * 2; i += 2) {
    if (levels[i + 1] === 0) side.delete(levels[i]);
    else side.set(levels[i], levels[i + 1]);
  }
};
const textOf = (ticks, scale) => (ticks / 10 ** scale).toFixed(scale).replace(/\\.?0+$/, (zeros) => (scale === 0 ? zeros : ''));
const save = (file) => {
  const out = {};
  for (const [symbol, book] of books) {
    const side = (levels, sign) => [...levels].sort((a, b) => sign * (a[0] - b[0])).map(([price, quantity]) => [textOf(price, book.priceScale), textOf(quantity, book.quantityScale)]);
    out[symbol] = { last: book.last, quality: book.quality, bids: side(book.bids, -1), asks: side(book.asks, 1) };
  }
  writeFileSync(file, JSON.stringify({ delivered, jumps, gapsMarked, dropped, books: out }));
};
export default {
  configSchema: { file: { type: 'string', doc: 'Where to write' } },
  start(context) {
    timer = setInterval(() => save(context.config.file), 300);
  },
  onEvent(event) {
    delivered += 1;
    dropped += event.dropped;
    if (event.gapBefore) gapsMarked += 1;
    const before = streams.get(event.stream.id) ?? 0;
    if (event.sequence !== before + 1) jumps += 1;
    streams.set(event.stream.id, event.sequence);
  },
  onBook(event) {
    let book = books.get(event.symbol);
    if (event.type === 3) books.set(event.symbol, (book = { bids: new Map(), asks: new Map() }));
    if (book === undefined) return;
    book.quality = event.quality;
    if (event.quality !== 0) return;
    apply(book.bids, event.payload.bids, event.payload.bidCount);
    apply(book.asks, event.payload.asks, event.payload.askCount);
    book.last = event.sequenceLast;
    book.priceScale = event.priceScale;
    book.quantityScale = event.quantityScale;
  },
  stop(context) {
    clearInterval(timer);
    save(context.config.file);
  },
};`;

const THROWER = `let n = 0; export default { onEvent() { n += 1; if (n % 100 === 0) throw new Error('every hundredth'); } };`;
const SLEEPER = `export default { onEvent: () => new Promise((wake) => setTimeout(wake, 5)) };`;

interface Seen {
  readonly delivered: number;
  readonly jumps: number;
  readonly gapsMarked: number;
  readonly dropped: number;
  readonly books: Readonly<Record<string, { readonly last: number; readonly quality: number; readonly bids: readonly unknown[]; readonly asks: readonly unknown[] }>>;
}

interface Report {
  readonly providers: readonly { readonly reconnects: number; readonly epochs: number; readonly decodeErrors: number; readonly unknownFrames: number }[];
  readonly books: readonly { readonly symbol: string; readonly state: string; readonly sequenceLast: number; readonly gaps: number; readonly bids: readonly unknown[]; readonly asks: readonly unknown[] }[];
  readonly streams: readonly { readonly out: number }[];
  readonly subscribers: readonly { readonly id: string; readonly delivered: number; readonly displaced: number; readonly dropped: number; readonly errors: number; readonly reason: string }[];
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly shutdown: { readonly drainMs: number; readonly outstanding: number };
}

test(`${SECONDS} s at ${RATE} events/s with a throwing, a sleeping and a watching plugin, cut in the middle (seed ${SEED})`, async () => {
  // The venue's pace counts aggTrade as well, which we do not subscribe to: 1.3 times as much makes RATE for us.
  const exchange = await startSimulatedExchange({ venue: 'binance', market: 'spot', seed: SEED, eventsPerSecond: RATE * 1.3 });
  const folder = temporaryFolder();
  const witnessFile = join(folder, 'witness.json');
  const reportFile = join(folder, 'report.json');
  write(folder, 'thrower.mjs', THROWER);
  write(folder, 'sleeper.mjs', SLEEPER);
  write(folder, 'witness.mjs', WITNESS);
  const config = write(
    folder,
    'config.json',
    formatJson({
      providers: [{ id: 'sim', venue: 'binance', symbols: ['*'], transport: { kind: 'sim', url: exchange.wsUrl, restUrl: exchange.restUrl } }],
      consumers: [
        { id: 'thrower', module: './thrower.mjs' },
        { id: 'sleeper', module: './sleeper.mjs' },
        { id: 'witness', module: './witness.mjs', config: { file: witnessFile } },
      ],
      telemetry: { statusMs: 0 },
      ...(BURST === '' ? {} : { dispatcher: { stateBurstMax: Number(BURST) } }),
    }),
  );
  const server = new Server(['--config', config, '--report', reportFile, '--audit-books']);
  try {
    await server.said('"book live"');
    await seconds(SECONDS / 2);
    expect(exchange.disconnectAll()).toBeGreaterThan(0);
    await seconds(SECONDS / 2);
    exchange.stopMarket();
    const truth = Object.fromEntries(exchange.symbols.map((symbol) => [symbol, exchange.book(symbol)]));
    // The last diffs are on their way: wait until the witness holds them, or say what it holds.
    await until(() => seenIn(witnessFile) !== null && Object.values(truth).every((book) => isSynced(seenIn(witnessFile)!, book.updateId)));
    const stopRequestedMs = performance.now();
    server.child.kill('SIGTERM');
    const { code, stderr } = await server.ended;
    const stoppedAfterMs = performance.now() - stopRequestedMs;
    expect(code, stderr).toBe(0);
    expect(stoppedAfterMs).toBeLessThan(5_000);

    const report = parseJson(readFileSync(reportFile, 'utf8')) as Report;
    const seen = seenIn(witnessFile)!;
    expect(report.shutdown.outstanding).toBe(0);
    expect(report.deadLetters).toEqual({});
    expect(report.providers[0]).toMatchObject({ decodeErrors: 0, unknownFrames: 0 });
    expect(report.providers[0]!.reconnects).toBeGreaterThanOrEqual(1);
    expect(report.providers[0]!.epochs).toBeGreaterThanOrEqual(2);

    const out = report.streams.reduce((sum, stream) => sum + stream.out, 0);
    const [thrower, sleeper, witness] = report.subscribers;
    expect(witness).toMatchObject({ delivered: out, displaced: 0, dropped: 0, errors: 0, reason: '' });
    expect(seen).toMatchObject({ delivered: out, jumps: 0, dropped: 0 });
    expect(seen.gapsMarked).toBeGreaterThan(0); // The cut is told to whoever asks.
    expect(thrower).toMatchObject({ errors: Math.floor(thrower!.delivered / 100), reason: '' });
    expect(sleeper!.displaced).toBeGreaterThan(0);
    expect(sleeper!.reason).toBe('');

    for (const [venueSymbol, book] of Object.entries(truth)) {
      const kept = report.books.find((candidate) => candidate.symbol.replace('-', '') === venueSymbol)!;
      expect(kept, venueSymbol).toMatchObject({ state: 'live', sequenceLast: book.updateId, bids: book.bids.slice(0, 25), asks: book.asks.slice(0, 25) });
      expect(seen.books[kept.symbol], venueSymbol).toMatchObject({ bids: book.bids, asks: book.asks });
    }
    process.stdout.write(`soak: ${exchange.framesSent} frames sent, ${out} events out (${Math.round(out / SECONDS)}/s), stopped in ${Math.round(stoppedAfterMs)} ms, sleeper displaced ${sleeper!.displaced}\n`);
  } finally {
    server.child.kill('SIGKILL');
    await exchange.stop();
  }
}, SECONDS * 1_000 + 60_000);

function isSynced(seen: Seen, updateId: number): boolean {
  return Object.values(seen.books).some((book) => book.last === updateId);
}

function seenIn(file: string): Seen | null {
  if (!existsSync(file)) return null;
  try {
    return parseJson(readFileSync(file, 'utf8')) as Seen;
  } catch {
    return null; // It is being written.
  }
}

function seconds(count: number): Promise<void> {
  return new Promise((done) => setTimeout(done, count * 1_000));
}

async function until(isReached: () => boolean): Promise<void> {
  const limitMs = performance.now() + 20_000;
  while (!isReached()) {
    if (performance.now() > limitMs) throw new Error('the witness never got to the end of the market');
    await seconds(0.1);
  }
}
