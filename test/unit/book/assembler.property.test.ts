import { expect, it } from 'vitest';
import { futuresBookRule, spotBookRule } from '../../../internal/providers/binance/book.ts';
import type { BookRule } from '../../../internal/ports/book-rule.ts';
import { Random } from '../../../lib/random/random.ts';
import { EventType, isBook } from '../../../schemas/events/event.ts';
import { linesOf, NaiveBook, type BookFacts } from '../../support/events.ts';
import { forEverySeed } from '../../support/property.ts';
import { BookBench } from './book-table.ts';

/**
 * A venue that changes one level per id, tells of several in one diff, and loses, doubles, delays and reorders what it sends.
 * It knows the book at every id it has had: the truth for whatever the assembler says.
 */
class RandomVenue {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  /** The book at each id, as text. */
  readonly history = new Map<number, string[]>();
  readonly #random: Random;
  readonly #hasSharedIds: boolean;
  #decimals = 1;
  #id = 100;
  #diffFrom = 101;
  #diffBefore = 100;
  readonly #changedBids = new Set<string>();
  readonly #changedAsks = new Set<string>();

  constructor(random: Random, hasSharedIds: boolean) {
    this.#random = random;
    this.#hasSharedIds = hasSharedIds;
    this.history.set(100, []);
  }

  get id(): number {
    return this.#id;
  }

