import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BookAssembler } from '../../../../internal/book/assembler.ts';
import { binanceVenue } from '../../../../internal/providers/binance/provider.ts';
import { LiveFeed } from '../../../../internal/providers/session/live-feed.ts';
import { RestBudgets } from '../../../../internal/providers/session/rest-budgets.ts';
import type { VenueLimits } from '../../../../internal/providers/session/venue.ts';
import { startSimulatedExchange } from '../../../../internal/sim/exchange.ts';
import { systemClock } from '../../../../lib/clock/system-clock.ts';
import type { HttpReply } from '../../../../lib/http/server.ts';
import type { TokenBucket } from '../../../../lib/http/token-bucket.ts';
import { silentLogger } from '../../../../lib/log/logger.ts';
import { Random } from '../../../../lib/random/random.ts';
import { EventType, isBook, Quality } from '../../../../schemas/events/event.ts';
import { linesOf, NaiveBook } from '../../../support/events.ts';
import { depthText, SessionBench, tradeText, type SessionBenchOptions } from '../../../support/session-bench.ts';
import { HandVenue } from './hand-venue.ts';


let hand = new HandVenue();
let stops: (() => Promise<void>)[] = [];
let restBudget: TokenBucket | null = null;

beforeEach(() => {
  hand = new HandVenue();
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await hand.stop();
});

interface Joined {
  readonly bench: SessionBench;
  readonly feed: LiveFeed;
  readonly errors: string[];
  /** Lets the clock of the feed and the sockets go on until it holds. */
  until(holds: () => boolean): Promise<void>;
}

async function join(options: SessionBenchOptions & { limits?: Partial<VenueLimits> } = {}): Promise<Joined> {
  const bench = new SessionBench({ guesses: false, symbols: ['BTCUSDT'], channels: ['trade', 'book'], ...options });
  const spot = binanceVenue('spot');
  const errors: string[] = [];
  const addresses = await hand.listen();
  const budget = new RestBudgets(bench.manual).of(addresses.restUrl, 6_000);
  restBudget = budget;
  const feed = new LiveFeed({ ...addresses, budget }, { ...spot, limits: { ...spot.limits, ...options.limits } }, bench.session, () => bench.session.streams(), bench.manual, new Random(1), {
    onRest: (url) => bench.tapped.push(`rest ${url.replace(/:\d+/, '')}`),
    onOpen: (connection, url) => bench.tapped.push(`open ${connection} ${url.replace(/:\d+/, '')}`),
    onError: (error) => errors.push(error.code),
  });
  bench.session.attach(feed);
  stops.push(() => bench.session.stop());
  const until = async (holds: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 60_000; turn += 1) {
      if (holds()) return;
      bench.manual.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`never held: ${String(holds)}; heard ${bench.heard.join(', ')}; asked ${hand.asked.join(', ')}`);
  };
  return { bench, feed, errors, until };
}

