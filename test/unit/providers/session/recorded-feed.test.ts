import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { BookAssembler } from '../../../../internal/book/assembler.ts';
import { Mailbox } from '../../../../internal/bus/mailbox.ts';
import { Dispatcher } from '../../../../internal/dispatcher/dispatcher.ts';
import type { Backlog } from '../../../../internal/ports/backlog.ts';
import { binanceVenue } from '../../../../internal/providers/binance/provider.ts';
import { RecordedFeed, type RecordedFeedOptions } from '../../../../internal/providers/session/recorded-feed.ts';
import { AppError } from '../../../../lib/errors/app-error.ts';
import { formatJson } from '../../../../lib/json/json.ts';
import { silentLogger } from '../../../../lib/log/logger.ts';
import { errors } from '../../../../schemas/errors.ts';
import { depthText, SessionBench, tradeText, type SessionBenchOptions } from '../../../support/session-bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'recorded-feed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const noBacklog: Backlog = { isEmpty: true, whenEmpty: () => Promise.resolve() };
const T0 = 1_700_000_000_000_000_000;
let fileCount = 0;

function fileOf(lines: readonly (string | object)[], name = 'rec.jsonl'): string {
  fileCount += 1;
  const file = join(folder, `${fileCount}-${name}`);
  const text = lines.map((line) => `${typeof line === 'string' ? line : formatJson(line)}\n`).join('');
  writeFileSync(file, name.endsWith('.gz') ? gzipSync(text) : text);
  return file;
}

const ws = (data: string, changes: object = {}): object => ({ t: T0, kind: 'ws', data, ...changes });
const snapshotText = (last: number): string => `{"lastUpdateId":${last},"bids":[["1","${last}"]],"asks":[]}`;
const rest = (data: string, url: string, changes: object = {}): object => ({ t: T0, kind: 'rest', url, data, ...changes });

function feedOf(file: string, options: Partial<RecordedFeedOptions> & SessionBenchOptions & { backlog?: Backlog } = {}): { bench: SessionBench; feed: RecordedFeed } {
  const bench = new SessionBench(options);
  const feed = new RecordedFeed({ file, speed: options.speed ?? 'max' }, binanceVenue('spot'), bench.session, options.backlog ?? noBacklog, bench.manual);
  bench.session.attach(feed);
  return { bench, feed };
}

