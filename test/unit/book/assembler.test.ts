import { describe, expect, it } from 'vitest';
import { futuresBookRule, spotBookRule } from '../../../internal/providers/binance/book.ts';
import { Verdict } from '../../../internal/ports/book-rule.ts';
import { EventType, Quality, eventFor, type BookEvent } from '../../../schemas/events/event.ts';
import { bookEvent, levelTexts, streamsOf, trade } from '../../support/events.ts';
import { BookBench, play, snapshotTerms } from './book-table.ts';

describe('how a book becomes live', () => {
  it('plays the worked example of the spot page: 150..155 drop, 156..161 first, 162..170 next, 172..175 gap', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      diff 150..155 | syncing | ask
      diff 156..161 | syncing |
      snapshot 160  | live    | snapshot 161
      diff 162..170 | live    | update 162..170
      diff 172..175 | suspect | ask, notice suspect
    `);
    expect([bench.kept.oldUpdates, bench.kept.gaps, bench.lent]).toEqual([1, 1, 0]);
  });

  it('joins updates that come after the snapshot', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 160  | live    | snapshot 160
      diff 150..155 | live    |
      diff 156..161 | live    | update 156..161
      diff 162..170 | live    | update 162..170
    `);
  });

  it('starts from the first update where nobody tells of a connection, as in a recording', () => {
    play(spotBookRule, `
      diff 101..102 | syncing | ask
      diff 103..103 | syncing |
      snapshot 102  | live    | snapshot 103
      diff 104..109 | live    | update 104..109
    `);
  });

  it('makes nothing of a snapshot from before the subscription, unless updates that wait tell that it joins', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      snapshot 100  | syncing |
      fail          | syncing |
      subscribe     | syncing | ask
      snapshot 105  | live    | snapshot 105
      connect 2     | syncing | notice syncing
      diff 201..202 | syncing | ask
      snapshot 201  | live    | snapshot 202! e2
      subscribe     | live    |
    `);
    expect([bench.kept.unusedSnapshots, bench.lent]).toEqual([1, 0]);
  });

  it('is not one when the venue refuses the stream, whatever still comes of it', () => {
    const bench = play(spotBookRule, `
      disconnect refused | empty   |
      connect 1          | syncing |
      disconnect refused | empty   |
      snapshot 100       | empty   |
      diff 101..101      | empty   |
      fail               | empty   |
      connect 2          | syncing |
      subscribe          | syncing | ask
      snapshot 150       | live    | snapshot 150! e2
      disconnect refused | empty   | notice syncing e2
    `);
    expect([bench.kept.book.bids.size, bench.kept.lateUpdates, bench.lent]).toEqual([0, 1, 0]);
  });

  it('asks again when a snapshot is older than what waits', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      diff 150..155 | syncing | ask
      snapshot 140  | syncing | ask
      snapshot 149  | live    | snapshot 155
    `);
    expect([bench.kept.unusedSnapshots, bench.kept.snapshots, bench.lent]).toEqual([1, 1, 0]);
  });

  it('keeps only what came after a hole inside the waiting updates, because no snapshot bridges it', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      diff 150..155 | syncing | ask
      diff 160..165 | syncing |
      snapshot 152  | syncing | ask
      diff 166..170 | syncing |
      snapshot 162  | live    | snapshot 170
    `);
  });

  it('takes a snapshot that lies behind a hole inside the waiting updates', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      diff 150..155 | syncing | ask
      diff 160..165 | syncing |
      snapshot 159  | live    | snapshot 165
    `);
  });

  it('starts the sync again when more updates wait than may', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      diff 101..101 | syncing | ask
      diff 102..102 | syncing |
      diff 103..103 | syncing |
      diff 104..104 | syncing |
      diff 105..105 | syncing | ask
      snapshot 100  | syncing | ask
      snapshot 104  | live    | snapshot 105
    `);
    expect(bench.kept.waitingOverflows).toBe(1);
    expect(bench.lent).toBe(0);
  });

  it('asks again when the snapshot did not come, but only while it needs one', () => {
    play(spotBookRule, `
      fail          | empty   |
      connect 1     | syncing |
      subscribe     | syncing | ask
      fail          | syncing | ask
      snapshot 5    | live    | snapshot 5
      fail          | live    |
      diff 9..9     | suspect | ask, notice suspect
      fail          | suspect | ask
      disconnect    | stale   |
      fail          | stale   |
    `);
  });

  it('makes nothing of a second add, and of a snapshot nobody needs', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 5    | live    | snapshot 5
      add           | live    |
      snapshot 9    | live    |
      diff 6..6     | live    | update 6..6
    `);
    expect(bench.assembler.books).toHaveLength(1);
    expect([bench.kept.unusedSnapshots, bench.lent]).toEqual([1, 0]);
  });
});