/** With a real book room behind the session. */
async function joinBooks(options: SessionBenchOptions & { limits?: Partial<VenueLimits> } = {}): Promise<Joined & { assembler: BookAssembler }> {
  let assembler: BookAssembler | null = null;
  const joined = await join({
    ...options,
    books: (room) => {
      assembler = new BookAssembler({ waitingMax: 4_096, staleAfterMs: 600_000, refreshMs: 0, audits: false }, room.manual, silentLogger, room.events, room);
      return assembler;
    },
  });
  assembler!.start(joined.feed);
  return { ...joined, assembler: assembler! };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

const count = (bench: SessionBench, line: string): number => bench.heard.filter((heard) => heard === line).length;

describe('a live feed', () => {
  it('learns the instruments, connects, subscribes and delivers', async () => {
    const { bench, feed, until } = await join();
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    expect(bench.heard).toEqual(['keep BTCUSDT', 'connected BTCUSDT 1', 'subscribed BTCUSDT']);
    expect(hand.asked).toEqual(['0 btcusdt@trade,btcusdt@depth@100ms']);
    hand.peers[0]!.send(`{"stream":"btcusdt@trade","data":${tradeText(7)}}`);
    await until(() => count(bench, 'trade BTCUSDT 7') === 1);
    expect(bench.taken[0]).toMatchObject({ epoch: 1, receivedTimeUs: expect.any(Number) });
    expect(bench.tapped.slice(0, 2)).toEqual(['rest http://127.0.0.1/api/v3/exchangeInfo', 'open 0 ws://127.0.0.1/stream']);
    expect(feed.totals).toEqual({ reconnects: 0, epochs: 1, refusedSubscriptions: [] });
  });

  it('leaves no timer and no socket when it is stopped, and stops twice', async () => {
    const { bench, feed, until } = await join();
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    feed.requestSnapshot(bench.session.streams()[1]!);
    await bench.session.stop();
    await feed.stop();
    await until(() => hand.openCount === 0);
    expect([bench.manual.pendingTimers, bench.lent]).toEqual([0, 0]);
    const heard = bench.heard.length;
    await turns(50);
    expect(bench.heard).toHaveLength(heard);
  });

  it('begins a new epoch and subscribes again after its connection was cut', async () => {
    const { bench, feed, until } = await join();
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    hand.peers[0]!.terminate();
    await until(() => count(bench, 'subscribed BTCUSDT') === 2);
    expect(bench.heard.slice(1)).toEqual(['connected BTCUSDT 1', 'subscribed BTCUSDT', 'disconnected BTCUSDT', 'connected BTCUSDT 2', 'subscribed BTCUSDT']);
    hand.peers[1]!.send(tradeText(9));
    await until(() => count(bench, 'trade BTCUSDT 9') === 1);
    expect([bench.taken[0]!.epoch, feed.totals]).toEqual([2, { reconnects: 1, epochs: 2, refusedSubscriptions: [] }]);
  });

  it('gets its snapshots, and tells of those it does not get', async () => {
    const { bench, feed, until } = await join();
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    const book = bench.session.streams()[1]!;
    feed.requestSnapshot(book);
    await until(() => count(bench, 'bookSnapshot BTCUSDT 100') === 1);
    expect(bench.tapped.at(-1)).toBe('rest http://127.0.0.1/api/v3/depth?symbol=BTCUSDT&limit=1000');
    hand.depth = () => ({ status: 400, body: '{"code":-1121,"msg":"Invalid symbol."}' });
    feed.requestSnapshot(book);
    await until(() => count(bench, 'no snapshot BTCUSDT') === 1);
    expect(bench.logged.some((line) => line.includes('Invalid symbol'))).toBe(true);
  });

  it('does not start without a list of instruments, or without any of its symbols', async () => {
    const { feed, until } = await join({ symbols: ['FOOBAR'] });
    hand.exchangeInfo = () => ({ status: 403, body: 'blocked' });
    let outcome = '';
    void feed.start().catch((error: { code: string }) => (outcome = error.code));
    await until(() => outcome !== '');
    expect(outcome).toBe('INSTRUMENTS_REFUSED');
    hand.exchangeInfo = () => ({ status: 200, body: '{"symbols":[]}' });
    outcome = '';
    void feed.start().catch((error: { code: string }) => (outcome = error.code));
    await until(() => outcome !== '');
    expect([outcome, hand.peers.length]).toEqual(['SYMBOL_UNKNOWN', 0]);
  });

  it.each([
    ['with the number of the request', (id: number) => `{"error":{"code":2,"msg":"no such stream"},"id":${id}}`],
    ['without it, as the venue documents', () => '{"code":2,"msg":"Invalid request: no such stream"}'],
  ])('goes on with the others when a subscription is refused %s', async (_, refusal) => {
    hand.answer = (__, names, id) => (names.some((name) => name.startsWith('eth')) ? refusal(id) : `{"result":null,"id":${id}}`);
    const { bench, feed, until } = await join({ symbols: ['BTCUSDT', 'ETHUSDT'], channels: ['trade'] });
    await feed.start();
    await until(() => bench.logged.some((line) => line.includes('SUBSCRIPTION_REFUSED')));
    hand.peers[0]!.send(tradeText(3));
    await until(() => count(bench, 'trade BTCUSDT 3') === 1);
    expect(hand.asked).toEqual(['0 btcusdt@trade,ethusdt@trade', '0 btcusdt@trade', '0 ethusdt@trade']);
    expect(bench.logged.find((line) => line.includes('SUBSCRIPTION_REFUSED'))).toContain('ethusdt@trade');
    expect(feed.totals).toEqual({ reconnects: 0, epochs: 1, refusedSubscriptions: ['ethusdt@trade'] });
  });

  it('has no book of a stream that was refused', async () => {
    hand.answer = (_, names, id) => (names.some((name) => name === 'ethusdt@depth@100ms') ? `{"error":{"code":2,"msg":"no"},"id":${id}}` : `{"result":null,"id":${id}}`);
    const { assembler, feed, until } = await joinBooks({ symbols: ['BTCUSDT', 'ETHUSDT'], channels: ['book'] });
    await feed.start();
    await until(() => assembler.books[0]?.state === 'live');
    await turns(50);
    expect(assembler.books.map(({ state, snapshots }) => [state, snapshots])).toEqual([['live', 1], ['empty', 0]]);
    expect(feed.totals.refusedSubscriptions).toEqual(['ethusdt@depth@100ms']);
  });

  it('builds no book from a snapshot that was asked for over a former connection', async () => {
    const answers: ((reply: HttpReply) => void)[] = [];
    hand.depth = () => new Promise((resolve) => answers.push(resolve));
    const snapshot = (last: number): HttpReply => ({ status: 200, body: `{"lastUpdateId":${last},"bids":[["1","${last}"]],"asks":[]}` });
    const { assembler, feed, until } = await joinBooks({ channels: ['book'] });
    await feed.start();
    await until(() => answers.length === 1);
    hand.peers[0]!.terminate();
    await until(() => hand.asked.length === 2);
    answers[0]!(snapshot(100));
    await until(() => answers.length === 2);
    await turns(50);
    expect([assembler.books[0]!.state, assembler.books[0]!.snapshots]).toEqual(['syncing', 0]);
    answers[1]!(snapshot(150));
    await until(() => assembler.books[0]!.state === 'live');
    expect([assembler.books[0]!.sequenceFirst, feed.totals.epochs]).toEqual([150, 2]);
  });

  it('tells that there was no snapshot when the pools have no room for it', async () => {
    const { bench, feed, until } = await join({ channels: ['book'], frames: 1 });
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    const held = bench.frames.tryAcquire()!;
    feed.requestSnapshot(bench.session.streams()[0]!);
    await until(() => count(bench, 'no snapshot BTCUSDT') === 1);
    bench.frames.release(held);
    feed.requestSnapshot(bench.session.streams()[0]!);
    await until(() => count(bench, 'bookSnapshot BTCUSDT 100') === 1);
  });

  it('spends one budget with another feed behind the same address', async () => {
    const { bench, feed, until } = await join();
    const budgets = new RestBudgets(bench.manual);
    expect(budgets.of('https://a', 6_000)).toBe(budgets.of('https://a', 1_200));
    expect(budgets.of('https://b', 1_200)).not.toBe(budgets.of('https://a', 6_000));
    expect([budgets.of('https://a', 6_000).available, budgets.of('https://b', 1_200).available]).toEqual([5_400, 1_080]);
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    expect(restBudget!.available).toBe(5_400 - 20);
  });

  it('connects again when a subscription is not answered', async () => {
    hand.answer = (peer, _, id) => (peer === hand.peers[0] ? '' : `{"result":null,"id":${id}}`);
    const { bench, feed, until } = await join({ limits: { subscribeTimeoutMs: 500 } });
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    expect(bench.heard.slice(1)).toEqual(['connected BTCUSDT 1', 'disconnected BTCUSDT', 'connected BTCUSDT 2', 'subscribed BTCUSDT']);
    expect(bench.logged.some((line) => line.includes('a subscription was not answered'))).toBe(true);
  });

  it('gives nothing up while it is paused', async () => {
    const { bench, feed, until } = await join({ channels: ['trade'] });
    await feed.start();
    await until(() => bench.tapped.some((line) => line.includes('"id":1')));
    feed.pause();
    await turns(20);
    for (let id = 1; id <= 50; id += 1) hand.peers[0]!.send(tradeText(id));
    await turns(50);
    expect(bench.heard.length).toBeLessThan(50);
    feed.resume();
    await until(() => count(bench, 'trade BTCUSDT 50') === 1);
    expect(bench.heard).toEqual(Array.from({ length: 50 }, (_, index) => `trade BTCUSDT ${index + 1}`));
  });
});

describe('a connection that comes of age', () => {
  it.each([
    ['before the venue cuts it', 5_000, ''],
    ['when the venue announces the cut', 1e9, '{"e":"serverShutdown","E":5}'],
  ])('gets a successor %s, without a new epoch and without a loss', async (_, lifetimeMs, farewell) => {
    // The answer to the successor is faster than what the old connection still has on its way.
    hand.answer = (peer, __, id) => {
      if (peer === hand.peers[1]) setImmediate(() => hand.peers[0]!.send(tradeText(5)));
      return `{"result":null,"id":${id}}`;
    };
    const { bench, feed, until } = await join({ limits: { lifetimeMs } });
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    hand.peers[0]!.send(tradeText(4));
    if (farewell !== '') hand.peers[0]!.send(farewell);
    await until(() => count(bench, 'subscribed BTCUSDT') === 2);
    hand.peers[1]!.send(tradeText(6));
    await until(() => count(bench, 'trade BTCUSDT 6') === 1);
    await until(() => hand.openCount === 1);
    expect(hand.peers).toHaveLength(2);
    expect([4, 5, 6].map((id) => count(bench, `trade BTCUSDT ${id}`))).toEqual([1, 1, 1]);
    expect(bench.heard.filter((line) => line.includes('connected'))).toEqual(['connected BTCUSDT 1']);
    expect(new Set(bench.taken.map(({ epoch }) => epoch))).toEqual(new Set([1]));
    expect(feed.totals).toEqual({ reconnects: 0, epochs: 1, refusedSubscriptions: [] });
    await bench.session.stop();
    await until(() => hand.openCount === 0);
    expect(bench.manual.pendingTimers).toBe(0);
  });

  it('is not missed when the venue cuts it while it is only heard for what is left', async () => {
    const { bench, feed, until } = await join({ limits: { lifetimeMs: 5_000 } });
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 2);
    expect(hand.openCount).toBe(2);
    hand.peers[0]!.terminate();
    await until(() => hand.openCount === 1);
    bench.manual.advance(2_000);
    await turns(100);
    expect([hand.peers.length, feed.totals]).toEqual([2, { reconnects: 0, epochs: 1, refusedSubscriptions: [] }]);
    expect(bench.heard.filter((line) => line.includes('connected'))).toEqual(['connected BTCUSDT 1']);
  });

  it('is heard no more, in both its lives, when the feed is stopped', async () => {
    const { bench, feed, until } = await join({ limits: { lifetimeMs: 5_000 } });
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 2);
    feed.pause();
    feed.resume();
    await bench.session.stop();
    await until(() => hand.openCount === 0);
    expect([bench.manual.pendingTimers, hand.peers.length]).toEqual([0, 2]);
  });

  it('begins a new epoch when it is lost before its successor is ready', async () => {
    let mayAnswer = false;
    hand.answer = (peer, _, id) => (peer === hand.peers[0] || mayAnswer ? `{"result":null,"id":${id}}` : '');
    const { bench, feed, until } = await join({ limits: { lifetimeMs: 2_000, subscribeTimeoutMs: 1_000 } });
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 1);
    await until(() => hand.peers.length === 2);
    hand.peers[0]!.terminate();
    await until(() => count(bench, 'disconnected BTCUSDT') === 1);
    mayAnswer = true;
    await until(() => count(bench, 'subscribed BTCUSDT') >= 2);
    const lives = bench.heard.filter((line) => line.startsWith('connected') || line.startsWith('disconnected') || line.startsWith('subscribed'));
    expect(lives.slice(0, 3)).toEqual(['connected BTCUSDT 1', 'subscribed BTCUSDT', 'disconnected BTCUSDT']);
    expect(feed.totals.epochs).toBeGreaterThanOrEqual(2);
    expect(feed.totals.reconnects).toBeGreaterThanOrEqual(1);
  });
});