async function ended(bench: SessionBench): Promise<void> {
  await vi.waitFor(() => expect(bench.ends).toHaveLength(1), { timeout: 10_000, interval: 2 });
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a recording', () => {
  it('plays its frames in order, with their times and connections', async () => {
    const { bench, feed } = feedOf(fileOf([ws(tradeText(1), { t: T0 + 1_500_000 }), ws(tradeText(2), { conn: 4, t: undefined }), ws(tradeText(3), { t: -5 })]));
    await feed.start();
    await ended(bench);
    expect(bench.heard.filter((line) => line.startsWith('trade'))).toEqual([1, 2, 3].map((id) => `trade BTCUSDT ${id}`));
    expect(bench.taken.map(({ receivedTimeUs, epoch }) => [receivedTimeUs, epoch])).toEqual([
      [1_700_000_000_001_500, 1],
      [1_700_000_000_000_000, 1],
      [1_700_000_000_000_000, 1],
    ]);
    expect(bench.tapped.map((line) => line.slice(0, 7))).toEqual(['frame 0', 'frame 4', 'frame 0']);
    expect([bench.ends, feed.totals, bench.lent]).toEqual([[null], { reconnects: 0, epochs: 1, refusedSubscriptions: [] }, 0]);
  });

  it.each([
    ['{"t":1,"kind":"ws","da', /not JSON/],
    ['[1]', /expected an object/],
    ['null', /expected an object/],
    ['{"kind":5,"data":"x"}', /kind is no text/],
    ['{"kind":"ws"}', /data is no text/],
    ['{"kind":"ws","data":{"e":"trade"}}', /data is no text/],
    ['{"kind":"wss","data":"{}"}', /unknown kind wss/],
  ])('goes on behind a line that is no record: %s', async (line, found) => {
    const { bench, feed } = feedOf(fileOf([ws(tradeText(1)), line, ws(tradeText(2)), { kind: 'ws_send', data: '' }, { kind: 'rest_request', data: '' }]), { channels: ['trade'] });
    await feed.start();
    await ended(bench);
    expect(bench.heard).toEqual(['trade BTCUSDT 1', 'trade BTCUSDT 2']);
    expect(bench.session.ledger).toMatchObject({ frames: 2, events: 2, deadLettered: 0, brokenRecords: 1 });
    expect(bench.deadLetters.kept[0]!.detail).toMatch(found);
    expect(bench.deadLetters.kept[0]!.detail).toMatch(/line: 2/);
    expect(bench.ends).toEqual([null]);
  });

  it('gives everything before the place where a compressed file breaks off, and then the error', async () => {
    const whole = Array.from({ length: 3_000 }, (_, id) => formatJson(ws(tradeText(id + 1)))).join('\n');
    const compressed = gzipSync(whole);
    const file = join(folder, 'cut.jsonl.gz');
    writeFileSync(file, compressed.subarray(0, compressed.length - Math.floor(compressed.length / 3)));
    const { bench, feed } = feedOf(file, { channels: ['trade'] });
    await feed.start();
    await ended(bench);
    expect(bench.ends[0]!.code).toBe('RECORDING_TRUNCATED');
    expect(bench.heard.length).toBeGreaterThan(1_000);
    expect(bench.heard).toEqual(bench.heard.map((_, index) => `trade BTCUSDT ${index + 1}`));
    expect(bench.session.ledger).toMatchObject({ brokenRecords: 0, decodeErrors: 0 });
    expect(bench.ends[0]!.facts['afterLine']).toBe(bench.heard.length);
  });

  it('reads a compressed file to its end', async () => {
    const { bench, feed } = feedOf(fileOf([ws(tradeText(1)), ws(tradeText(2))], 'rec.jsonl.gz'), { channels: ['trade'] });
    await feed.start();
    await ended(bench);
    expect([bench.heard.length, bench.ends]).toEqual([2, [null]]);
  });

  it('that is not there, or is a folder, is an error at the start', async () => {
    for (const file of [join(folder, 'nothing.jsonl'), folder]) {
      await expect(feedOf(file).feed.start()).rejects.toMatchObject({ code: 'RECORDING_MISSING' });
    }
  });

  it('that is empty ends at once', async () => {
    const { bench, feed } = feedOf(fileOf([]));
    await feed.start();
    await ended(bench);
    expect(bench.ends).toEqual([null]);
  });

  it('with more symbols than the stream table holds goes on with those it has, and says so', async () => {
    const { bench, feed } = feedOf(fileOf([ws(tradeText(1)), ws(tradeText(1, 'ETHUSDT')), ws(tradeText(2, 'ETHUSDT')), ws(tradeText(2))]), { channels: ['trade'], streamLimit: 1 });
    await feed.start();
    await ended(bench);
    expect([bench.ends, bench.lent]).toEqual([[null], 0]);
    expect(bench.heard).toEqual(['trade BTCUSDT 1', 'trade BTCUSDT 2']);
    expect(bench.session.ledger).toMatchObject({ frames: 4, events: 2, unknown: 2, deadLettered: 0 });
    expect(bench.logged.filter((line) => line.includes('STREAM_LIMIT'))).toHaveLength(1);
  });

  it('that cannot be played is not called truncated', async () => {
    const { bench, feed } = feedOf(fileOf([ws(tradeText(1))]), { channels: ['trade'] });
    bench.accept = () => {
      throw new AppError(errors.streamLimit, {});
    };
    await feed.start();
    await ended(bench);
    expect(bench.ends[0]!.code).toBe('STREAM_LIMIT');
    expect(bench.frames.inUse).toBe(0);
  });

  it('remembers nothing of symbols that nobody wants', async () => {
    const records = Array.from({ length: 6_000 }, (_, index) => ws(tradeText(1, `X${index}USDT`)));
    const { bench, feed } = feedOf(fileOf([...records, ws(tradeText(1))]), { channels: ['trade'], symbols: ['BTCUSDT'] });
    await feed.start();
    await ended(bench);
    expect(bench.session.ledger).toMatchObject({ frames: 6_001, events: 1, ignored: 6_000, unknown: 0 });
    expect(bench.session.streams()[0]!.instrument.id).toBe(0);
  });

  it('begins a new epoch where a connection opens again', async () => {
    const open = { t: T0, kind: 'ws_open', data: '', conn: 1 };
    const { bench, feed } = feedOf(fileOf([open, ws(depthText(1, 1)), { ...open, conn: 2 }, ws(depthText(2, 2)), open, ws(depthText(9, 9))]), { channels: ['book'] });
    await feed.start();
    await ended(bench);
    expect(bench.heard).toEqual(['keep BTCUSDT', 'bookUpdate BTCUSDT 1', 'bookUpdate BTCUSDT 2', 'disconnected BTCUSDT', 'connected BTCUSDT 2', 'subscribed BTCUSDT', 'bookUpdate BTCUSDT 9']);
    expect([bench.taken.map(({ epoch }) => epoch), feed.totals]).toEqual([[1, 1, 2], { reconnects: 1, epochs: 2, refusedSubscriptions: [] }]);
  });

  it('takes its instruments from the list in it, and goes on without a list that cannot be read', async () => {
    const list = '{"symbols":[{"symbol":"BTCUSDT","baseAsset":"BTC","quoteAsset":"USDT","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.001"}]}]}';
    const url = 'https://api.binance.com/api/v3/exchangeInfo';
    const { bench, feed } = feedOf(fileOf([rest('{"code":-1003,"msg":"limit"}', url), rest(list, url), ws(tradeText(1))]), { channels: ['trade'] });
    await feed.start();
    await ended(bench);
    expect(bench.ends).toEqual([null]);
    expect([bench.heard, bench.session.streams()[0]!.instrument.priceScale]).toEqual([['trade BTCUSDT 1'], 3]);
    expect(bench.session.ledger).toMatchObject({ frames: 1, events: 1, deadLettered: 0, brokenRecords: 1 });
  });
});

