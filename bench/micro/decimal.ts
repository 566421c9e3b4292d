import { DecimalReader } from '../../lib/decimal/decimal.ts';
import { formatJson, parseJson } from '../../lib/json/json.ts';
import { Random } from '../../lib/random/random.ts';
import type { BenchOptions, BenchRow } from '../harness.ts';
import { duel } from './duel.ts';

const SCALE = 8;
const TEXT_COUNT = 4_096;

/**
 * Decimal text to a number that can be compared and added, prices and quantities with eight decimals as Binance writes them. `parseFloat` is
 * the baseline although it loses digits: it is what most people would write.
 */
export function decimalBench(bench: BenchOptions): Promise<BenchRow[]> {
  const texts = makeTexts();
  const reader = new DecimalReader();
  return duel({
    case: 'decimal text',
    operations: 1_000_000,
    bench,
    contenders: [
      { name: 'parseFloat', run: (operations) => sum(operations, (index) => parseFloat(texts[index]!)) },
      { name: 'meltica', run: (operations) => sum(operations, (index) => (reader.read(texts[index]!, SCALE) ? reader.mantissa : 0)) },
      { name: 'Number', run: (operations) => sum(operations, (index) => Number(texts[index]!)) },
      { name: 'BigInt', run: (operations) => sum(operations, (index) => Number(toBigInt(texts[index]!) & 1n)) },
    ],
  });
}

function sum(operations: number, read: (index: number) => number): number {
  let total = 0;
  for (let done = 0; done < operations; done += 1) total += read(done % TEXT_COUNT);
  return Math.trunc(total / operations);
}

/** All texts have eight decimals, so that taking the point out is enough. */
function toBigInt(text: string): bigint {
  const point = text.length - SCALE - 1;
  return BigInt(text.slice(0, point) + text.slice(point + 1));
}

/**
 * Prices and quantities by turns. Parsed, because text from a parser is flat in memory while text put together here would be in
 * pieces, which charCodeAt feels.
 */
function makeTexts(): readonly string[] {
  const random = new Random(1);
  let cents = 6_183_763;
  const texts = Array.from({ length: TEXT_COUNT }, (_, index) => {
    if (index % 2 === 1) return (random.integer(1, 200_000) / 1e5).toFixed(SCALE);
    cents += random.integer(-50, 50);
    return (cents / 100).toFixed(SCALE);
  });
  return parseJson(formatJson(texts)) as string[];
}
