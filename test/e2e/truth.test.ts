import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../lib/json/json.ts';
import { canHideVectors, hasShared, NO_VECTORS, recordingConfig, run, SHARED, temporaryFolder } from './run.ts';

interface TrueBook {
  readonly instrument: string;
  readonly snapshots: number;
  readonly updates: number;
  readonly sequence_gaps: number;
  readonly seq_first: number;
  readonly seq_last: number;
  readonly levels_bid: number;
  readonly levels_ask: number;
  readonly removes_of_unknown_level: number;
  readonly final_top25_bids: readonly (readonly [string, string])[];
  readonly final_top25_asks: readonly (readonly [string, string])[];
  readonly bbo_digest_sha256: string;
}

interface Truth {
  readonly file: string;
  readonly frames_ws: number;
  readonly books: readonly TrueBook[];
}

/** Trades in the recordings, counted outside of the product: `zcat FILE | grep -c '"trade\|aggTrade'`-like. */
const tradesByFile: Readonly<Record<string, number>> = {
  'binance-spot/hftbacktest_btcusdt_20240808.jsonl.gz': 19_904,
  'binance-usdm/hftbacktest_btcusdt_20240808.jsonl.gz': 21_313,
  'binance-spot/deep_orderbook_ETHBTC_20201101.jsonl.gz': 3_501,
  'binance-spot/cryptofeed_20210405_183322.jsonl.gz': 1_240,
  'binance-usdm/cryptofeed_20210405_183636.jsonl.gz': 574,
};

const names = hasShared ? readdirSync(join(SHARED, 'data/truth')).filter((name) => /^binance-(spot|us|usdm)__/.test(name)) : [];

/** Plays one recording through the built server, all of it decoded by the vectors or all of it without them. */
async function expectTruth(name: string, by: 'kernel' | 'fallback'): Promise<void> {
  const truth = parseJson(readFileSync(join(SHARED, 'data/truth', name), 'utf8')) as Truth;
  const market = /^binance-(\w+)__/.exec(name)![1]!;
  const folder = temporaryFolder();
  const reportFile = join(folder, 'report.json');
  const config = recordingConfig(folder, join(SHARED, 'data', truth.file), { market });

  const { code, stderr } = await run(['--config', config, '--report', reportFile, '--audit-books'], { nodeFlags: by === 'kernel' ? [] : [NO_VECTORS] });

  expect(code, stderr).toBe(0);
  expect(stderr.includes('no 128-bit vectors')).toBe(by === 'fallback');
  const report = parseJson(readFileSync(reportFile, 'utf8')) as Report;
  const [provider] = report.providers;
  expect(provider).toMatchObject({ frames: truth.frames_ws, decodeErrors: 0, unknownFrames: 0, deadLettered: 0, ignoredFrames: 0 });
  expect(provider!.eventFrames).toBe(truth.frames_ws);
  const decoded = truth.frames_ws + truth.books.reduce((sum, { snapshots }) => sum + snapshots, 0);
  expect(provider!.decoding).toEqual(
    by === 'kernel'
      ? { kernel: decoded, fallback: 0, refused: 0, fallbackReasons: {}, refusedReasons: {} }
      : { kernel: 0, fallback: decoded, refused: 0, fallbackReasons: { NoKernel: decoded }, refusedReasons: {} },
  );
  expect(report.deadLetters).toEqual({});
  expect(report.shutdown.outstanding).toBe(0);
  for (const pool of report.pools) expect(pool).toMatchObject({ inUse: 0, timeouts: 0, released: pool.acquired });
  for (const stream of report.streams) {
    expect(stream.gaps, `${stream.symbol} ${stream.type}`).toBe(0);
    expect(stream.in, `${stream.symbol} ${stream.type}`).toBe(stream.out + stream.duplicates + stream.late);
  }
  for (const book of truth.books) {
    const kept = report.books.find(({ venueSymbol }) => venueSymbol === book.instrument);
    expect(kept, book.instrument).toMatchObject({
      state: 'live',
      snapshots: book.snapshots,
      updates: book.updates,
      gaps: book.sequence_gaps,
      sequenceFirst: book.seq_first,
      sequenceLast: book.seq_last,
      bidLevels: book.levels_bid,
      askLevels: book.levels_ask,
      unknownRemovals: book.removes_of_unknown_level,
      bids: book.final_top25_bids,
      asks: book.final_top25_asks,
      bboDigest: book.bbo_digest_sha256,
    });
  }
  const trades = report.streams.filter(({ type }) => type === 'trade').reduce((sum, stream) => sum + stream.out, 0);
  if (tradesByFile[truth.file] !== undefined) expect(trades).toBe(tradesByFile[truth.file]);
  // A recording is read no faster than it is consumed: what went out was delivered, one for one.
  const out = report.streams.reduce((sum, stream) => sum + stream.out, 0);
  expect(report.subscribers[0]).toMatchObject({ delivered: out, displaced: 0, dropped: 0, errors: 0 });
}

describe.skipIf(!hasShared)('recorded Binance markets, from file to report (skipped where the public recordings are not beside the checkout)', () => {
  test.each(names)('%s: every book, count and digest equals the ground truth, decoded by the vectors alone', (name) => expectTruth(name, 'kernel'), 60_000);

  const canHide = hasShared && canHideVectors();
  test.skipIf(!canHide).each(names)(
    `%s: the same without vectors, all of it decoded by the fallback (skipped where ${NO_VECTORS} hides none, as on other processors than x64)`,
    (name) => expectTruth(name, 'fallback'),
    60_000,
  );
});

interface Report {
  readonly providers: readonly { readonly frames: number; readonly eventFrames: number; readonly decoding: object }[];
  readonly books: readonly { readonly venueSymbol: string }[];
  readonly streams: readonly {
    readonly symbol: string;
    readonly type: string;
    readonly in: number;
    readonly out: number;
    readonly duplicates: number;
    readonly late: number;
    readonly gaps: number;
  }[];
  readonly subscribers: readonly { readonly delivered: number }[];
  readonly pools: readonly { readonly acquired: number }[];
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly shutdown: { readonly outstanding: number };
}
