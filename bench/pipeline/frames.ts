import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tryParseJson } from '../../lib/json/json.ts';
import { readJsonLines } from '../../lib/json/jsonl.ts';

/** What a feeder plays: frames in recorded order, and the answers to the two REST calls a Binance client makes. */
export interface FrameSet {
  readonly name: string;
  readonly frames: readonly Buffer[];
  readonly snapshot: string;
  readonly exchangeInfo: string;
}

const RECORDING = 'data/binance-spot/hftbacktest_btcusdt_20240808.jsonl.gz';
const EXCHANGE_INFO =
  '{"timezone":"UTC","symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01000000"},{"filterType":"LOT_SIZE","stepSize":"0.00001000"}]}]}';

/**
 * Ten minutes of BTCUSDT trades, best prices and depth as recorded from Binance. The recordings stand in a folder `shared`
 * beside the checkout, or where MELTICA_SHARED points; without them there is nothing to measure on.
 */
export function recordingFile(): string | null {
  const shared = process.env['MELTICA_SHARED'] ?? join(process.cwd(), '..', 'shared');
  const file = join(shared, RECORDING);
  return existsSync(file) ? file : null;
}

export async function loadFrames(file: string, countMax: number): Promise<FrameSet> {
  const frames: Buffer[] = [];
  let snapshot = '';
  for await (const { text } of readJsonLines(file)) {
    const parsed = tryParseJson(text);
    if (!parsed.ok) continue;
    const { kind, data } = parsed.value as { kind: string; data: string };
    if (kind === 'ws') frames.push(Buffer.from(data));
    else if (kind === 'rest') snapshot = data;
    if (frames.length === countMax) break;
  }
  return { name: 'binance-spot BTCUSDT 2024-08-08', frames, snapshot, exchangeInfo: EXCHANGE_INFO };
}
