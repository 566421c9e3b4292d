import { formatJson } from '../lib/json/json.ts';

/** One printed result. `ratio` reads the way the aim does; a machine's speed cancels out of it. */
export interface BenchRow {
  readonly bench: string;
  readonly case: string;
  /** `meltica` for ours, a name for others. */
  readonly contender: string;
  readonly unit: string;
  readonly value: number;
  /** The baseline's value in the same unit and run. */
  readonly baseline: number;
  readonly ratio: number;
  readonly better: 'higher' | 'lower';
  /** How many rounds the medians are of. */
  readonly n: number;
  readonly node: string;
}

export interface BenchOptions {
  /** So small that it only shows that the bench still runs. */
  readonly isPocket: boolean;
  /** For progress; results are returned. */
  readonly say: (text: string) => void;
}

export type Bench = (options: BenchOptions) => Promise<readonly BenchRow[]>;

export function row(facts: Omit<BenchRow, 'node'>): BenchRow {
  return { ...facts, value: round(facts.value), baseline: round(facts.baseline), ratio: round(facts.ratio), node: process.version };
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function printRows(rows: readonly BenchRow[], asJson: boolean): void {
  for (const each of rows) {
    const text = asJson
      ? formatJson(each)
      : `${each.bench.padEnd(10)} ${each.case.padEnd(28)} ${each.contender.padEnd(10)} ${String(each.value).padStart(10)} ${each.unit.padEnd(12)} baseline ${String(each.baseline).padStart(8)}  x${each.ratio}`;
    process.stdout.write(`${text}\n`);
  }
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
