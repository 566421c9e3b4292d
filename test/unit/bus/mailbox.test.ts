import { describe, expect, it } from 'vitest';
import { Mailbox, type MailboxOptions } from '../../../internal/bus/mailbox.ts';
import { EventType, Quality, isBook, type BookEvent, type CanonicalEvent, type KlineEvent } from '../../../schemas/events/event.ts';
import { eventFor } from '../../../schemas/events/event.ts';
import { bookEvent, levelTexts, streamsOf, ticker, trade, type BookFacts } from '../../support/events.ts';

const options: MailboxOptions = { tapeMax: 4, stateBurstMax: 0, executionMax: 2, mergedLevelsMax: 4 };
const noBooks = { writeBook: () => false };
const [trades, otherTrades] = streamsOf('trade', 2);
const books = streamsOf('book', 2);
const tickers = streamsOf('ticker', 12).slice(8);

function mailboxOf(changes: Partial<MailboxOptions> = {}): Mailbox {
  return new Mailbox('consumer', { ...options, ...changes }, noBooks);
}

function takeAll(mailbox: Mailbox): string[] {
  const taken: string[] = [];
  for (let event = mailbox.take(); event !== null; event = mailbox.take()) {
    taken.push(`${event.stream.channel} ${event.sequenceLast}${event.dropped > 0 ? ` dropped ${event.dropped}` : ''}${event.gapBefore ? ' gap' : ''}`);
  }
  return taken;
}

function gapped<T extends CanonicalEvent>(event: T): T {
  event.gapBefore = true;
  return event;
}