  change(): void {
    const random = this.#random;
    // Futures share their ids with all other symbols, so a symbol's own ids jump.
    this.#id += this.#hasSharedIds ? random.integer(1, 9) : 1;
    if (random.chance(0.01) && this.#decimals < 6) this.#decimals += 1;
    const isBid = random.chance(0.5);
    const price = random.integer(1, 12) + (random.chance(0.3) ? random.integer(1, 10 ** this.#decimals - 1) / 10 ** this.#decimals : 0);
    const text = String(Number((isBid ? price : price + 20).toFixed(this.#decimals)));
    const side = isBid ? this.bids : this.asks;
    if (random.chance(0.4)) side.delete(text);
    else side.set(text, String(Number((random.integer(1, 999) / 10 ** random.integer(0, this.#decimals)).toFixed(this.#decimals))));
    (isBid ? this.#changedBids : this.#changedAsks).add(text);
    this.history.set(this.#id, linesOf(this.bids, this.asks));
  }

  /** All changes since the last one. */
  diff(): BookFacts {
    const facts: BookFacts = {
      first: this.#hasSharedIds ? this.#random.integer(this.#diffBefore + 1, this.#diffFrom) : this.#diffFrom,
      last: this.#id,
      previous: this.#diffBefore,
      bids: [...this.#changedBids].map((price) => [price, this.bids.get(price) ?? '0'] as const),
      asks: [...this.#changedAsks].map((price) => [price, this.asks.get(price) ?? '0'] as const),
      ...this.#scales(),
    };
    this.#changedBids.clear();
    this.#changedAsks.clear();
    this.#diffBefore = this.#id;
    this.#diffFrom = this.#id + 1;
    return facts;
  }

  snapshot(): BookFacts {
    return { last: this.#id, bids: [...this.bids], asks: [...this.asks], ...this.#scales() };
  }

  #scales(): { priceScale: number; quantityScale: number } {
    return { priceScale: this.#decimals, quantityScale: this.#decimals };
  }
}

class Run {
  readonly #random: Random;
  readonly #venue: RandomVenue;
  readonly #bench: BookBench;
  readonly #consumer = new NaiveBook();
  readonly #diffs: BookFacts[] = [];
  readonly #snapshots: BookFacts[] = [];
  #isAsked = false;
  #isConnected = false;
  #heard = 0;
  #epoch = 0;
  #snapshotsHeard = 0;
  faults = true;

  constructor(seed: number, rule: BookRule) {
    this.#random = new Random(seed);
    this.#venue = new RandomVenue(this.#random.fork(), rule === futuresBookRule);
    this.#bench = new BookBench(rule, { waitingMax: 8, staleAfterMs: 5_000, refreshMs: this.#random.chance(0.5) ? 7_000 : 0 }, 64, false);
  }

  get bench(): BookBench {
    return this.#bench;
  }

  step(): void {
    const random = this.#random;
    const { assembler, stream, kept, clock } = this.#bench;
    if (random.chance(0.8)) this.#venue.change();
    if (random.chance(0.6)) this.#send();
    if (random.chance(0.7) && this.#diffs.length > 0) this.#deliver();
    if (this.#bench.asked.length > 0) {
      this.#bench.asked.length = 0;
      this.#isAsked = true;
    }
    if (this.#isAsked && random.chance(0.3)) {
      this.#isAsked = false;
      this.#snapshots.push(this.#venue.snapshot());
    }
    if (this.#snapshots.length > 0 && random.chance(0.3)) {
      const snapshot = this.#snapshots.shift()!;
      if (this.faults && random.chance(0.2)) assembler.snapshotFailed(stream);
      else this.#bench.accept(EventType.BookSnapshot, { ...snapshot, epoch: 0 });
    }
    if (!this.#isConnected && random.chance(0.3)) this.#connect();
    else if (this.#isConnected && this.faults && random.chance(0.01)) this.#disconnect();
    if (random.chance(0.2)) clock.advance(random.integer(1, this.faults ? 1_500 : 100));
    this.#hear();
    // What the consumer trusts and what the book says of itself are the same, after every step.
    expect(this.#consumer.isTrusted).toBe(kept.state === 'live');
    if (!this.#isConnected) expect(kept.state).not.toBe('live');
    if (kept.state === 'live') {
      expect(this.#levels()).toEqual(this.#venue.history.get(kept.book.last));
      expect(this.#consumer.last).toBe(kept.book.last);
    }
  }

  /** The faults are over: the venue goes on, and the book must come back to it. */
  settle(): void {
    this.faults = false;
    for (let i = 0; i < 200; i += 1) this.step();
    while (this.#diffs.length > 0) this.#deliver();
    this.#venue.change();
    this.#send();
    while (this.#diffs.length > 0) this.#deliver();
    for (let i = 0; i < 50 && this.#bench.kept.state !== 'live'; i += 1) {
      this.#bench.asked.length = 0;
      this.#bench.accept(EventType.BookSnapshot, { ...this.#venue.snapshot(), epoch: 0 });
    }
    this.#hear();
    expect(this.#bench.kept.state).toBe('live');
    expect(this.#consumer.last).toBe(this.#venue.id);
    expect(this.#consumer.lines()).toEqual(this.#venue.history.get(this.#venue.id));
    expect(this.#bench.lent).toBe(0);
  }

  #connect(): void {
    this.#isConnected = true;
    this.#epoch += 1;
    // What was on its way to the former connection is gone, or comes late.
    if (this.#random.chance(0.5)) this.#diffs.length = 0;
    this.#bench.assembler.connected(this.#bench.stream, this.#epoch);
    this.#bench.assembler.subscribed(this.#bench.stream);
  }

  #disconnect(): void {
    this.#isConnected = false;
    // Once in a while nobody tells of the loss.
    if (this.#random.chance(0.2)) this.#connect();
    else this.#bench.assembler.disconnected(this.#bench.stream, 'lost');
  }

  #send(): void {
    if (this.#venue.id === 100) return;
    const diff = { ...this.#venue.diff(), epoch: this.#epoch };
    if (diff.last === diff.previous) return;
    if (!this.#isConnected) return;
    if (this.faults && this.#random.chance(0.05)) return;
    this.#diffs.push(diff);
    if (this.faults && this.#random.chance(0.05)) this.#diffs.push(diff);
    if (this.faults && this.#random.chance(0.03) && this.#diffs.length > 1) this.#diffs.push(this.#diffs.shift()!);
  }

  #deliver(): void {
    this.#bench.accept(EventType.BookUpdate, this.#diffs.shift()!);
  }

  #hear(): void {
    const { events } = this.#bench.sink;
    for (; this.#heard < events.length; this.#heard += 1) {
      const event = events[this.#heard]!;
      expect(isBook(event)).toBe(true);
      if (!isBook(event)) continue;
      if (event.type === EventType.BookSnapshot) {
        this.#snapshotsHeard += 1;
        if (this.#snapshotsHeard > 1) expect(event.gapBefore).toBe(true);
      }
      this.#consumer.apply(event);
      if (this.#consumer.isTrusted) expect(this.#consumer.lines()).toEqual(this.#venue.history.get(event.sequenceLast));
    }
  }

  #levels(): string[] {
    const { book } = this.#bench.kept;
    const side = (index: 0 | 1): Map<string, string> => {
      const levels = new Map<string, string>();
      for (let depth = 0; ; depth += 1) {
        const level = book.level(index, depth);
        if (level === null) return levels;
        levels.set(level.price, level.quantity);
      }
    };
    return linesOf(side(0), side(1));
  }
}

it.each([
  ['spot', spotBookRule],
  ['futures', futuresBookRule],
] as const)('whenever a %s book says live it is the venue\'s at that id, for the naive consumer of its events, too', (_, rule) => {
  let compared = 0;
  let gaps = 0;
  forEverySeed(25, (seed) => {
    const run = new Run(seed, rule);
    for (let i = 0; i < 400; i += 1) run.step();
    run.settle();
    compared += run.bench.kept.refreshEqual;
    gaps += run.bench.kept.gaps;
    expect(run.bench.kept.refreshDifferent).toBe(0);
  });
  // The faults and the audits have been there.
  expect(gaps).toBeGreaterThan(25);
  expect(compared).toBeGreaterThan(0);
});
