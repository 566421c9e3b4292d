import type { Bench } from '../harness.ts';
import { cloneBench } from './clone.ts';
import { decimalBench } from './decimal.ts';
import { poolBench } from './pool.ts';

/** The small things that decisions in docs/adr rest on, in nanoseconds. Ratios are times the baseline's cost. */
export const microBench: Bench = async (options) => [...(await decimalBench(options)), ...(await poolBench(options)), ...(await cloneBench(options))];