describe('a mailbox', () => {
  it('hands out all lanes in one order of arrival', () => {
    const mailbox = mailboxOf();
    mailbox.offer(ticker(tickers[0]!, 1));
    mailbox.offer(trade(trades!, 2));
    mailbox.offer(bookEvent(EventType.BookUpdate, streamsOf('book', 20)[19]!, { last: 3 }));
    mailbox.offer(trade(otherTrades!, 4));
    mailbox.offer(ticker(tickers[1]!, 5));
    expect(mailbox.size).toBe(5);
    expect(takeAll(mailbox)).toEqual(['ticker 1', 'trade 2', 'book 3', 'trade 4', 'ticker 5']);
    expect(mailbox.size).toBe(0);
    expect(mailbox.take()).toBeNull();
  });

  it('lets a newer state take the place of the older, in the older one\'s turn', () => {
    const mailbox = mailboxOf();
    mailbox.offer(ticker(tickers[0]!, 1));
    mailbox.offer(ticker(tickers[1]!, 2));
    mailbox.offer(ticker(tickers[0]!, 3));
    mailbox.offer(ticker(tickers[0]!, 4));
    expect([mailbox.size, mailbox.displacedTotal]).toEqual([2, 2]);
    expect(takeAll(mailbox)).toEqual(['ticker 4', 'ticker 2']);
    mailbox.offer(ticker(tickers[0]!, 5));
    expect(takeAll(mailbox)).toEqual(['ticker 5']);
    expect(mailbox.droppedTotal).toBe(0);
  });

  it('delivers every state of a burst one by one, and only the newest of each stream from the first beyond it until it is empty', () => {
    const mailbox = mailboxOf({ stateBurstMax: 3 });
    for (const id of [1, 2, 3]) mailbox.offer(ticker(tickers[id % 2]!, id));
    expect(mailbox.displacedTotal).toBe(0);
    expect(takeAll(mailbox)).toEqual(['ticker 1', 'ticker 2', 'ticker 3']);
    for (const id of [4, 5, 6, 7, 8]) mailbox.offer(ticker(tickers[id % 2]!, id));
    expect([mailbox.size, mailbox.displacedTotal]).toEqual([2, 3]);
    expect(mailbox.take()!.sequenceLast).toBe(8);
    for (const id of [9, 10, 11]) mailbox.offer(ticker(tickers[id % 2]!, id));
    expect(takeAll(mailbox)).toEqual(['ticker 11', 'ticker 10']);
    for (const id of [12, 13, 14]) mailbox.offer(ticker(tickers[0]!, id));
    expect(takeAll(mailbox)).toEqual(['ticker 12', 'ticker 13', 'ticker 14']);
  });

  it('keeps the word of a gap when the event that carried it is displaced', () => {
    const mailbox = mailboxOf();
    mailbox.offer(gapped(ticker(tickers[0]!, 1)));
    mailbox.offer(ticker(tickers[0]!, 2));
    expect(takeAll(mailbox)).toEqual(['ticker 2 gap']);
    mailbox.offer(ticker(tickers[0]!, 3));
    expect(takeAll(mailbox)).toEqual(['ticker 3']);
  });

  it('lets a newer candle take the place of the older', () => {
    const mailbox = mailboxOf();
    const [stream] = streamsOf('kline');
    for (const close of [1, 2, 3]) {
      const event = eventFor('kline') as KlineEvent;
      event.type = EventType.Kline;
      event.stream = stream!;
      event.payload.close = close;
      mailbox.offer(event);
    }
    expect((mailbox.take() as KlineEvent).payload.close).toBe(3);
    expect([mailbox.size, mailbox.displacedTotal]).toEqual([0, 2]);
  });

  it('drops the oldest trades when the tape is full, and the next one delivered says how many', () => {
    const mailbox = mailboxOf();
    for (let id = 1; id <= 7; id += 1) mailbox.offer(trade(trades!, id));
    expect([mailbox.size, mailbox.droppedTotal]).toEqual([4, 3]);
    expect((mailbox.take() as CanonicalEvent).dropped).toBe(3);
    mailbox.offer(trade(trades!, 8));
    mailbox.offer(trade(trades!, 9));
    expect(takeAll(mailbox)).toEqual(['trade 6 dropped 1', 'trade 7', 'trade 8', 'trade 9']);
  });

  it('keeps the word of a gap when the trade that carried it is dropped', () => {
    const mailbox = mailboxOf();
    mailbox.offer(trade(trades!, 1));
    mailbox.offer(gapped(trade(trades!, 3)));
    for (const id of [90, 91]) mailbox.offer(trade(otherTrades!, id));
    for (const id of [4, 5]) mailbox.offer(trade(trades!, id));
    expect(takeAll(mailbox)).toEqual(['trade 90 dropped 2', 'trade 91', 'trade 4 gap', 'trade 5']);
  });

  it('wakes its reader once, when the first event arrives in an empty mailbox', () => {
    const mailbox = mailboxOf();
    let woken = 0;
    mailbox.offer(trade(trades!, 1));
    mailbox.take();
    mailbox.onMail(() => (woken += 100));
    mailbox.onMail(() => (woken += 1));
    mailbox.offer(trade(trades!, 2));
    mailbox.offer(ticker(tickers[0]!, 3));
    mailbox.offerExecution(trade(trades!, 4));
    expect(woken).toBe(1);
    takeAll(mailbox);
    mailbox.offerExecution(trade(trades!, 5));
    expect(woken).toBe(2);
  });

  it('has a lane that refuses when it is full and never drops, and is served first', () => {
    const mailbox = mailboxOf();
    mailbox.offer(trade(trades!, 1));
    expect(mailbox.offerExecution(trade(trades!, 101))).toBe(true);
    expect(mailbox.offerExecution(trade(trades!, 102))).toBe(true);
    expect(mailbox.offerExecution(trade(trades!, 103))).toBe(false);
    expect([mailbox.offeredTotal, mailbox.droppedTotal, mailbox.size]).toEqual([3, 0, 3]);
    expect(mailbox.take()!.sequenceLast).toBe(101);
    expect(mailbox.offerExecution(trade(trades!, 103))).toBe(true);
    expect(takeAll(mailbox)).toEqual(['trade 102', 'trade 103', 'trade 1']);
  });

  it('keeps nothing after close but execution reports, and counts what it lost', () => {
    const mailbox = mailboxOf();
    let woken = 0;
    for (let id = 1; id <= 5; id += 1) mailbox.offer(trade(trades!, id));
    mailbox.offer(ticker(tickers[0]!, 6));
    mailbox.offer(ticker(tickers[0]!, 7));
    mailbox.offerExecution(trade(trades!, 100));
    mailbox.close();
    mailbox.onMail(() => (woken += 1));
    mailbox.offer(trade(trades!, 8));
    mailbox.offerExecution(trade(trades!, 101));
    expect([mailbox.size, mailbox.offeredTotal, mailbox.displacedTotal, mailbox.droppedTotal, woken]).toEqual([2, 10, 1, 7, 0]);
    expect(takeAll(mailbox)).toEqual(['trade 100', 'trade 101']);
    expect(mailbox.offeredTotal).toBe(mailbox.takenTotal + mailbox.displacedTotal + mailbox.droppedTotal + mailbox.size);
    expect(() => mailbox.close()).toThrow('closed once');
  });
});