describe('a venue that says goodbye', () => {
  const farewell = '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":5}}';

  it('to every new connection is not stormed', async () => {
    hand.answer = (peer, _, id) => {
      setImmediate(() => peer.send(farewell));
      return `{"result":null,"id":${id}}`;
    };
    const { bench, feed, until } = await join({ channels: ['trade'] });
    await feed.start();
    await until(() => hand.peers.length === 2);
    for (let second = 0; second < 59; second += 1) {
      bench.manual.advance(1_000);
      await turns(10);
      for (const peer of hand.peers) peer.send('{"e":"serverShutdown","E":5}');
    }
    expect([hand.peers.length, hand.openCount]).toEqual([2, 1]);
    await until(() => hand.peers.length === 3);
  });

  it('before it answered gets no successor for that connection', async () => {
    hand.answer = (peer, _, id) => {
      peer.send(farewell);
      return peer === hand.peers[0] ? '' : `{"result":null,"id":${id}}`;
    };
    const { bench, feed, until } = await join({ channels: ['trade'] });
    await feed.start();
    await until(() => bench.tapped.some((line) => line.includes('serverShutdown')));
    await turns(100);
    expect(hand.peers).toHaveLength(1);
  });

  it('on more connections than may be made gets as many successors as may', async () => {
    const { bench, feed, until } = await join({ channels: ['trade', 'book'], limits: { connectsPerFiveMinutesMax: 4, silenceMs: 1e9 } });
    await feed.start();
    await until(() => hand.asked.length === 1);
    await turns(20);
    hand.peers[0]!.send(farewell);
    await until(() => hand.peers.length === 2);
    await until(() => hand.openCount === 1);
    bench.manual.advance(61_000);
    hand.peers[1]!.send(farewell);
    await turns(100);
    bench.manual.advance(61_000);
    await turns(100);
    expect(hand.peers).toHaveLength(2);
    for (let minute = 0; minute < 4; minute += 1) {
      bench.manual.advance(61_000);
      await turns(100);
    }
    expect(hand.peers.length).toBeGreaterThan(2);
  });
});

