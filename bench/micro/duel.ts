import { median, row, type BenchOptions, type BenchRow } from '../harness.ts';

/** One way to do a small thing many times. It returns a number made of its results, so that nothing is optimised away. */
export interface Contender {
  readonly name: string;
  readonly run: (operations: number) => number | Promise<number>;
}

export interface DuelOptions {
  readonly case: string;
  /** The first is the baseline. */
  readonly contenders: readonly Contender[];
  readonly operations: number;
  readonly bench: BenchOptions;
}

const ROUNDS = 11;
const POCKET_OPERATIONS = 2_000;

/**
 * Contenders in one process, one after the other in every round: `value` is the median of ns per operation, `ratio` the median
 * of the rounds' own ratios to the baseline (times its cost), which a machine's mood cannot bend. The first round is for the
 * optimiser and is not counted.
 */
export async function duel(options: DuelOptions): Promise<BenchRow[]> {
  const { contenders, bench } = options;
  const rounds = bench.isPocket ? 1 : ROUNDS;
  const operations = bench.isPocket ? POCKET_OPERATIONS : options.operations;
  const costs: number[][] = contenders.map(() => []);
  let checksum = 0;
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { run }] of contenders.entries()) {
      const startMs = performance.now();
      checksum += await run(operations);
      const costNs = ((performance.now() - startMs) * 1e6) / operations;
      if (round > 0) costs[index]!.push(costNs);
    }
  }
  bench.say(`micro: ${options.case}: ${rounds} rounds of ${operations}, checksum ${checksum}`);
  const baseline = costs[0]!;
  return contenders.map(({ name }, index) => {
    const own = costs[index]!;
    const ratio = median(own.map((costNs, round) => costNs / baseline[round]!));
    return row({ bench: 'micro', case: options.case, contender: name, unit: 'ns/op', value: median(own), baseline: median(baseline), ratio, better: 'lower', n: rounds });
  });
}
