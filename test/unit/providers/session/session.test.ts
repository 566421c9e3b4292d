import { describe, expect, it, vi } from 'vitest';
import type { Feed, ReceivedFrame } from '../../../../internal/providers/session/feed.ts';
import { FrameLedger } from '../../../../internal/providers/session/frame-ledger.ts';
import { AppError } from '../../../../lib/errors/app-error.ts';
import { Random } from '../../../../lib/random/random.ts';
import { errors } from '../../../../schemas/errors.ts';
import { forEverySeed } from '../../../support/property.ts';
import { depthText, SessionBench, tradeText, type SessionBenchOptions } from '../../../support/session-bench.ts';

/** A feed that says what the test says, and writes down what it is asked. */
class HandFeed implements Feed {
  readonly totals = { reconnects: 0, epochs: 0, refusedSubscriptions: [] };
  readonly asked: string[] = [];
  isPaused = false;

  start(): Promise<void> {
    return Promise.resolve();
  }

  requestSnapshot(): void {
    this.asked.push('snapshot');
  }

  onReply(connection: number, requestId: number, refusal: string): void {
    this.asked.push(`reply ${connection} ${requestId} ${refusal}`.trim());
  }

  onFarewell(connection: number): void {
    this.asked.push(`farewell ${connection}`);
  }

  pause(): void {
    this.isPaused = true;
    this.asked.push('pause');
  }

