import { Side } from '../../lib/ladder/ladder.ts';
import type { KeptBook } from '../book/kept-book.ts';
import type { House } from './wire.ts';

/** Levels a side that a report shows. */
const REPORTED_DEPTH = 25;

export interface RunFacts {
  readonly version: string;
  /** ISO 8601, wall clock. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly shutdown: { readonly drainMs: number; readonly outstanding: number };
}

/**
 * What one run received, delivered and lost: schema `meltica.run-report/1`, documented in docs/report.md. Prices and
 * quantities are decimal text without trailing zeros.
 */
export function makeReport(house: House, facts: RunFacts): object {
  const process_ = house.watch.report();
  return {
    schema: 'meltica.run-report/1',
    version: facts.version,
    node: process.version,
    startedAt: facts.startedAt,
    durationMs: Math.round(facts.durationMs),
    providers: house.sessions.map(({ wanted, ledger, decoding, feed, missingSymbols }, index) => ({
      id: wanted.provider,
      venue: wanted.venue,
      market: wanted.market,
      transport: house.config.providers[index]!.transport.kind,
      frames: ledger.frames,
      bytes: ledger.bytes,
      decodeErrors: ledger.decodeErrors,
      unknownFrames: ledger.unknown,
      reconnects: feed.totals.reconnects,
      epochs: feed.totals.epochs,
      eventFrames: ledger.events,
      controlFrames: ledger.control,
      ignoredFrames: ledger.ignored,
      deadLettered: ledger.deadLettered,
      badSnapshots: ledger.badSnapshots,
      brokenRecords: ledger.brokenRecords,
      unknownKinds: Object.fromEntries(ledger.unknownKinds),
      schemaDrift: Object.fromEntries(ledger.drift),
      decoding,
      missingSymbols,
      refusedSubscriptions: feed.totals.refusedSubscriptions,
    })),
    books: house.books.books.map(bookRow),
    streams: house.dispatcher.orders.map(({ stream, inTotal, outTotal, duplicates, late, gaps }) => ({
      provider: stream.provider,
      symbol: stream.instrument.symbol,
      type: stream.channel,
      in: inTotal,
      out: outTotal,
      duplicates,
      late,
      gaps,
    })),
    subscribers: house.consumers.rows(),
    pools: [house.frames.counters(), ...house.events.counters()].map(({ name, capacity, acquired, released, inUse, peak, timeouts }) => ({
      name,
      capacity,
      acquired,
      released,
      inUse,
      peak,
      timeouts,
    })),
    deadLetters: Object.fromEntries(house.deadLetters.counts),
    newestDeadLetters: house.deadLetters.rows(),
    gc: process_.gc,
    memory: process_.memory,
    shutdown: { drainMs: Math.round(facts.shutdown.drainMs), outstanding: facts.shutdown.outstanding },
  };
}

function bookRow(kept: KeptBook): object {
  const { stream, book } = kept;
  return {
    provider: stream.provider,
    venue: stream.venue,
    market: stream.market,
    symbol: stream.instrument.symbol,
    venueSymbol: stream.instrument.venueSymbol,
    state: kept.state,
    snapshots: kept.snapshots,
    updates: kept.updates,
    repeats: kept.repeats,
    sequenceFirst: kept.sequenceFirst,
    sequenceLast: book.last,
    gaps: kept.gaps,
    checksumPass: kept.checksumPass,
    checksumFail: kept.checksumFail,
    oldUpdates: kept.oldUpdates,
    lateUpdates: kept.lateUpdates,
    crossed: kept.crossed,
    unknownRemovals: book.unknownRemovals,
    refreshes: { equal: kept.refreshEqual, different: kept.refreshDifferent, inconclusive: kept.refreshInconclusive },
    moves: kept.moves,
    bidLevels: book.bids.size,
    askLevels: book.asks.size,
    bids: topLevels(kept, Side.Bid),
    asks: topLevels(kept, Side.Ask),
    bboDigest: kept.digest === null ? null : kept.digest.hex(),
  };
}

function topLevels(kept: KeptBook, side: Side): [string, string][] {
  const levels: [string, string][] = [];
  for (let depth = 0; depth < REPORTED_DEPTH; depth += 1) {
    const level = kept.book.level(side, depth);
    if (level === null) break;
    levels.push([level.price, level.quantity]);
  }
  return levels;
}
