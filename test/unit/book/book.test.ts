import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BboDigest } from '../../../internal/book/bbo-digest.ts';
import { Book } from '../../../internal/book/book.ts';
import { BookShelf } from '../../../internal/book/shelf.ts';
import { spotBookRule } from '../../../internal/providers/binance/book.ts';
import { Side } from '../../../lib/ladder/ladder.ts';
import { EventType, eventFor, type BookEvent } from '../../../schemas/events/event.ts';
import { bookEvent, levelTexts, streamsOf, type BookFacts } from '../../support/events.ts';
import { BookBench, snapshotTerms } from './book-table.ts';

const stream = streamsOf('book')[0]!;
const snapshot = (facts: BookFacts): BookEvent => bookEvent(EventType.BookSnapshot, stream, facts);
const update = (facts: BookFacts): BookEvent => bookEvent(EventType.BookUpdate, stream, facts);

describe('a book', () => {
  it('is the snapshot, whatever it was before', () => {
    const book = new Book();
    book.load(snapshot({ last: 1, bids: [['1', '1']], asks: [['2', '1']] }));
    book.load(snapshot({ last: 9, bids: [['1.5', '2']], priceScale: 1, quantityScale: 0 }));
    expect([book.level(Side.Bid, 0), book.level(Side.Bid, 1), book.level(Side.Ask, 0), book.last]).toEqual([{ price: '1.5', quantity: '2' }, null, null, 9]);
  });

  it('counts the removal of a level it does not hold, and goes on', () => {
    const book = new Book();
    book.load(snapshot({ last: 1, bids: [['1', '1']] }));
    expect(book.apply(update({ last: 2, bids: [['7', '0'], ['1', '0']], asks: [['8', '0']] }))).toBe(true);
    expect([book.unknownRemovals, book.bids.size]).toEqual([2, 0]);
  });

  it('widens its scales in mid-stream without losing a level, and brings narrower updates to its own', () => {
    const book = new Book();
    book.load(snapshot({ last: 1, bids: [['100', '7']], asks: [['101', '3']], priceScale: 0, quantityScale: 0 }));
    expect(book.apply(update({ last: 2, bids: [['100.25', '0.5']], priceScale: 2, quantityScale: 1 }))).toBe(true);
    const narrow = update({ last: 3, bids: [['100', '9']], asks: [['101', '0'], ['102', '4']], priceScale: 0, quantityScale: 0 });
    expect(book.apply(narrow)).toBe(true);
    expect([narrow.priceScale, narrow.quantityScale, levelTexts(narrow, 'bids')]).toEqual([2, 1, ['100:9']]);
    const into = eventFor('book') as BookEvent;
    book.writeTo(into);
    expect([levelTexts(into, 'bids'), levelTexts(into, 'asks')]).toEqual([['100.25:0.5', '100:9'], ['102:4']]);
  });

  it.each([
    ['a level of the book', [['90071992547409.91', '1']], [], [['1.2345', '1']], []],
    ['a quantity of the book', [], [['1', '90071992547409.91']], [], [['1.2345', '1']]],
  ] as const)('refuses an update whose scale %s does not fit', (_, bids, asks, newBids, newAsks) => {
    const book = new Book();
    book.load(snapshot({ last: 1, bids, asks }));
    const wide = update({ last: 2, bids: newBids, asks: newAsks, priceScale: 4, quantityScale: 4 });
    expect(book.apply(wide)).toBe(false);
    expect([wide.priceScale, wide.quantityScale]).toEqual([4, 4]);
  });

  it.each([
    ['bids', { bids: [['90071992547409.91', '1']] }],
    ['asks', { asks: [['1', '90071992547409.91']] }],
  ] as const)('refuses an update whose own %s do not fit the scale of the book, and changes nothing', (_, levels) => {
    const book = new Book();
    book.load(snapshot({ last: 1, bids: [['1.23456789', '1']], priceScale: 8, quantityScale: 8 }));
    expect(book.apply(update({ last: 2, ...levels }))).toBe(false);
    expect([book.last, book.level(Side.Bid, 0)]).toEqual([1, { price: '1.23456789', quantity: '1' }]);
  });

  it('knows when it is crossed', () => {
    const book = new Book();
    expect(book.isCrossed).toBe(false);
    book.load(snapshot({ last: 1, bids: [['1', '1']], asks: [['2', '1']] }));
    expect(book.isCrossed).toBe(false);
    book.apply(update({ last: 2, bids: [['2', '1']] }));
    expect(book.isCrossed).toBe(true);
  });
});

describe('the digest of a book', () => {
  it('is sha256 over a line per applied event, empty fields for an empty side', () => {
    const digest = new BboDigest();
    const book = new Book();
    book.load(snapshot({ last: 1, bids: [['100.10', '1.50']] }));
    digest.applied(book);
    book.apply(update({ last: 2, asks: [['100.2', '3']] }));
    digest.applied(book);
    const before = digest.hex();
    expect(before).toBe(createHash('sha256').update('100.1|1.5||\n100.1|1.5|100.2|3\n').digest('hex'));
    expect(before).toBe('dd19237149e7d2beea2b0b304c3f52a0ba1f3bb61fbc7d5b229f4163e3a654c0');
    digest.applied(book);
    expect(digest.hex()).not.toBe(before);
  });

  it('has a line for the snapshot and one for each update in it, also for those that waited', () => {
    const bench = new BookBench(spotBookRule, { audits: true });
    bench.assembler.connected(bench.stream, 1);
    bench.accept(EventType.BookUpdate, { last: 10, bids: [['1', '1']] });
    bench.accept(EventType.BookUpdate, { last: 11, bids: [['2', '1']] });
    bench.accept(EventType.BookSnapshot, { last: 10, bids: [['1', '1']], asks: [['3', '1']] });
    bench.accept(EventType.BookUpdate, { last: 12, asks: [['3', '0']] });
    const lines = '1|1|3|1\n2|1|3|1\n2|1||\n';
    expect(bench.kept.digest!.hex()).toBe(createHash('sha256').update(lines).digest('hex'));
  });
});

describe('the shelf of books', () => {
  it('shows a live book as it is, also one that was added after the first look', () => {
    const bench = new BookBench(spotBookRule);
    const shelf = new BookShelf(bench.assembler);
    expect(shelf.view('venue', 'S1-USDT')).toBeNull();
    bench.assembler.add(streamsOf('book', 2)[1]!, spotBookRule, snapshotTerms);
    expect(shelf.view('venue', 'S1-USDT')!.state).toBe('empty');
    expect(shelf.view('other', 'S0-USDT')).toBeNull();
    const view = shelf.view('venue', 'S0-USDT')!;
    expect(shelf.view('venue', 'S0-USDT')).toBe(view);
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 5, bids: [['1', '2'], ['2', '1']], asks: [['3', '0.5']] });
    expect([view.provider, view.symbol, view.state, view.sequence, view.bidCount, view.askCount]).toEqual(['venue', 'S0-USDT', 'live', 5, 2, 1]);
    expect([view.bid(0), view.bid(1), view.bid(2), view.ask(0)]).toEqual([
      { price: '2', quantity: '1' },
      { price: '1', quantity: '2' },
      null,
      { price: '3', quantity: '0.5' },
    ]);
  });
});