describe('the answers of a recording', () => {
  const depthUrl = 'https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000';

  it('wait for the question when they come before it, the newest of each symbol', async () => {
    const { bench, feed } = feedOf(fileOf([rest(snapshotText(3), depthUrl), rest(snapshotText(5), depthUrl), rest('{}', 'https://x/api/v3/time'), ws(tradeText(1))]));
    await feed.start();
    await ended(bench);
    const book = bench.session.streams().find(({ channel }) => channel === 'book')!;
    feed.requestSnapshot(book);
    feed.requestSnapshot(book);
    expect(bench.heard.filter((line) => line.startsWith('bookSnapshot'))).toEqual(['bookSnapshot BTCUSDT 5']);
  });

  it('are given when they are reached, to who has asked for that symbol', async () => {
    const file = fileOf([ws(depthText(1, 1, 'ETHUSDT')), ws(depthText(1, 1)), rest(snapshotText(7), depthUrl)]);
    const { bench, feed } = feedOf(file, { channels: ['book'] });
    for (const symbol of ['ETHUSDT', 'BTCUSDT']) bench.session.symbol(symbol);
    for (const stream of bench.session.streams()) feed.requestSnapshot(stream);
    await feed.start();
    await ended(bench);
    expect(bench.heard.filter((line) => line.startsWith('bookSnapshot'))).toEqual(['bookSnapshot BTCUSDT 7']);
  });

  it('that do not name their symbol serve the first who asks', async () => {
    const unnamed = { ...rest(snapshotText(7), ''), channel: 'depth_snapshot(limit=1000)' };
    const { bench, feed } = feedOf(fileOf([ws(depthText(1, 1)), unnamed, { ...unnamed, data: snapshotText(9) }]), { channels: ['book'] });
    bench.session.symbol('BTCUSDT');
    feed.requestSnapshot(bench.session.streams()[0]!);
    await feed.start();
    await ended(bench);
    feed.requestSnapshot(bench.session.streams()[0]!);
    expect(bench.heard.filter((line) => line.startsWith('bookSnapshot'))).toEqual(['bookSnapshot BTCUSDT 7', 'bookSnapshot BTCUSDT 9']);
  });

  it('are kept until there is room for them', async () => {
    const { bench, feed } = feedOf(fileOf([rest(snapshotText(3), depthUrl), ws(depthText(4, 4)), rest(snapshotText(5), depthUrl), ws(depthText(6, 6))]), { channels: ['book'], frames: 1 });
    bench.session.symbol('BTCUSDT');
    const frame = bench.frames.tryAcquire()!;
    feed.requestSnapshot(bench.session.streams()[0]!);
    await feed.start();
    await turns(20);
    expect([bench.heard, bench.ends]).toEqual([['keep BTCUSDT'], []]);
    bench.frames.release(frame);
    await vi.waitFor(() => {
      bench.manual.advance(10);
      expect(bench.ends).toHaveLength(1);
    }, { interval: 1 });
    expect(bench.heard.slice(1)).toEqual(['bookSnapshot BTCUSDT 3', 'bookUpdate BTCUSDT 4', 'bookUpdate BTCUSDT 6']);
    const dry = bench.frames.tryAcquire()!;
    feed.requestSnapshot(bench.session.streams()[0]!);
    bench.frames.release(dry);
    feed.requestSnapshot(bench.session.streams()[0]!);
    expect(bench.heard.at(-1)).toBe('bookSnapshot BTCUSDT 5');
    expect(bench.lent).toBe(0);
  });

  it('make a live book, through the gap in the recording', async () => {
    const records = [
      ws(depthText(5, 6)), ws(depthText(7, 8)), rest(snapshotText(6), depthUrl), ws(depthText(9, 9)), ws(depthText(12, 13)), rest(snapshotText(11), depthUrl), ws(depthText(14, 14)),
    ];
    let assembler: BookAssembler | null = null;
    const { bench, feed } = feedOf(fileOf(records), {
      channels: ['book'],
      books: (room) => {
        const options = { waitingMax: 100, staleAfterMs: 60_000, refreshMs: 5_000, audits: true };
        assembler = new BookAssembler(options, room.manual, silentLogger, room.events, room);
        return assembler;
      },
    });
    assembler!.start(feed);
    await feed.start();
    await ended(bench);
    expect(bench.heard).toEqual(['bookSnapshot BTCUSDT 8', 'bookUpdate BTCUSDT 9', 'bookUpdate BTCUSDT 0', 'bookSnapshot BTCUSDT 13', 'bookUpdate BTCUSDT 14']);
    expect([assembler!.books[0]!.state, bench.lent]).toEqual(['live', 0]);
    // There is no snapshot to compare with, so none is asked for.
    bench.manual.advance(30_000);
    expect(assembler!.books[0]!.refresh).toBeNull();
  });
});

