import { expect, it } from 'vitest';
import { Mailbox } from '../../../internal/bus/mailbox.ts';
import { Random } from '../../../lib/random/random.ts';
import { EventType, Quality, isBook, type BookEvent, type CanonicalEvent } from '../../../schemas/events/event.ts';
import { bookEvent, linesOf, mantissa, NaiveBook, streamsOf, ticker, trade, type BookFacts } from '../../support/events.ts';
import { forEverySeed } from '../../support/property.ts';

/**
 * What leaves the book room, made up at random: snapshots, updates, notices, a book that goes stale and comes back without a
 * snapshot, scales that widen, losses that end in a snapshot. It can write its book down, like the room itself.
 */
class BookRoom {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  state: 'live' | 'stale' | 'suspect' = 'suspect';
  /** The book at each id at which it was told, as text. */
  readonly history = new Map<number, string[]>();
  #id = 100;
  #decimals = 0;
  readonly #random: Random;
  readonly stream = streamsOf('book', 3)[2]!;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): BookEvent {
    const random = this.#random;
    if (this.state === 'suspect') {
      const loss = random.integer(0, 5);
      for (let i = 0; i < loss; i += 1) this.#change();
      this.state = 'live';
      return this.#event(EventType.BookSnapshot, [...this.bids], [...this.asks]);
    }
    if (this.state === 'live' && random.chance(0.08)) {
      this.state = random.chance(0.5) ? 'stale' : 'suspect';
      const notice = this.#event(EventType.BookUpdate, [], []);
      notice.sequenceFirst = 0;
      notice.sequenceLast = 0;
      notice.sequencePrevious = -1;
      notice.quality = this.state === 'stale' ? Quality.Stale : Quality.Suspect;
      return notice;
    }
    // A stale book has been lost for good once in a while: then nothing but a snapshot follows.
    if (this.state === 'stale' && random.chance(0.3)) {
      this.state = 'suspect';
      return this.next();
    }
    this.state = 'live';
    if (random.chance(0.05) && this.#decimals < 5) this.#decimals += 1;
    const before = this.#id;
    const changes = Array.from({ length: random.integer(1, 4) }, () => this.#change());
    const side = (isBid: boolean): (readonly [string, string])[] => {
      const levels = isBid ? this.bids : this.asks;
      const prices = new Set(changes.filter((change) => change.isBid === isBid).map(({ price }) => price));
      return [...prices].map((price) => [price, levels.get(price) ?? '0'] as const);
    };
    const event = this.#event(EventType.BookUpdate, side(true), side(false));
    event.sequenceFirst = before + 1;
    event.sequencePrevious = before;
    return event;
  }

  writeBook(into: BookEvent): boolean {
    if (this.state === 'suspect') return false;
    into.payload.reset();
    into.type = EventType.BookSnapshot;
    into.priceScale = this.#decimals;
    into.quantityScale = this.#decimals;
    for (const [price, quantity] of this.bids) into.payload.pushBid(mantissa(price, this.#decimals), mantissa(quantity, this.#decimals));
    for (const [price, quantity] of this.asks) into.payload.pushAsk(mantissa(price, this.#decimals), mantissa(quantity, this.#decimals));
    into.sequenceFirst = this.#id;
    into.sequenceLast = this.#id;
    return true;
  }

  get last(): number {
    return this.#id;
  }

  #change(): { isBid: boolean; price: string } {
    const random = this.#random;
    this.#id += 1;
    const isBid = random.chance(0.5);
    const price = String(Number((random.integer(1, 15) + random.fraction()).toFixed(random.integer(0, this.#decimals))));
    const levels = isBid ? this.bids : this.asks;
    if (random.chance(0.4)) levels.delete(price);
    else levels.set(price, String(random.integer(1, 99) / 10 ** random.integer(0, Math.min(2, this.#decimals))));
    return { isBid, price };
  }

  #event(type: EventType, bids: BookFacts['bids'] & object, asks: BookFacts['asks'] & object): BookEvent {
    this.history.set(this.#id, linesOf(this.bids, this.asks));
    return bookEvent(type, this.stream, { last: this.#id, bids, asks, priceScale: this.#decimals, quantityScale: this.#decimals });
  }
}

it.each([
  [2, 0],
  [8, 0],
  [1_000, 0],
  [2, 3],
  [8, 10],
])('a consumer that takes when it likes has the venue\'s book at every take, with %i levels merged and %i waiting one by one at most', (mergedLevelsMax, stateBurstMax) => {
  let wholeBooks = 0;
  forEverySeed(120, (seed) => {
    const random = new Random(seed);
    const room = new BookRoom(random.fork());
    const consumer = new NaiveBook();
    const mailbox = new Mailbox('slow', { tapeMax: 4, stateBurstMax, executionMax: 1, mergedLevelsMax }, {
      writeBook: (into) => {
        wholeBooks += 1;
        return room.writeBook(into);
      },
    });
    const patience = random.fraction();
    for (let i = 0; i < 150; i += 1) {
      mailbox.offer(room.next());
      if (!random.chance(patience)) continue;
      const event = mailbox.take()!;
      if (!isBook(event)) throw new Error('no book event came out');
      consumer.apply(event);
      if (consumer.isTrusted) expect(consumer.lines()).toEqual(room.history.get(consumer.last));
      if (mailbox.size > 0) continue;
      // Nothing waits: what the consumer has and what it is told of it are the present.
      expect(consumer.isTrusted).toBe(room.state === 'live');
      if (consumer.isTrusted) expect(consumer.last).toBe(room.last);
    }
    expect(mailbox.offeredTotal).toBe(mailbox.takenTotal + mailbox.displacedTotal + mailbox.droppedTotal + mailbox.size);
  });
  if (mergedLevelsMax === 2) expect(wholeBooks).toBeGreaterThan(0);
});

it('never calls a book live that lost its levels and could not be written down', () => {
  const [stream] = streamsOf('book');
  const mailbox = new Mailbox('slow', { tapeMax: 1, stateBurstMax: 0, executionMax: 1, mergedLevelsMax: 1 }, { writeBook: () => false });
  mailbox.offer(bookEvent(EventType.BookUpdate, stream!, { last: 1, bids: [['1', '1'], ['2', '1']] }));
  mailbox.offer(bookEvent(EventType.BookUpdate, stream!, { last: 2, bids: [['3', '1'], ['4', '1']] }));
  expect(mailbox.take()!.quality).toBe(Quality.Suspect);
});

it('accounts for every event at every moment: offered = taken + displaced + dropped + waiting', () => {
  forEverySeed(150, (seed) => {
    const random = new Random(seed);
    const mailbox = new Mailbox('any', { tapeMax: 4, stateBurstMax: random.pick([0, 2, 5]), executionMax: 2, mergedLevelsMax: 3 }, { writeBook: () => false });
    const [trades, tickers, books] = [streamsOf('trade', 3), streamsOf('ticker', 6).slice(3), streamsOf('book', 9).slice(6)];
    const closeAt = random.chance(0.5) ? random.integer(0, 200) : -1;
    let delivered = 0;
    let droppedSaid = 0;
    for (let id = 1; id <= 200; id += 1) {
      if (id === closeAt) mailbox.close();
      const kind = random.integer(0, 5);
      if (kind === 0) mailbox.offerExecution(trade(trades[0]!, id));
      else if (kind <= 2) mailbox.offer(trade(random.pick(trades), id));
      else if (kind === 3) mailbox.offer(ticker(random.pick(tickers), id));
      else mailbox.offer(bookEvent(random.chance(0.2) ? EventType.BookSnapshot : EventType.BookUpdate, random.pick(books), { last: id, bids: [[String(random.integer(1, 9)), '1']] }));
      const takes = random.chance(0.4) ? random.integer(0, 4) : 0;
      for (let i = 0; i < takes; i += 1) {
        const event: CanonicalEvent | null = mailbox.take();
        if (event === null) break;
        delivered += 1;
        droppedSaid += event.dropped;
      }
      expect(mailbox.takenTotal).toBe(delivered);
      expect(mailbox.offeredTotal).toBe(mailbox.takenTotal + mailbox.displacedTotal + mailbox.droppedTotal + mailbox.size);
    }
    while (mailbox.take() !== null);
    expect(mailbox.size).toBe(0);
    if (closeAt < 0) expect(droppedSaid).toBeLessThanOrEqual(mailbox.droppedTotal);
  });
});
