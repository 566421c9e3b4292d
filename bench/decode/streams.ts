import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../lib/json/json.ts';
import { readJsonLines } from '../../lib/json/jsonl.ts';
import type { Rules } from '../../lib/simdjson/schema.ts';
import { combinedFrame } from '../../internal/providers/binance/schema.ts';
import { bitfinex } from './schemas/bitfinex.ts';
import { bybit } from './schemas/bybit.ts';
import { coinbaseAdvanced, coinbaseExchange } from './schemas/coinbase.ts';
import { kraken } from './schemas/kraken.ts';
import { okx } from './schemas/okx.ts';

/** A recorded connection: every frame in the order it came, with snapshots, heartbeats and replies. */
export interface RecordedStream {
  readonly name: string;
  readonly rules: Rules;
  /** The key of its reader. */
  readonly venue: string;
  readonly folder: string;
  readonly file: RegExp;
}

export const recordedStreams: readonly RecordedStream[] = [
  { name: 'binance spot', rules: combinedFrame, venue: 'binance', folder: 'binance-spot', file: /^hftbacktest_btcusdt/ },
  { name: 'binance usdm', rules: combinedFrame, venue: 'binance', folder: 'binance-usdm', file: /^hftbacktest_btcusdt/ },
  { name: 'binance coinm', rules: combinedFrame, venue: 'binance', folder: 'binance-coinm', file: /^hftbacktest_btcusd_perp/ },
  { name: 'coinbase advanced', rules: coinbaseAdvanced, venue: 'coinbaseAdvanced', folder: 'coinbase', file: /20260809/ },
  { name: 'coinbase exchange', rules: coinbaseExchange, venue: 'coinbaseExchange', folder: 'coinbase', file: /20210417/ },
  { name: 'kraken v2', rules: kraken, venue: 'kraken', folder: 'kraken', file: /^crossbook_v2_kraken_btcusd_sample/ },
  { name: 'okx', rules: okx, venue: 'okx', folder: 'okx', file: /20220227/ },
  { name: 'bybit', rules: bybit, venue: 'bybit', folder: 'bybit', file: /20260809/ },
  { name: 'bitfinex', rules: bitfinex, venue: 'bitfinex', folder: 'bitfinex', file: /^cryptofeed/ },
];

/** Where the recordings are; '' when they are not here. */
export function recordingsFolder(): string {
  const folder = join(process.env['MELTICA_SHARED'] ?? join(process.cwd(), '..', 'shared'), 'data');
  return existsSync(folder) ? folder : '';
}

/** Up to `countMax` frames, as views into larger chunks; none when the recording is not there. */
export async function readFrames(stream: RecordedStream, folder: string, countMax: number): Promise<Buffer[]> {
  const place = join(folder, stream.folder);
  const file = existsSync(place) ? readdirSync(place).find((name) => stream.file.test(name)) : undefined;
  const frames: Buffer[] = [];
  if (file === undefined) return frames;
  let chunk = Buffer.allocUnsafeSlow(65_536);
  let at = 0;
  for await (const { text } of readJsonLines(join(place, file), { lineBytesMax: 64 * 1024 * 1024 })) {
    const { kind, data } = parseJson(text) as { kind: string; data: unknown };
    if (kind !== 'ws' || typeof data !== 'string' || data === '') continue;
    const bytes = Buffer.byteLength(data);
    if (at + bytes + 8 > chunk.length) {
      chunk = Buffer.allocUnsafeSlow(Math.max(65_536, bytes + 64));
      at = 0;
    }
    at += 4;
    chunk.write(data, at);
    frames.push(chunk.subarray(at, at + bytes));
    at += bytes;
    if (frames.length >= countMax) break;
  }
  return frames;
}
