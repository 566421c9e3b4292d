import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatJson } from '../../../lib/json/json.ts';
import type { Config } from '../../../schemas/config/config.ts';
import { blocksOf, load, readPage } from './pages.ts';

/**
 * The example of docs/recordings.md and after it everything that a report has a column for: a duplicate, a hole, frames that are
 * unknown, unreadable, control or unasked for, one that only the slow way can read, a line that is no record, and an answer that
 * is no snapshot.
 */
export function writeTroubledRecording(folder: string): string {
  const example = blocksOf(readPage('docs/recordings.md')).find(({ file }) => file === 'example.jsonl')!.text;
  const trades = [501, 502, 505, 504].map((id) => ({ e: 'trade', E: 1, s: 'BTCUSDT', t: id, p: '61837.64', q: '0.04', T: 1, m: false, M: true }));
  const best = { u: 9, s: 'BTCUSDT', b: '61837.00', B: '1.0', a: '61838.00', A: '0.2' };
  const candle = { t: 0, T: 59_999, i: '1m', o: '1.0', c: '1.0', h: '1.0', l: '1.0', v: '1.0', q: '1.0', n: 1, x: false };
  const gap = { e: 'depthUpdate', E: 1, s: 'BTCUSDT', U: 1_020, u: 1_021, b: [], a: [] };
  const frames = [
    ...trades,
    best,
    { e: 'kline', E: 1, s: 'BTCUSDT', k: candle },
    gap,
    { e: 'somethingNew', s: 'BTCUSDT' },
    { result: null, id: 1 },
    { ...trades[0], p: 'a lot' },
    { e: 'aggTrade', E: 1, s: 'BTCUSDT', a: 7, p: '1.0', q: '1.0', f: 1, l: 1, T: 1, m: false, M: true },
  ];
  const lines = [
    ...frames.map((frame) => formatJson({ t: 1_723_075_201_000_000_000, kind: 'ws', conn: 0, data: formatJson(frame) })),
    formatJson({ kind: 'rest', url: 'https://api.binance.com/api/v3/depth?symbol=BTCUSDT', data: '{"code":-1003}' }),
    'no record',
    formatJson({ kind: 'ws_open', conn: 0, url: 'wss://stream.binance.com:9443/stream', data: '' }),
    formatJson({ kind: 'ws', conn: 0, data: formatJson(trades[0]) }),
    formatJson({ kind: 'ws', conn: 0, data: formatJson(trades[0]).replace('"e"', '"\\u0065"') }),
  ];
  const file = join(folder, 'troubled.jsonl');
  writeFileSync(file, `${example}${lines.join('\n')}\n`);
  return file;
}

/** Plays it to two consumers, one of which wants trades only. */
export function troubledConfig(folder: string): Config {
  const file = writeTroubledRecording(folder);
  return load([], [
    `providers=[{id: replay, venue: binance, symbols: ["*"], transport: {kind: recording, file: ${formatJson(file)}}}]`,
    `consumers=[{id: all, module: recorder, config: {file: ${formatJson(join(folder, 'all.jsonl'))}}}, {id: trades, module: recorder, config: {file: ${formatJson(join(folder, 'trades.jsonl'))}}, subscriptions: [{types: [trade]}]}]`,
    'telemetry.statusMs=0',
  ]);
}