describe('book updates that wait', () => {
  /** U..u, then levels as `b100:5` and `a101:0`; S marks a snapshot, N a notice. */
  function play(...texts: string[]): string {
    const mailbox = mailboxOf();
    for (const text of texts) mailbox.offer(parse(text));
    const event = mailbox.take()!;
    expect(mailbox.take()).toBeNull();
    if (!isBook(event)) throw new Error('no book event came out');
    const kind = event.type === EventType.BookSnapshot ? 'S' : 'U';
    const levels = [...levelTexts(event, 'bids').map((level) => `b${level}`), ...levelTexts(event, 'asks').map((level) => `a${level}`)];
    return [`${kind}${event.sequenceFirst}..${event.sequenceLast}`, ...levels, ...(event.quality === Quality.Live ? [] : [`quality ${event.quality}`])].join(' ');
  }

  function parse(text: string): CanonicalEvent {
    const [head, ...levels] = text.split(' ') as [string, ...string[]];
    const [first, last] = head.slice(1).split('..').map(Number) as [number, number];
    const side = (mark: string): (readonly [string, string])[] =>
      levels.filter((level) => level.startsWith(mark)).map((level) => level.slice(1).split(':') as [string, string]);
    const scale = levels.some((level) => level.includes('.')) ? 3 : 0;
    const facts: BookFacts = { first, last, bids: side('b'), asks: side('a'), priceScale: scale, quantityScale: scale };
    const event = bookEvent(head.startsWith('S') ? EventType.BookSnapshot : EventType.BookUpdate, books[0]!, facts);
    if (head.startsWith('N')) event.quality = Quality.Suspect;
    return event;
  }

  it.each([
    ['are delivered as they are when alone', ['U7..9 b100:5 b101:2'], 'U7..9 b100:5 b101:2'],
    ['are merged level by level and keep the removals', ['U7..9 b100:5 b101:2', 'U10..10 b101:0 b102:4'], 'U7..10 b100:5 b101:0 b102:4'],
    ['are merged into a snapshot, which has no removals', ['S7..7 b101:2 b100:5 a200:1', 'U8..9 b101:0 b99:1 a201:3'], 'S7..9 b100:5 b99:1 a200:1 a201:3'],
    ['give way to a newer snapshot', ['U7..9 b100:5', 'U10..10 b101:1', 'S20..20 b50:1'], 'S20..20 b50:1'],
    ['go on after a snapshot that displaced others', ['U7..9 b100:5', 'S20..20 b50:1', 'U21..22 b50:0 b51:7'], 'S20..22 b51:7'],
    ['keep their levels and numbers beside a notice', ['U7..9 b100:5', 'N0..0'], 'U7..9 b100:5 quality 2'],
    ['take the number of what follows a notice', ['N0..0', 'U8..9 b100:5'], 'U8..9 b100:5'],
    ['stay a snapshot beside a notice', ['S7..7 b100:5', 'N0..0'], 'S7..7 b100:5 quality 2'],
    ['are live again after a notice and a snapshot', ['U7..9 b100:5', 'N0..0', 'S20..20 b50:1'], 'S20..20 b50:1'],
    ['meet at the wider scale when the newer is wider', ['U7..9 b100:5', 'U10..10 b100.125:1 b100:0'], 'U7..10 b100:0 b100.125:1'],
    ['meet at the wider scale when the newer is narrower', ['U7..9 b100.125:0.5', 'U10..10 b101:1', 'U11..11 a7.5:2'], 'U7..11 b100.125:0.5 b101:1 a7.5:2'],
    ['meet a notice of another scale', ['U7..9 b100.125:0.5', 'N0..0'], 'U7..9 b100.125:0.5 quality 2'],
  ] as const)('%s', (_, texts, expected) => {
    expect(play(...texts)).toBe(expected);
  });

  it.each([
    ['waits', [['90071992547409.91', '0']], [['1.2345', '1']], 2, 4],
    ['is new', [['1.2345', '1']], [['90071992547409.91', '0']], 4, 2],
  ] as const)('become the whole book when a level that %s does not fit the scale of the other', (_, older, newer, olderScale, newerScale) => {
    const writeBook = (into: BookEvent): boolean => {
      into.type = EventType.BookSnapshot;
      into.payload.pushBid(7, 7);
      return true;
    };
    const mailbox = new Mailbox('consumer', options, { writeBook });
    mailbox.offer(gapped(bookEvent(EventType.BookUpdate, books[0]!, { last: 1, bids: older, priceScale: olderScale })));
    mailbox.offer(bookEvent(EventType.BookUpdate, books[0]!, { last: 2, bids: newer, priceScale: newerScale }));
    const event = mailbox.take() as BookEvent;
    expect([event.type, event.payload.bidCount, event.gapBefore, event.quality]).toEqual([EventType.BookSnapshot, 1, true, Quality.Live]);
  });

  it('keep the word of a gap and the order of their first event', () => {
    const mailbox = mailboxOf();
    mailbox.offer(gapped(parse('U7..9 b1:1')));
    mailbox.offer(trade(streamsOf('trade', 4)[3]!, 3));
    mailbox.offer(parse('U10..10 b2:1'));
    mailbox.offer(parse('S11..11 b2:1'));
    expect(takeAll(mailbox)).toEqual(['book 11 gap', 'trade 3']);
    expect(mailbox.displacedTotal).toBe(2);
  });
});