describe('a renewed connection', () => {
  it.each([30, 3_000])('hands %i held frames over while events come back slowly, and loses none', async (count) => {
    const { bench, feed, until } = await join({ channels: ['trade'], events: 8, frames: 400, limits: { lifetimeMs: 5_000, silenceMs: 1e9 } });
    await feed.start();
    await until(() => hand.asked.length === 2);
    const opened = bench.tapped.length;
    await until(() => bench.tapped.length > opened);
    for (let id = 1; id <= count; id += 1) hand.peers[1]!.send(`{"stream":"btcusdt@trade","data":${tradeText(id)}}`);
    await turns(300);
    bench.holds = true;
    for (let turn = 0; turn < 40_000 && bench.heard.length < count; turn += 1) {
      bench.manual.advance(1);
      if (turn % 5 === 0 && bench.taken.length > 0) bench.giveBack(4);
      await turns(1);
    }
    expect([bench.heard.length, bench.session.ledger.refused]).toEqual([count, 0]);
  });

  const depth = (id: number): string => `{"stream":"btcusdt@depth@100ms","data":${depthText(id, id)}}`;

  it('is seamless for a book, although the old one lags behind the new one', async () => {
    const { bench, assembler, feed, until } = await joinBooks({ channels: ['book'] });
    await feed.start();
    await until(() => assembler.books[0]?.state === 'live');
    // Update n is made at 25 n ms; the new connection has it at once, the old one 40 ms later.
    const startMs = bench.manual.monotonicMs();
    let madeLast = 100;
    let oldLast = 100;
    const go = (): boolean => {
      const made = 100 + Math.floor((bench.manual.monotonicMs() - startMs) / 25);
      const old = 100 + Math.floor((bench.manual.monotonicMs() - startMs - 40) / 25);
      for (; madeLast < made; madeLast += 1) if (hand.asked.length > 1) hand.peers[1]!.send(depth(madeLast + 1));
      for (; oldLast < old; oldLast += 1) {
        hand.peers[0]!.send(depth(oldLast + 1));
        if (oldLast === 110) hand.peers[0]!.send('{"e":"serverShutdown","E":5}');
      }
      return assembler.books[0]!.book.last >= 180;
    };
    await until(go);
    expect(hand.peers).toHaveLength(2);
    expect(assembler.books[0]).toMatchObject({ state: 'live', gaps: 0, snapshots: 1, updates: assembler.books[0]!.book.last - 100 });
    expect(assembler.books[0]!.moves.suspect).toBe(0);
  });

  it('gives what it holds at once when the old one is cut, and nothing while the feed is paused', async () => {
    const { bench, feed, until } = await join({ channels: ['trade'], limits: { lifetimeMs: 5_000 } });
    await feed.start();
    await until(() => hand.asked.length === 2);
    const tapped = bench.tapped.length;
    await until(() => bench.tapped.length > tapped);
    hand.peers[1]!.send(`{"stream":"btcusdt@trade","data":${tradeText(7)}}`);
    await turns(20);
    expect(count(bench, 'trade BTCUSDT 7')).toBe(0);
    feed.pause();
    hand.peers[0]!.terminate();
    bench.manual.advance(2_000);
    await turns(20);
    expect(count(bench, 'trade BTCUSDT 7')).toBe(0);
    feed.resume();
    await until(() => count(bench, 'trade BTCUSDT 7') === 1);
    hand.peers[1]!.send(`{"stream":"btcusdt@trade","data":${tradeText(8)}}`);
    await until(() => count(bench, 'trade BTCUSDT 8') === 1);
    expect(feed.totals).toMatchObject({ reconnects: 0, epochs: 1 });
  });

  it('that is lost while it holds frames begins a new epoch, and another after that', async () => {
    const { bench, feed, until } = await join({ channels: ['trade', 'book'], limits: { lifetimeMs: 5_000 } });
    await feed.start();
    await until(() => count(bench, 'subscribed BTCUSDT') === 2);
    hand.peers[1]!.send(`{"stream":"btcusdt@trade","data":${tradeText(7)}}`);
    await turns(20);
    hand.peers[1]!.terminate();
    await until(() => count(bench, 'connected BTCUSDT 2') === 1);
    await until(() => count(bench, 'subscribed BTCUSDT') === 3);
    hand.peers[2]!.send(`{"stream":"btcusdt@trade","data":${tradeText(9)}}`);
    await until(() => count(bench, 'trade BTCUSDT 9') === 1);
    expect(bench.taken.at(-1)!.epoch).toBe(2);
    expect(feed.totals).toMatchObject({ reconnects: 1, epochs: 2 });
  });
});