describe('how a live book loses and regains trust', () => {
  it('replays the update that revealed the gap', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      diff 103..105 | suspect | ask, notice suspect
      diff 106..107 | suspect |
      snapshot 104  | live    | snapshot 107!
      diff 108..108 | live    | update 108..108
    `);
    expect(bench.kept.gaps).toBe(1);
  });

  it('is stale by age, says so once, and is live again with the next update', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 10000    | live    |
      wait 1000     | stale   | notice stale
      wait 60000    | stale   |
      diff 101..101 | live    | update 101..101
      wait 9000     | live    |
      diff 102..102 | live    | update 102..102
      wait 9000     | live    |
    `);
  });

  it('is suspect when it has been crossed for longer than a second, because something was lost that no number told', () => {
    const bench = new BookBench(spotBookRule);
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 100, bids: [['10', '1']], asks: [['12', '1']] });
    bench.accept(EventType.BookUpdate, { last: 101, bids: [['12', '1']] });
    expect([bench.kept.state, bench.kept.crossed]).toEqual(['live', 1]);
    bench.clock.advance(500);
    bench.accept(EventType.BookUpdate, { last: 102, bids: [['12', '0']] });
    bench.clock.advance(5_000);
    expect(bench.kept.state).toBe('live');

    bench.accept(EventType.BookUpdate, { last: 103, bids: [['13', '1']] });
    bench.clock.advance(3_000);
    expect([bench.kept.state, bench.kept.crossed, bench.asked.length]).toEqual(['suspect', 2, 2]);
    bench.accept(EventType.BookSnapshot, { last: 103, bids: [['10', '1']], asks: [['12', '1']] });
    expect(bench.kept.state).toBe('live');
    expect(bench.lent).toBe(0);
  });

  it('looks for a gap also while it is stale', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 11000    | stale   | notice stale
      diff 99..100  | stale   |
      diff 105..106 | suspect | ask
      snapshot 106  | live    | snapshot 106!
    `);
  });

  it('is stale when its connection is lost, and starts anew with the next one', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      disconnect    | stale   | notice stale
      disconnect    | stale   |
      connect 2     | syncing |
      subscribe     | syncing | ask
      diff 201..202 | syncing | ask
      snapshot 202  | live    | snapshot 202! e2
      diff 203..203 | live    | update 203..203 e2
    `);
  });

  it('forgets what waited when the connection is lost', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      diff 101..102 | syncing | ask
      disconnect    | stale   |
      connect 2     | syncing |
      diff 201..202 | syncing | ask
      snapshot 200  | live    | snapshot 202! e2
    `);
  });

  it('takes no update between two connections, however late one comes out of a queue', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      disconnect    | stale   | notice stale
      diff 101..101 | stale   |
      diff 105..106 | stale   |
      connect 2     | syncing |
      subscribe     | syncing | ask
    `);
    expect([bench.kept.lateUpdates, bench.lent]).toEqual([2, 0]);
  });

  it('takes no update of a former connection', () => {
    const bench = new BookBench(spotBookRule);
    bench.assembler.connected(bench.stream, 2);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookUpdate, { last: 7, epoch: 1 });
    expect(bench.kept.waiting).toHaveLength(0);
    expect([bench.kept.lateUpdates, bench.lent]).toEqual([1, 0]);
  });

  it('says that it is no longer live when a new connection begins without word of the loss of the old one', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      connect 2     | syncing | notice syncing
      subscribe     | syncing | ask
      snapshot 150  | live    | snapshot 150! e2
    `);
  });

  it('leaves without a notice when the pool is dry; the snapshot that ends it tells of the gap', () => {
    const bench = new BookBench(spotBookRule, {}, 3);
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 10 });
    const held = [bench.pools.tryAcquire('book')!, bench.pools.tryAcquire('book')!, bench.pools.tryAcquire('book')!];
    bench.assembler.disconnected(bench.stream, 'lost');
    expect(bench.sink.events).toHaveLength(1);
    for (const event of held) {
      event.type = EventType.BookUpdate;
      bench.pools.release(event);
    }
    bench.assembler.connected(bench.stream, 2);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 20 });
    expect(bench.sink.events.map(({ gapBefore, epoch }) => [gapBefore, epoch])).toEqual([[false, 1], [true, 2]]);
    expect(bench.lent).toBe(0);
  });

  it('suspects itself when a number does not fit beside those it holds', () => {
    const bench = new BookBench(spotBookRule);
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 10, bids: [['90071992547409.91', '1']] });
    bench.accept(EventType.BookUpdate, { last: 11, bids: [['1.2345', '1']], priceScale: 4 });
    expect(bench.kept.state).toBe('suspect');
    expect(bench.asked).toHaveLength(2);
    bench.accept(EventType.BookSnapshot, { last: 12, bids: [['1.2345', '1']], priceScale: 4 });
    expect(bench.kept.state).toBe('live');
    expect(bench.lent).toBe(0);
  });

  it('starts the sync again when a number that waited does not fit beside the snapshot', () => {
    const bench = new BookBench(spotBookRule);
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookUpdate, { last: 11, asks: [['1.2345', '1']], priceScale: 4 });
    bench.accept(EventType.BookSnapshot, { last: 10, bids: [['1', '1']], asks: [['90071992547409.91', '1']] });
    expect([bench.kept.state, bench.asked.length, bench.sink.events.length, bench.lent]).toEqual(['syncing', 3, 0, 0]);
    bench.accept(EventType.BookSnapshot, { last: 12, bids: [['1', '1']] });
    expect(bench.kept.state).toBe('live');
    expect(bench.kept.book.asks.size).toBe(0);
  });
});

describe('the futures rule', () => {
  it('joins a snapshot inside U..u and then asks that pu is the u before, whatever U says', () => {
    play(futuresBookRule, `
      connect 1         | syncing |
      subscribe         | syncing | ask
      diff 140..145 139 | syncing | ask
      diff 157..160 149 | syncing |
      snapshot 158      | live    | snapshot 160
      diff 171..175 160 | live    | update 171..175
      diff 176..180 175 | live    | update 176..180
      diff 190..195 181 | suspect | ask, notice suspect
    `);
  });

  it('takes an update whose pu is at the snapshot, and one that ends at it', () => {
    play(futuresBookRule, `
      connect 1         | syncing |
      subscribe         | syncing | ask
      snapshot 160      | live    | snapshot 160
      diff 150..155 140 | live    |
      diff 170..175 160 | live    | update 170..175
      diff 170..175 160 | live    |
    `);
    const bench = play(futuresBookRule, `
      connect 1         | syncing |
      subscribe         | syncing | ask
      snapshot 160      | live    | snapshot 160
      diff 157..160 149 | live    |
      diff 171..172 160 | live    | update 171..172
    `);
    // It was applied and ends where the snapshot did: whoever got the snapshot knows it.
    expect([bench.kept.updates, bench.kept.repeats, bench.kept.oldUpdates, bench.lent]).toEqual([2, 1, 0, 0]);
  });

  it.each([
    // U, u, pu, last, first, next
    [150, 155, 149, 160, 'Old', 'Old'],
    [156, 161, 155, 160, 'Apply', 'Gap'],
    [157, 160, 149, 160, 'Apply', 'Old'],
    [170, 175, 160, 160, 'Apply', 'Apply'],
    [170, 175, 159, 160, 'Apply', 'Gap'],
    [170, 175, 161, 160, 'Gap', 'Gap'],
  ] as const)('judges U %i u %i pu %i on a book at %i: first %s, later %s', (first, last, previous, at, asFirst, asNext) => {
    const update = bookEvent(EventType.BookUpdate, streamsOf('book')[0]!, { first, last, previous });
    expect([futuresBookRule.first(update, at), futuresBookRule.next(update, at)]).toEqual([Verdict[asFirst], Verdict[asNext]]);
  });
});

describe('the spot rule', () => {
  it.each([
    [150, 155, 160, 'Old'],
    [150, 160, 160, 'Old'],
    [156, 161, 160, 'Apply'],
    [161, 161, 160, 'Apply'],
    [162, 165, 160, 'Gap'],
  ] as const)('judges U %i u %i on a book at %i: %s', (first, last, at, expected) => {
    const update = bookEvent(EventType.BookUpdate, streamsOf('book')[0]!, { first, last });
    expect([spotBookRule.first(update, at), spotBookRule.next(update, at)]).toEqual([Verdict[expected], Verdict[expected]]);
  });
});

describe('a book that audits itself', () => {
  const refreshing = { refreshMs: 5_000, staleAfterMs: 60_000 };

  it('asks for a snapshot every period and finds itself equal at the same id', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 5000     | live    | ask
      diff 101..101 | live    | update 101..101
      diff 102..103 | live    | update 102..103
      snapshot 101  | live    |
    `, refreshing);
    expect([bench.kept.refreshEqual, bench.kept.refreshDifferent, bench.kept.refreshInconclusive, bench.lent]).toEqual([1, 0, 0, 0]);
  });

  it('compares later when the snapshot is ahead of the book', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 5000     | live    | ask
      snapshot 103  | live    |
      diff 101..102 | live    | update 101..102
      diff 103..104 | live    | update 103..104
    `, refreshing);
    expect(bench.kept.refreshEqual).toBe(1);
  });

  it('compares a quiet book at once', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 5000     | live    | ask
      snapshot 100  | live    |
      wait 4000     | live    |
      wait 1000     | live    | ask
    `, refreshing);
    expect([bench.kept.refreshEqual, bench.lent]).toEqual([1, 0]);
  });

  it('withdraws a book that differs, and comes back through another snapshot', () => {
    const bench = play(spotBookRule, `
      connect 1          | syncing |
      subscribe          | syncing | ask
      snapshot 100       | live    | snapshot 100
      wait 5000          | live    | ask
      snapshot 100 wrong | suspect | ask, notice suspect
      diff 101..101      | suspect | ask
      snapshot 101       | live    | snapshot 101!
    `, refreshing);
    expect([bench.kept.refreshDifferent, bench.kept.moves.suspect, bench.lent]).toEqual([1, 1, 0]);
  });

  it('withdraws a book when the update that makes the ids meet shows the difference', () => {
    const bench = new BookBench(spotBookRule, { waitingMax: 16, ...refreshing });
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 100, bids: [['1', '1'], ['2', '2']] });
    bench.clock.advance(5_000);
    bench.accept(EventType.BookSnapshot, { last: 101, bids: [['1', '1'], ['2', '3']] });
    expect(bench.kept.state).toBe('live');
    bench.accept(EventType.BookUpdate, { first: 101, last: 102, bids: [['1', '7']] });
    expect([bench.kept.state, bench.kept.refreshDifferent, bench.lent]).toEqual(['suspect', 1, 0]);
    expect(bench.sink.events.at(-1)!.quality).toBe(Quality.Suspect);
  });

  it('draws no conclusion from a snapshot that does not join, that did not come, or that took too many updates', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 5000     | live    | ask
      diff 101..101 | live    | update 101..101
      snapshot 90   | live    |
      wait 5000     | live    | ask
      fail          | live    |
      wait 5000     | live    | ask
      diff 102..102 | live    | update 102..102
      diff 103..103 | live    | update 103..103
      diff 104..104 | live    | update 104..104
      diff 105..105 | live    | update 105..105
      diff 106..106 | live    | update 106..106
    `, refreshing);
    expect([bench.kept.refreshInconclusive, bench.kept.refreshDifferent, bench.lent]).toEqual([3, 0, 0]);
  });

  it('compares no further than the snapshot is deep, and sees a level it misses', () => {
    const bench = new BookBench(spotBookRule, refreshing, 16, true, { depth: 2, isRepeatable: true });
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 100, bids: [['3', '1'], ['2', '1'], ['1', '1']] });
    bench.clock.advance(5_000);
    bench.accept(EventType.BookSnapshot, { last: 100, bids: [['3', '1'], ['2', '1']] });
    expect([bench.kept.state, bench.kept.refreshEqual]).toEqual(['live', 1]);
    bench.clock.advance(5_000);
    bench.accept(EventType.BookSnapshot, { last: 100, bids: [['3', '1'], ['2', '1'], ['1', '1'], ['0.5', '1']] });
    expect([bench.kept.state, bench.kept.refreshDifferent]).toEqual(['suspect', 1]);
  });

  it.each(['bids', 'asks'] as const)('sees %s it should not have where the snapshot is the whole side', (side) => {
    const bench = new BookBench(spotBookRule, refreshing, 16, true, { depth: 3, isRepeatable: true });
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 100, [side]: [['3', '1'], ['4', '1'], ['5', '1']] });
    bench.clock.advance(5_000);
    bench.accept(EventType.BookSnapshot, { last: 100, [side]: side === 'bids' ? [['5', '1'], ['4', '1']] : [['3', '1'], ['4', '1']] });
    expect([bench.kept.state, bench.kept.refreshDifferent, bench.lent]).toEqual(['suspect', 1, 0]);
  });

  it('asks for nothing where another snapshot cannot be had', () => {
    const bench = new BookBench(spotBookRule, refreshing, 16, true, { depth: 1_000, isRepeatable: false });
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 100 });
    bench.clock.advance(50_000);
    expect([bench.kept.state, bench.kept.refresh, bench.asked.length]).toEqual(['live', null, 1]);
  });

  it('is alive for as long as it equals a fresh snapshot, however quiet the market is', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 5000     | live    | ask
      snapshot 100  | live    |
      wait 9000     | live    | ask
      snapshot 100  | live    |
      wait 9000     | live    | ask
    `, { refreshMs: 5_000, staleAfterMs: 10_000 });
    expect([bench.kept.refreshEqual, bench.kept.moves.stale]).toEqual([2, 0]);
  });

  it('comes back from its age when it equals a fresh snapshot, and is synced again when it does not', () => {
    const bench = play(spotBookRule, `
      connect 1          | syncing |
      subscribe          | syncing | ask
      snapshot 100       | live    | snapshot 100
      wait 11000         | stale   | notice stale
      wait 1000          | stale   | ask
      fail               | stale   |
      wait 20000         | stale   | ask
      snapshot 100       | live    | snapshot 100!
      wait 11000         | stale   | notice stale
      wait 1000          | stale   | ask
      snapshot 100 wrong | suspect | ask
      snapshot 101       | live    | snapshot 101!
    `, { refreshMs: 20_000, staleAfterMs: 10_000 });
    expect([bench.kept.refreshEqual, bench.kept.refreshDifferent, bench.kept.refreshInconclusive, bench.lent]).toEqual([1, 1, 1, 0]);
  });

  it('asks for no comparison while its connection is lost', () => {
    play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 11000    | stale   | ask, notice stale
      wait 1000     | stale   | ask
      disconnect    | stale   |
      snapshot 100  | stale   |
      wait 60000    | stale   |
    `, { refreshMs: 5_000, staleAfterMs: 10_000 });
  });

  it('compares at one another\'s scales', () => {
    const bench = new BookBench(spotBookRule, refreshing);
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 100, bids: [['3.1', '1.5']], priceScale: 1, quantityScale: 1 });
    bench.clock.advance(5_000);
    bench.accept(EventType.BookSnapshot, { last: 100, bids: [['3.1', '1.5']], priceScale: 8, quantityScale: 4 });
    expect(bench.kept.refreshEqual).toBe(1);
  });

  it('forgets the question when it goes stale by age, and asks again once it is live', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 5000     | live    | ask
      wait 6000     | stale   | notice stale
      snapshot 100  | stale   |
      diff 101..101 | live    | update 101..101
      wait 1000     | live    | ask
      snapshot 101  | live    |
    `, { refreshMs: 5_000, staleAfterMs: 10_000 });
    expect([bench.kept.refreshEqual, bench.lent]).toEqual([1, 0]);
  });

  it('forgets the question when a new connection begins', () => {
    const bench = play(spotBookRule, `
      connect 1     | syncing |
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100
      wait 5000     | live    | ask
      connect 2     | syncing | notice syncing
      subscribe     | syncing | ask
      snapshot 100  | live    | snapshot 100! e2
      snapshot 101  | live    |
    `, refreshing);
    expect([bench.kept.refreshEqual, bench.kept.unusedSnapshots]).toEqual([0, 1]);
  });
});

