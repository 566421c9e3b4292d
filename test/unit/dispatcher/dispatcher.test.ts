import { describe, expect, it } from 'vitest';
import { Dispatcher, type DispatcherOptions } from '../../../internal/dispatcher/dispatcher.ts';
import { EventPools } from '../../../internal/dispatcher/event-pools.ts';
import type { Route } from '../../../internal/dispatcher/routes.ts';
import type { Subscriber } from '../../../internal/ports/subscriber.ts';
import { InvariantError } from '../../../lib/assert/assert.ts';
import { ManualClock } from '../../../lib/clock/manual-clock.ts';
import { Random } from '../../../lib/random/random.ts';
import { EventType, type BookEvent, type CanonicalEvent, type TickerEvent, type TradeEvent } from '../../../schemas/events/event.ts';
import type { Stream } from '../../../schemas/market/stream.ts';
import { fillBook, fillTrade, streamsOf } from '../../support/events.ts';
import { forEverySeed } from '../../support/property.ts';

const options: DispatcherOptions = { latenessToleranceMs: 150, flushTickMs: 50, heldPerStreamMax: 200, heldMax: 2_048 };
const everything = [{ providers: [], symbols: [], types: [] }];

class Listener implements Subscriber {
  readonly id: string;
  readonly heard: CanonicalEvent[] = [];
  fault: Error | null = null;

  constructor(id: string) {
    this.id = id;
  }

  offer(copy: CanonicalEvent): void {
    if (this.fault !== null) throw this.fault;
    this.heard.push(copy);
  }
}

class DispatcherBench {
  readonly clock = new ManualClock();
  readonly pools: EventPools;
  readonly dispatcher: Dispatcher;
  readonly listener = new Listener('only');
  readonly streams: readonly Stream[] = streamsOf('trade', 3);
  readonly faults: string[] = [];

  constructor(changes: Partial<DispatcherOptions> = {}, tracesLeases = true) {
    this.pools = new EventPools(512, this.clock, tracesLeases);
    this.dispatcher = new Dispatcher({ ...options, ...changes }, this.clock, this.pools, (id, fault) => this.faults.push(`${id}: ${String(fault)}`));
    this.listenTo(this.listener);
  }

  listenTo(...listeners: Listener[]): void {
    this.dispatcher.route(listeners.map((subscriber) => ({ subscriber, subscriptions: everything })));
  }

  trade(id: number, changes: Parameters<typeof fillTrade>[3] & { stream?: number } = {}): void {
    const { stream = 0, ...rest } = changes;
    const event = this.pools.tryAcquire('trade') as TradeEvent;
    this.dispatcher.accept(fillTrade(event, this.streams[stream]!, id, { receivedMonotonicMs: this.clock.monotonicMs(), ...rest }));
  }

  get lent(): number {
    return this.pools.counters().reduce((sum, { inUse }) => sum + inUse, 0);
  }

  /** What was heard: venue sequences, `!` where gapBefore. */
  get heard(): string {
    return this.listener.heard.map(({ sequenceLast, gapBefore }) => `${sequenceLast}${gapBefore ? '!' : ''}`).join(' ');
  }
}