describe('the whole way from a simulated venue to honest books', () => {
  it.each(['spot', 'usdm'] as const)('on %s, through a cut of all connections', async (market) => {
    const symbols = ['BTCUSDT', 'ETHUSDT'];
    const exchange = await startSimulatedExchange({ venue: 'binance', market, seed: 7, symbols, eventsPerSecond: 2_000 });
    stops.push(() => exchange.stop());
    const consumers = new Map<number, NaiveBook>();
    let assembler: BookAssembler | null = null;
    const bench = new SessionBench({
      clock: systemClock,
      market,
      symbols,
      guesses: false,
      channels: ['book', 'trade'],
      books: (room) => {
        const options = { waitingMax: 4_096, staleAfterMs: 60_000, refreshMs: 0, audits: false };
        assembler = new BookAssembler(options, systemClock, silentLogger, room.events, room);
        return assembler;
      },
    });
    const { wsUrl, restUrl } = exchange;
    const budget = new RestBudgets(systemClock).of(restUrl, 6_000);
    const feed = new LiveFeed({ wsUrl, restUrl, budget }, binanceVenue(market), bench.session, () => bench.session.streams(), systemClock, new Random(3), {
      onRest: () => undefined,
      onOpen: () => undefined,
      onError: () => undefined,
    });
    bench.session.attach(feed);
    stops.push(() => bench.session.stop());
    assembler!.start(feed);
    await feed.start();
    const isLive = (): boolean => assembler!.books.length === 2 && assembler!.books.every(({ state }) => state === 'live');
    await waitFor(isLive);
    expect(exchange.disconnectAll()).toBeGreaterThan(0);
    await waitFor(() => !isLive());
    await waitFor(isLive);
    exchange.stopMarket();
    const wanted = symbols.map((symbol) => exchange.book(symbol));
    await waitFor(() => assembler!.books.every(({ book, stream }) => book.last === wanted.find(({ symbol }) => symbol === stream.instrument.venueSymbol)!.updateId));
    for (const event of bench.taken) {
      if (!isBook(event)) continue;
      const consumer = consumers.get(event.stream.id) ?? new NaiveBook();
      consumers.set(event.stream.id, consumer);
      consumer.apply(event);
    }
    for (const { stream } of assembler!.books) {
      const truth = wanted.find(({ symbol }) => symbol === stream.instrument.venueSymbol)!;
      const lines = linesOf(new Map(truth.bids), new Map(truth.asks));
      expect(consumers.get(stream.id)!.lines()).toEqual(lines);
      expect(consumers.get(stream.id)!.isTrusted).toBe(true);
      const notices = bench.taken.filter((event) => event.stream === stream && event.quality === Quality.Stale);
      const snapshots = bench.taken.filter((event) => event.stream === stream && event.type === EventType.BookSnapshot);
      expect([notices.length, snapshots.length, snapshots[1]!.gapBefore]).toEqual([1, 2, true]);
    }
    expect(feed.totals).toMatchObject({ reconnects: market === 'usdm' ? 2 : 1 });
    assembler!.stop();
    await bench.session.stop();
    expect([bench.lent, bench.session.ledger.deadLettered]).toEqual([0, 0]);
  });
});

async function waitFor(holds: () => boolean): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + 30_000;
  while (!holds()) {
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`never held: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