describe('the doors of the book room', () => {
  it('writes the whole live book down, best level first', () => {
    const bench = new BookBench(spotBookRule);
    const into = eventFor('book') as BookEvent;
    into.stream = bench.stream;
    expect(bench.assembler.writeBook(into)).toBe(false);
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 5, bids: [['1', '1'], ['3', '2']], asks: [['5', '1'], ['4', '0.5']] });
    expect(bench.assembler.writeBook(into)).toBe(true);
    expect([into.type, into.sequenceLast, into.sequencePrevious]).toEqual([EventType.BookSnapshot, 5, -1]);
    expect([levelTexts(into, 'bids'), levelTexts(into, 'asks')]).toEqual([['3:2', '1:1'], ['4:0.5', '5:1']]);
  });

  it('writes down a book that is only stale, for a consumer may get no other before updates go on', () => {
    const bench = new BookBench(spotBookRule);
    bench.assembler.connected(bench.stream, 1);
    bench.assembler.subscribed(bench.stream);
    bench.accept(EventType.BookSnapshot, { last: 5, bids: [['1', '1']] });
    bench.clock.advance(11_000);
    expect(bench.kept.state).toBe('stale');
    const into = eventFor('book') as BookEvent;
    into.stream = bench.stream;
    expect(bench.assembler.writeBook(into)).toBe(true);
    expect(levelTexts(into, 'bids')).toEqual(['1:1']);
    bench.accept(EventType.BookUpdate, { last: 9 });
    expect(bench.kept.state).toBe('suspect');
    expect(bench.assembler.writeBook(into)).toBe(false);
  });

  it('refuses an event of another channel, a stream without a book, and to ask before it was started', () => {
    const bench = new BookBench(spotBookRule);
    expect(() => bench.assembler.accept(trade(streamsOf('trade')[0]!, 1))).toThrow('only book events');
    expect(() => bench.assembler.add(streamsOf('trade')[0]!, spotBookRule, snapshotTerms)).toThrow('only a book stream');
    expect(() => bench.assembler.subscribed(streamsOf('book', 3)[2]!)).toThrow('a stream without a book');
  });

  it('leaves no timer when it is stopped', () => {
    const bench = new BookBench(spotBookRule);
    expect(bench.clock.pendingTimers).toBe(1);
    bench.assembler.stop();
    bench.assembler.stop();
    expect(bench.clock.pendingTimers).toBe(0);
  });
});