describe('the order of a stream', () => {
  it('lets contiguous events out at once, without a timer', () => {
    const bench = new DispatcherBench();
    for (const id of [7, 8, 9]) bench.trade(id);
    expect(bench.heard).toBe('7 8 9');
    expect([bench.clock.pendingTimers, bench.lent]).toEqual([0, 0]);
    expect(bench.listener.heard.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it('waits 150 ms for what is missing, then goes on with gapBefore', () => {
    const bench = new DispatcherBench();
    bench.trade(1);
    bench.trade(3);
    bench.trade(4);
    expect([bench.heard, bench.dispatcher.heldTotal, bench.clock.pendingTimers]).toEqual(['1', 2, 1]);
    bench.clock.advance(149);
    expect(bench.heard).toBe('1');
    bench.clock.advance(1);
    expect(bench.heard).toBe('1 3! 4');
    expect([bench.dispatcher.heldTotal, bench.clock.pendingTimers, bench.lent]).toEqual([0, 0, 0]);
    expect(bench.dispatcher.orders[0]!.gaps).toBe(1);
  });

  it('puts what arrives within the tolerance in order, without a gap', () => {
    const bench = new DispatcherBench();
    bench.trade(1);
    bench.trade(4);
    bench.trade(3);
    bench.clock.advance(140);
    bench.trade(2);
    expect(bench.heard).toBe('1 2 3 4');
    expect([bench.clock.pendingTimers, bench.lent, bench.dispatcher.orders[0]!.gaps]).toEqual([0, 0, 0]);
  });

  it('goes on waiting for a second hole behind the first', () => {
    const bench = new DispatcherBench();
    bench.trade(1);
    bench.trade(3);
    bench.clock.advance(100);
    bench.trade(6);
    bench.clock.advance(50);
    expect(bench.heard).toBe('1 3!');
    bench.clock.advance(50);
    expect(bench.heard).toBe('1 3!');
    bench.clock.advance(50);
    expect(bench.heard).toBe('1 3! 6!');
    expect([bench.dispatcher.orders[0]!.gaps, bench.clock.pendingTimers]).toEqual([2, 0]);
  });

  it('counts and drops duplicates and what is late, also among those that wait', () => {
    const bench = new DispatcherBench();
    for (const id of [5, 5, 4, 8, 8]) bench.trade(id);
    bench.clock.advance(200);
    bench.trade(6);
    bench.trade(9);
    expect(bench.heard).toBe('5 8! 9');
    const [order] = bench.dispatcher.orders;
    expect([order!.inTotal, order!.outTotal, order!.duplicates, order!.late, order!.heldCount, bench.lent]).toEqual([7, 3, 2, 2, 0, 0]);
  });

  it('drops a waiting event that a wider one has made old', () => {
    const bench = new DispatcherBench();
    bench.trade(1);
    bench.trade(5);
    bench.trade(8);
    bench.trade(6, { sequencePrevious: 1 });
    expect(bench.heard).toBe('1 6');
    expect([bench.dispatcher.heldTotal, bench.dispatcher.orders[0]!.duplicates]).toEqual([1, 1]);
    bench.trade(7);
    expect([bench.heard, bench.clock.pendingTimers, bench.lent]).toEqual(['1 6 7 8', 0, 0]);
  });

  it('passes events without a sequence, in order of arrival, also while others wait', () => {
    const bench = new DispatcherBench();
    bench.trade(1);
    bench.trade(3);
    bench.trade(0, { sequencePrevious: -1 });
    bench.trade(0, { sequencePrevious: -1 });
    expect(bench.heard).toBe('1 0 0');
    bench.trade(2);
    expect(bench.heard).toBe('1 0 0 2 3');
  });

  it('passes a monotone stream that names no predecessor, and drops what does not grow', () => {
    const bench = new DispatcherBench();
    const [stream] = streamsOf('ticker');
    for (const id of [10, 25, 25, 24, 900]) {
      const event = bench.pools.tryAcquire('ticker') as TickerEvent;
      Object.assign(event, { type: EventType.Ticker, stream, sequenceFirst: id, sequenceLast: id, epoch: 1 });
      bench.dispatcher.accept(event);
    }
    expect(bench.heard).toBe('10 25 900');
    expect(bench.clock.pendingTimers).toBe(0);
    expect(bench.dispatcher.orders[0]).toMatchObject({ duplicates: 1, late: 1, gaps: 0 });
  });

  it('lets a snapshot through whatever its number, and goes on from there', () => {
    const bench = new DispatcherBench();
    const stream = streamsOf('book')[0]!;
    const accept = (type: EventType, last: number, previous: number): void => {
      bench.dispatcher.accept(fillBook(bench.pools.tryAcquire('book') as BookEvent, type, stream, { last, previous }));
    };
    accept(EventType.BookSnapshot, 500, -1);
    accept(EventType.BookUpdate, 510, 500);
    accept(EventType.BookUpdate, 530, 520);
    accept(EventType.BookSnapshot, 505, -1);
    accept(EventType.BookUpdate, 507, 505);
    expect(bench.heard).toBe('500 510 505 507');
    bench.clock.advance(200);
    expect(bench.heard).toBe('500 510 505 507 530!');
  });

  it('lets the lowest out when more wait than may in one stream', () => {
    const bench = new DispatcherBench({ heldPerStreamMax: 3 });
    bench.trade(1);
    for (const id of [10, 9, 12]) bench.trade(id);
    expect(bench.heard).toBe('1');
    bench.trade(20);
    expect(bench.heard).toBe('1 9! 10');
    expect(bench.dispatcher.heldTotal).toBe(2);
  });

  it('lets the lowest of the stream out when more wait than may in all streams together', () => {
    const bench = new DispatcherBench({ heldMax: 2 });
    for (const stream of [0, 1, 2]) bench.trade(1, { stream });
    for (const stream of [0, 1, 2]) bench.trade(5, { stream });
    expect(bench.dispatcher.heldTotal).toBe(2);
    expect(bench.heard).toBe('1 1 1 5!');
    bench.clock.advance(200);
    expect(bench.heard).toBe('1 1 1 5! 5! 5!');
    expect([bench.clock.pendingTimers, bench.lent]).toEqual([0, 0]);
  });

  it('lets out what waits and marks the gap when a new life of the connection begins; the numbers may start anywhere', () => {
    const bench = new DispatcherBench();
    bench.trade(10);
    bench.trade(12);
    bench.trade(3, { epoch: 2 });
    bench.trade(4, { epoch: 2 });
    bench.trade(11, { epoch: 1 });
    bench.trade(5, { epoch: 2 });
    expect(bench.heard).toBe('10 12! 3! 4 5');
    expect(bench.dispatcher.orders[0]).toMatchObject({ late: 1, epoch: 2 });
    expect([bench.clock.pendingTimers, bench.lent]).toEqual([0, 0]);
  });

  it('lets everything out on flush, holes marked, and leaves no timer', () => {
    const bench = new DispatcherBench();
    for (const stream of [0, 2]) for (const id of [1, 3, 4, 6]) bench.trade(id, { stream });
    bench.dispatcher.flush();
    expect(bench.heard).toBe('1 1 3! 4 6! 3! 4 6!');
    expect([bench.dispatcher.heldTotal, bench.clock.pendingTimers, bench.lent]).toEqual([0, 0, 0]);
    bench.dispatcher.flush();
  });

  it('refuses an event that already rests in its pool', () => {
    const bench = new DispatcherBench();
    const event = bench.pools.tryAcquire('trade') as TradeEvent;
    fillTrade(event, bench.streams[0]!, 1);
    bench.dispatcher.accept(event);
    expect(() => bench.dispatcher.accept(event)).toThrow('already in its pool');
  });

  it('gives any permutation within the tolerance back sorted and complete', () => {
    forEverySeed(150, (seed) => {
      const random = new Random(seed);
      const bench = new DispatcherBench({}, false);
      const count = random.integer(1, 60);
      bench.trade(0 + 1);
      // Ids 2 .. count, each delayed by less than the tolerance.
      const arrivals = Array.from({ length: count - 1 }, (_, index) => ({ id: index + 2, atMs: index * 5 + random.integer(0, 140) }));
      arrivals.sort((a, b) => a.atMs - b.atMs);
      for (const { id, atMs } of arrivals) {
        bench.clock.advance(Math.max(0, atMs - bench.clock.monotonicMs()));
        bench.trade(id);
        if (random.chance(0.1)) bench.trade(random.integer(1, id));
      }
      expect(bench.heard).toBe(Array.from({ length: count }, (_, index) => index + 1).join(' '));
      expect([bench.clock.pendingTimers, bench.lent]).toEqual([0, 0]);
    });
  });

  it('marks exactly the holes that losses leave, and every event is out, duplicate or late', () => {
    forEverySeed(150, (seed) => {
      const random = new Random(seed);
      const bench = new DispatcherBench({}, false);
      const count = random.integer(2, 80);
      const kept = [1];
      for (let id = 2; id <= count; id += 1) if (!random.chance(0.2)) kept.push(id);
      bench.trade(1);
      for (const id of kept.slice(1)) {
        if (random.chance(0.3)) bench.clock.advance(random.integer(1, 400));
        bench.trade(id);
      }
      bench.clock.advance(200);
      expect(bench.heard).toBe(kept.map((id, index) => `${id}${index > 0 && kept[index - 1] !== id - 1 ? '!' : ''}`).join(' '));
      const [order] = bench.dispatcher.orders;
      expect(order!.inTotal).toBe(order!.outTotal + order!.duplicates + order!.late + order!.heldCount);
      expect([bench.clock.pendingTimers, bench.lent]).toEqual([0, 0]);
    });
  });

  it('keeps each subscriber\'s sequences growing and its books balanced, whatever arrives and when', () => {
    forEverySeed(150, (seed) => {
      const random = new Random(seed);
      const bench = new DispatcherBench({ heldPerStreamMax: 4, heldMax: 6 }, false);
      let epoch = 1;
      for (let i = 0; i < 150; i += 1) {
        if (random.chance(0.02)) epoch += 1;
        const life = random.chance(0.05) ? Math.max(1, epoch - 1) : epoch;
        bench.trade(random.integer(1, 40), { stream: random.integer(0, 2), epoch: life });
        if (random.chance(0.2)) bench.clock.advance(random.integer(1, 120));
        expect(bench.dispatcher.heldTotal).toBe(bench.lent);
        expect(bench.dispatcher.heldTotal).toBeLessThanOrEqual(6);
        expect(bench.clock.pendingTimers).toBe(bench.dispatcher.heldTotal > 0 ? 1 : 0);
      }
      bench.dispatcher.flush();
      expect([bench.clock.pendingTimers, bench.lent]).toEqual([0, 0]);
      for (const order of bench.dispatcher.orders) {
        const heard = bench.listener.heard.filter(({ stream }) => stream === order.stream);
        expect(heard.map(({ sequence }) => sequence)).toEqual(heard.map((_, index) => index + 1));
        for (let i = 1; i < heard.length; i += 1) {
          const [before, event] = [heard[i - 1]!, heard[i]!];
          if (event.epoch === before.epoch) expect(event.sequenceLast).toBeGreaterThan(before.sequenceLast);
          else expect(event.epoch).toBeGreaterThan(before.epoch);
          expect(event.gapBefore).toBe(event.epoch !== before.epoch || event.sequencePrevious > before.sequenceLast);
        }
        expect(order.inTotal).toBe(order.outTotal + order.duplicates + order.late);
      }
    });
  });
});

describe('fan-out', () => {
  it.each([0, 1, 3])('returns the original exactly once with %i subscribers, and each copy is its own', (count) => {
    const bench = new DispatcherBench();
    const listeners = Array.from({ length: count }, (_, index) => new Listener(`l${index}`));
    bench.listenTo(...listeners);
    bench.trade(1);
    const trades = bench.pools.counters()[0]!;
    expect([trades.acquired, trades.released, bench.lent]).toEqual([1, 1, 0]);
    const copies = listeners.map(({ heard }) => heard[0] as TradeEvent);
    for (const copy of copies) expect([copy.pooled, copy.payload.tradeId, copy.sequence]).toEqual([false, 1, 1]);
    if (count < 2) return;
    copies[0]!.payload.tradeId = 99;
    copies[0]!.gapBefore = true;
    expect([copies[1]!.payload.tradeId, copies[1]!.gapBefore, copies[1]!.payload === copies[2]!.payload]).toEqual([1, false, false]);
  });

  it('passes a broken invariant on, after the others have their copies and the original is back', () => {
    const bench = new DispatcherBench();
    const broken = new Listener('broken');
    const healthy = new Listener('healthy');
    broken.fault = new InvariantError('object released twice');
    bench.listenTo(broken, healthy);
    expect(() => bench.trade(1)).toThrow(broken.fault);
    expect([healthy.heard.length, bench.faults, bench.lent]).toEqual([1, [], 0]);
  });

  it('goes on with the others when a subscriber throws, and tells of it', () => {
    const bench = new DispatcherBench();
    const [first, broken, last] = [new Listener('first'), new Listener('broken'), new Listener('last')];
    broken.fault = new Error('full');
    bench.listenTo(first, broken, last);
    bench.trade(1);
    bench.trade(2);
    expect([first.heard.length, last.heard.length, bench.lent]).toEqual([2, 2, 0]);
    expect(bench.faults).toEqual(['broken: Error: full', 'broken: Error: full']);
  });

  it('raises the routing version with every change, and the next event follows it', () => {
    const bench = new DispatcherBench();
    const version = bench.dispatcher.routingVersion;
    bench.trade(1);
    const other = new Listener('other');
    expect(bench.dispatcher.route([{ subscriber: other, subscriptions: everything }])).toBe(version + 1);
    bench.trade(2);
    expect([bench.listener.heard.length, other.heard.length, bench.dispatcher.routingVersion]).toEqual([1, 1, version + 1]);
  });

  it.each([
    // providers, symbols, types, whether S0-USDT trades of "venue" are delivered
    [[], [], [], true],
    [['venue'], [], [], true],
    [['other'], [], [], false],
    [['*'], ['*'], ['*'], true],
    [[], ['S0-USDT'], [], true],
    [[], ['S0USDT'], [], true],
    [[], ['s0-usdt'], [], false],
    [[], ['S1-USDT'], [], false],
    [[], [], ['trade'], true],
    [[], [], ['book', 'kline'], false],
    [['venue'], ['S1-USDT', 'S0-USDT'], ['ticker', 'trade'], true],
    [['venue'], ['S0-USDT'], ['ticker'], false],
  ])('routes providers %j, symbols %j, types %j: %s', (providers, symbols, types, expected) => {
    const bench = new DispatcherBench();
    bench.dispatcher.route([{ subscriber: bench.listener, subscriptions: [{ providers, symbols, types }] }]);
    bench.trade(1);
    expect(bench.listener.heard.length).toBe(expected ? 1 : 0);
    expect(bench.lent).toBe(0);
  });

  it('delivers once what fits several entries, and nothing to who wants nothing', () => {
    const bench = new DispatcherBench();
    const idle = new Listener('idle');
    const routes: Route[] = [
      { subscriber: bench.listener, subscriptions: [...everything, ...everything] },
      { subscriber: idle, subscriptions: [] },
    ];
    bench.dispatcher.route(routes);
    bench.trade(1);
    expect([bench.listener.heard.length, idle.heard.length]).toEqual([1, 0]);
  });
});