describe('the pace of a recording', () => {
  const trades = Array.from({ length: 2_000 }, (_, id) => ws(tradeText(id + 1)));

  it('stops while it is paused, and when it is stopped', async () => {
    const { bench, feed } = feedOf(fileOf(trades), { channels: ['trade'] });
    await feed.start();
    feed.pause();
    await turns(5);
    const played = bench.heard.length;
    expect(played).toBeLessThan(2_000);
    await turns(50);
    expect(bench.heard).toHaveLength(played);
    feed.resume();
    await vi.waitFor(() => expect(bench.heard.length).toBeGreaterThan(played), { interval: 1 });
    feed.pause();
    await feed.stop();
    const stopped = bench.heard.length;
    await turns(20);
    expect([bench.heard.length, bench.ends]).toEqual([stopped, []]);
    await feed.stop();
  });

  it('is that of the slowest consumer: with all its lanes nothing is displaced or dropped', async () => {
    const records = Array.from({ length: 400 }, (_, id) => [ws(tradeText(id + 1)), ws(`{"u":${id + 1},"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}`)]).flat();
    const mailbox = new Mailbox('slow', { tapeMax: 16, stateBurstMax: 0, executionMax: 16, mergedLevelsMax: 16 }, { writeBook: () => false });
    let waiters: (() => void)[] = [];
    const backlog: Backlog = {
      get isEmpty() {
        return mailbox.size === 0;
      },
      whenEmpty: () => new Promise((resolve) => waiters.push(resolve)),
    };
    const { bench, feed } = feedOf(fileOf(records), { channels: ['trade', 'ticker'], backlog });
    const options = { latenessToleranceMs: 150, flushTickMs: 50, heldPerStreamMax: 200, heldMax: 200 };
    const dispatcher = new Dispatcher(options, bench.manual, { tryAcquire: () => null, whenAvailable: () => Promise.resolve(), release: () => undefined }, () => undefined);
    dispatcher.route([{ subscriber: mailbox, subscriptions: [{ providers: [], symbols: [], types: [] }] }]);
    bench.accept = (event) => {
      dispatcher.accept(event.clone());
      bench.events.release(event);
    };
    await feed.start();
    let taken = 0;
    while (bench.ends.length === 0) {
      await turns(1);
      if (mailbox.take() === null) continue;
      taken += 1;
      const empty = waiters;
      waiters = [];
      for (const resolve of empty) resolve();
    }
    expect([taken, mailbox.displacedTotal, mailbox.droppedTotal]).toEqual([800, 0, 0]);
  });

  it('does not keep anyone from stopping, whatever the consumers do', async () => {
    const stuck: Backlog = { isEmpty: false, whenEmpty: () => new Promise(() => undefined) };
    const { bench, feed } = feedOf(fileOf(trades), { channels: ['trade'], backlog: stuck });
    await feed.start();
    await vi.waitFor(() => expect(bench.heard).toHaveLength(1), { interval: 1 });
    // Hangs, and runs into the time limit of tests, where the wait cannot be ended.
    await feed.stop();
    expect(bench.heard.length).toBe(1);
  });

  it('is the recorded one times the speed', async () => {
    const at = (seconds: number): object => ({ t: T0 + seconds * 1e9 });
    const { bench, feed } = feedOf(fileOf([ws(tradeText(1), at(0)), ws(tradeText(2), at(10)), ws(tradeText(3), { t: 0 }), ws(tradeText(4), at(60))]), { channels: ['trade'], speed: 10 });
    await feed.start();
    const playedUntil = async (ms: number): Promise<number> => {
      while (bench.manual.monotonicMs() < ms) {
        await turns(3);
        bench.manual.advance(Math.min(50, ms - bench.manual.monotonicMs()));
      }
      await turns(3);
      return bench.heard.length;
    };
    await vi.waitFor(() => expect(bench.heard).toHaveLength(1), { interval: 1 });
    expect(await playedUntil(950)).toBe(1);
    expect(await playedUntil(1_050)).toBe(3);
    expect(await playedUntil(5_900)).toBe(3);
    expect(await playedUntil(6_100)).toBe(4);
    await ended(bench);
    expect(bench.manual.pendingTimers).toBe(0);
  });
});