  resume(): void {
    this.isPaused = false;
    this.asked.push('resume');
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function benchOf(options: SessionBenchOptions = {}): { bench: SessionBench; feed: HandFeed; say: (text: string, changes?: Partial<ReceivedFrame>) => void } {
  const bench = new SessionBench(options);
  const feed = new HandFeed();
  bench.session.attach(feed);
  const say = (text: string, changes: Partial<ReceivedFrame> = {}): void =>
    bench.session.onFrame({ connection: 0, epoch: 1, receivedTimeUs: 5, receivedMonotonicMs: bench.manual.monotonicMs(), data: Buffer.from(text), isBinary: false, ...changes });
  return { bench, feed, say };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

/** Every frame in exactly one column; frames that still wait are put in. */
function expectBalance(ledger: FrameLedger, waiting = 0): void {
  expect(ledger.frames).toBe(ledger.events + ledger.control + ledger.ignored + ledger.unknown + ledger.deadLettered + waiting);
}

describe('every frame ends in one column', () => {
  it('counts each kind where it belongs', () => {
    const { bench, feed, say } = benchOf({ symbols: ['BTCUSDT'], channels: ['trade', 'book'] });
    say(tradeText(1));
    say(depthText(1, 2));
    say('{"result":null,"id":1}');
    say('{"e":"serverShutdown","E":5}');
    say(tradeText(1, 'ETHUSDT'));
    say('{"u":5,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}');
    say('{"e":"24hrTicker","s":"BTCUSDT"}');
    say('{"e":"24hrTicker","s":"BTCUSDT"}');
    say('{"e":"trade","s":"BTCUSDT","t":{}}');
    say('nonsense');
    say('\u0000\u0001', { isBinary: true });
    expect(bench.heard).toEqual(['keep BTCUSDT', 'trade BTCUSDT 1', 'bookUpdate BTCUSDT 2']);
    expect(feed.asked).toEqual(['reply 0 1', 'farewell 0']);
    expect(bench.session.ledger).toMatchObject({ frames: 11, events: 2, control: 2, ignored: 2, unknown: 2, deadLettered: 3, decodeErrors: 2, refused: 0 });
    expectBalance(bench.session.ledger);
    expect(Object.fromEntries(bench.session.ledger.unknownKinds)).toEqual({ '24hrTicker': 2 });
    expect(bench.logged.filter((line) => line.startsWith('unknown frame kind'))).toHaveLength(1);
    expect(bench.deadLetters.kept.map(({ reason, data }) => [reason, data.toString()])).toEqual([
      ['decode', '{"e":"trade","s":"BTCUSDT","t":{}}'],
      ['decode', 'nonsense'],
      ['binary frame', '\u0000\u0001'],
    ]);
    expect(bench.tapped).toHaveLength(11);
    expect(bench.lent).toBe(0);
  });

  it('tells a key that vanished from a frame that is merely bad, once by name', () => {
    const { bench, say } = benchOf({ symbols: ['BTCUSDT'] });
    say(tradeText(1).replace('"p":', '"price":'));
    say(tradeText(2).replace('"p":', '"price":'));
    say('{"e":"trade","s":"BTCUSDT","t":{}}');
    say('nonsense');
    expect(bench.session.ledger.decodeErrors).toBe(4);
    expect(Object.fromEntries(bench.session.ledger.drift)).toEqual({ 'trade.p': 2 });
    expect(bench.logged.filter((line) => line.includes('drift'))).toHaveLength(1);
  });

  it('tells how its frames and snapshots were decoded, and counts one that has to wait at each try', () => {
    const { bench, say } = benchOf({ symbols: ['BTCUSDT'], events: 1 });
    say(tradeText(1));
    say(tradeText(2).replace('"s"', '"\\u0073"'));
    say(tradeText(3).replace('"1.5"', '"1,5"'));
    say('nonsense');
    bench.session.onSnapshot(bench.session.streams().find(({ channel }) => channel === 'book')!, Buffer.from('{"lastUpdateId":5,"bids":[],"asks":[]}'), 5);
    expect(bench.session.decoding).toEqual({ kernel: 2, fallback: 1, refused: 2, fallbackReasons: { Escape: 1 }, refusedReasons: { NotJson: 1, Decimal: 1 } });
    bench.holds = true;
    say(tradeText(4));
    say(tradeText(5));
    expect(bench.session.decoding.kernel).toBe(5);
    expect(bench.session.ledger.events).toBe(3);
  });

  it('refuses a frame when the frame pool is dry', async () => {
    const { bench, say } = benchOf({ events: 1, frames: 1 });
    bench.holds = true;
    say(tradeText(1));
    say(tradeText(2));
    say(tradeText(3));
    expect(bench.deadLetters.kept.map(({ reason }) => reason)).toEqual(['frame pool dry']);
    expectBalance(bench.session.ledger, 1);
    bench.giveBack(1);
    await settled();
    expectBalance(bench.session.ledger);
  });

  it('balances for whatever frames arrive, however many wait', async () => {
    const runs: SessionBench[] = [];
    forEverySeed(60, (seed) => {
      const random = new Random(seed);
      const { bench, say } = benchOf({ events: random.integer(1, 4), frames: random.integer(1, 20), symbols: ['BTCUSDT'], channels: ['trade', 'book'] });
      bench.holds = true;
      const texts = [tradeText(1), depthText(1, 1), tradeText(1, 'ETHUSDT'), '{"result":null,"id":1}', '{"e":"x"}', '{', '[]', '{"e":"trade","s":"BTCUSDT"}'];
      for (let i = 0; i < 60; i += 1) {
        const kind = random.integer(0, 20);
        if (kind === 0) bench.giveBack(random.integer(0, 3));
        else if (kind === 1) bench.session.onBroken(new AppError(errors.recordingLine, {}), Buffer.from('x'));
        else if (kind === 2 && bench.session.streams().length > 0) bench.session.onSnapshot(bench.session.streams()[1]!, Buffer.from('{}'), 5);
        else say(random.pick(texts), { isBinary: random.chance(0.05) });
        expectBalance(bench.session.ledger, bench.frames.inUse);
      }
      runs.push(bench);
    });
    for (const bench of runs) {
      bench.holds = false;
      bench.giveBack(bench.taken.length);
      for (let i = 0; i < 5; i += 1) {
        await settled();
        bench.manual.advance(100);
      }
      await settled();
      expectBalance(bench.session.ledger);
      expect(bench.lent).toBe(0);
      expect(bench.session.ledger.deadLettered + bench.session.ledger.badSnapshots + bench.session.ledger.brokenRecords).toBe(bench.deadLetters.total);
      expect(bench.manual.pendingTimers).toBe(0);
    }
  });

  it('tells no more than 64 unknown kinds apart', () => {
    const ledger = new FrameLedger();
    for (let i = 0; i < 100; i += 1) expect(ledger.countUnknown(`kind ${i}`)).toBe(i <= 64);
    expect(ledger.countUnknown('kind 5')).toBe(false);
    expect([ledger.unknownKinds.size, ledger.unknownKinds.get('others'), ledger.unknownKinds.get('kind 5')]).toEqual([65, 36, 2]);
  });
});

describe('a dry event pool', () => {
  it('pauses the feed, and goes on in order when events come back', async () => {
    const { bench, feed, say } = benchOf({ events: 2, channels: ['trade'] });
    bench.holds = true;
    for (let id = 1; id <= 5; id += 1) say(tradeText(id));
    expect([bench.heard.length, feed.asked, bench.frames.inUse]).toEqual([2, ['pause'], 3]);
    bench.giveBack(1);
    await settled();
    say(tradeText(6));
    expect(bench.heard.at(-1)).toBe('trade BTCUSDT 3');
    bench.holds = false;
    bench.giveBack(2);
    await settled();
    expect(bench.heard).toEqual([1, 2, 3, 4, 5, 6].map((id) => `trade BTCUSDT ${id}`));
    expect(feed.asked).toEqual(['pause', 'resume']);
    expect([bench.lent, bench.manual.pendingTimers]).toEqual([0, 0]);
    expectBalance(bench.session.ledger);
  });

  it('refuses a frame after 100 ms, counts it, and lets the next have its turn', async () => {
    const { bench, feed, say } = benchOf({ events: 1, channels: ['trade'] });
    bench.holds = true;
    for (let id = 1; id <= 3; id += 1) say(tradeText(id));
    bench.manual.advance(99);
    await settled();
    expect(bench.session.ledger.refused).toBe(0);
    bench.manual.advance(1);
    await settled();
    expect(bench.session.ledger).toMatchObject({ refused: 1, deadLettered: 1 });
    expect(bench.deadLetters.kept[0]!.detail).toMatch(/^POOL_EXHAUSTED/);
    bench.giveBack(1);
    await settled();
    expect(bench.heard).toEqual(['trade BTCUSDT 1', 'trade BTCUSDT 3']);
    expect([feed.isPaused, bench.frames.inUse]).toEqual([false, 0]);
    expectBalance(bench.session.ledger);
  });

  it('refuses at once what passes the bound of those that wait', async () => {
    const { bench, say } = benchOf({ events: 1, frames: 5_000, channels: ['trade'] });
    bench.holds = true;
    // One is decoded, one is in hand, 4,096 wait.
    for (let id = 1; id <= 4_100; id += 1) say(tradeText(id));
    expect([bench.session.ledger.refused, bench.frames.inUse]).toEqual([2, 4_097]);
    expect(bench.deadLetters.kept[0]!.detail).toBe('more frames wait than may');
    expectBalance(bench.session.ledger, 4_097);
    bench.holds = false;
    bench.giveBack(1);
    await vi.waitFor(() => expect(bench.lent).toBe(0));
    expect(bench.heard).toHaveLength(4_098);
    expectBalance(bench.session.ledger);
  });

  it('leaves nothing when it is stopped while frames wait', async () => {
    const { bench, say } = benchOf({ events: 1, channels: ['trade'] });
    bench.holds = true;
    for (let id = 1; id <= 4; id += 1) say(tradeText(id));
    await bench.session.stop();
    bench.giveBack(1);
    bench.manual.advance(100);
    await settled();
    bench.giveBack(1);
    expect([bench.lent, bench.manual.pendingTimers]).toEqual([0, 0]);
    expectBalance(bench.session.ledger);
    expect(bench.session.ledger.refused).toBeGreaterThanOrEqual(2);
  });

  it('emits nothing after it was stopped', async () => {
    const { bench, say } = benchOf({ events: 1, channels: ['trade'] });
    bench.holds = true;
    for (let id = 1; id <= 3; id += 1) say(tradeText(id));
    await bench.session.stop();
    bench.giveBack(1);
    await settled();
    bench.manual.advance(200);
    await settled();
    expect(bench.heard).toEqual(['trade BTCUSDT 1']);
    expect([bench.lent, bench.session.ledger.refused]).toEqual([0, 2]);
  });
});

describe('the symbols of a session', () => {
  const list = Buffer.from(
    '{"symbols":[{"symbol":"BTCUSDT","baseAsset":"BTC","quoteAsset":"USDT","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01"}]},{"symbol":"ETHUSDT","baseAsset":"ETH","quoteAsset":"USDT"}]}',
  );

  it('are those that were wanted, by either spelling', () => {
    const { bench } = benchOf({ symbols: ['BTC-USDT', 'ETHUSDT'], guesses: false });
    bench.session.onInstruments(list);
    expect([bench.session.streams().length, bench.session.missingSymbols]).toEqual([8, []]);
    expect(bench.heard).toEqual(['keep BTCUSDT', 'keep ETHUSDT']);
  });

  it('are missing where the venue lists none, and the others go on', () => {
    const { bench } = benchOf({ symbols: ['BTC-USDT', 'FOO-BAR'], guesses: false });
    bench.session.onInstruments(list);
    expect([bench.session.missingSymbols, bench.session.streams().length]).toEqual([['FOO-BAR'], 4]);
    expect(bench.logged).toEqual(['the venue lists no such symbol; the others go on p FOO-BAR']);
  });

  it('are an error where none is left', () => {
    const { bench } = benchOf({ symbols: ['FOO-BAR'], guesses: false });
    expect(() => bench.session.onInstruments(list)).toThrow(expect.objectContaining({ code: 'SYMBOL_UNKNOWN' }));
  });

  it('are, for *, those that are traded now; one that is named comes all the same, with a warning', () => {
    const halted = Buffer.from(list.toString().replace('"symbol":"ETHUSDT"', '"symbol":"ETHUSDT","status":"BREAK"').replace('"symbol":"BTCUSDT"', '"symbol":"BTCUSDT","status":"TRADING"'));
    const symbolsOf = (symbols: readonly string[], guesses: boolean): unknown[] => {
      const { bench } = benchOf({ symbols, guesses, channels: ['trade'] });
      bench.session.onInstruments(halted);
      return [bench.session.streams().map(({ instrument }) => instrument.venueSymbol), bench.logged];
    };
    expect(symbolsOf(['*'], false)).toEqual([['BTCUSDT'], []]);
    expect(symbolsOf(['ETH-USDT'], false)).toEqual([['ETHUSDT'], ['the venue does not trade this symbol now p ETH-USDT']]);
    expect(symbolsOf(['*', 'ETHUSDT'], false)).toEqual([['BTCUSDT', 'ETHUSDT'], ['the venue does not trade this symbol now p ETH-USDT']]);
    expect(symbolsOf(['*'], true)).toEqual([['BTCUSDT', 'ETHUSDT'], []]);
  });

  it('are guessed in a recording, which may name them later and more finely', () => {
    const { bench, say } = benchOf({ channels: ['trade', 'book'] });
    say(tradeText(1));
    bench.session.onInstruments(list);
    expect(bench.session.streams()).toHaveLength(4);
    const { instrument } = bench.session.streams()[0]!;
    expect([instrument.venueSymbol, instrument.priceScale]).toEqual(['BTCUSDT', 2]);
    bench.session.onEnd(null);
    expect(bench.ends).toEqual([null]);
  });

  it('that a recording does not have are told of at its end', () => {
    const { bench } = benchOf({ symbols: ['FOO-BAR'] });
    bench.session.onEnd(new AppError(errors.recordingTruncated, {}));
    expect(bench.logged).toEqual(['the recording has no such symbol p FOO-BAR']);
    expect(bench.ends[0]!.code).toBe('RECORDING_TRUNCATED');
  });

  it('are unknown frames where nothing is guessed', () => {
    const { bench, say } = benchOf({ symbols: ['*'], guesses: false });
    say(tradeText(1));
    expect(Object.fromEntries(bench.session.ledger.unknownKinds)).toEqual({ 'symbol BTCUSDT': 1 });
  });
});

describe('what a feed tells', () => {
  it('of its connections goes to the books they carry', () => {
    const { bench } = benchOf({ symbols: ['BTCUSDT', 'ETHUSDT'] });
    for (const symbol of ['BTCUSDT', 'ETHUSDT']) bench.session.symbol(symbol);
    bench.heard.length = 0;
    const [first] = bench.session.streams().filter(({ channel }) => channel === 'book');
    bench.session.onConnected(null, 1);
    bench.session.onSubscribed([first!]);
    bench.session.onDisconnected([first!], 'remote 1006');
    bench.session.onSnapshotFailed(first!, new AppError(errors.snapshotRefused, { status: 500 }));
    bench.session.onSubscriptionRefused(bench.session.streams()[6]!, 'ethusdt@depth', 'no such stream');
    expect(bench.heard).toEqual(['connected BTCUSDT 1', 'connected ETHUSDT 1', 'subscribed BTCUSDT', 'disconnected BTCUSDT', 'no snapshot BTCUSDT', 'refused ETHUSDT']);
    expect(bench.logged.at(-1)).toContain('SUBSCRIPTION_REFUSED');
    expect(bench.logged.at(-1)).toContain('ethusdt@depth');
  });

  it('as a snapshot becomes an event, or word of its failure', () => {
    const { bench } = benchOf({ frames: 1, events: 1, channels: ['book'] });
    bench.session.symbol('BTCUSDT');
    const [stream] = bench.session.streams();
    const taken = [bench.session.onSnapshot(stream!, Buffer.from('{"lastUpdateId":7,"bids":[["1","2"]],"asks":[]}'), 9)];
    taken.push(bench.session.onSnapshot(stream!, Buffer.from('{"code":-1121}'), 9));
    const held = bench.events.tryAcquire('book')!;
    taken.push(bench.session.onSnapshot(stream!, Buffer.from('{"lastUpdateId":8,"bids":[],"asks":[]}'), 9));
    held.type = 4;
    bench.events.release(held);
    const frame = bench.frames.tryAcquire()!;
    taken.push(bench.session.onSnapshot(stream!, Buffer.from('{"lastUpdateId":9,"bids":[],"asks":[]}'), 9));
    bench.frames.release(frame);
    expect(bench.heard).toEqual(['keep BTCUSDT', 'bookSnapshot BTCUSDT 7', 'no snapshot BTCUSDT']);
    expect(taken).toEqual([true, true, false, false]);
    expect(bench.session.ledger).toMatchObject({ frames: 0, deadLettered: 0, decodeErrors: 1, badSnapshots: 1 });
    expectBalance(bench.session.ledger);
    expect(bench.lent).toBe(0);
  });

  it('carries a number of its own from frame to event', () => {
    const { bench, say } = benchOf();
    say(tradeText(1));
    say(tradeText(2));
    const [first, second] = bench.taken;
    expect([first!.traceId, second!.traceId, first!.epoch, first!.receivedTimeUs]).toEqual([2 ** 42 + 1, 2 ** 42 + 2, 1, 5]);
  });
});
