import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseJson } from '../../lib/json/json.ts';
import { median, row, type Bench } from '../harness.ts';
import { recordingFile } from './frames.ts';
import type { Cost } from './meter.ts';

const ROUNDS = 7;
const FRAMES = 99_573;
const POCKET_FRAMES = 2_000;
const LIMIT_MS = 60_000;

/**
 * The whole pipeline, socket to three subscribers, book kept, sequence checked and clones made, against a bare `ws` socket with
 * an empty handler: the same recorded frames over loopback from a process of their own, in bursts, rounds interleaved, the
 * median of the paired ratios. CPU is that of the receiving process, user and system.
 */
export const pipelineBench: Bench = async ({ isPocket, say }) => {
  const file = recordingFile();
  if (file === null) {
    say('pipeline: skipped, the recorded frames are not here (set MELTICA_SHARED to the folder that holds data/)');
    return [];
  }
  const frames = isPocket ? POCKET_FRAMES : FRAMES;
  const rounds = isPocket ? 1 : ROUNDS;
  const feeder = start('feeder.js', [file, String(frames)]);
  try {
    const port = await firstLine(feeder);
    const empty: Cost[] = [];
    const pipeline: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      empty.push(await receive('empty', port, frames));
      pipeline.push(await receive('pipeline', port, frames));
      say(`pipeline: round ${round + 1} of ${rounds}: ${perFrame(empty.at(-1)!).toFixed(2)} and ${perFrame(pipeline.at(-1)!).toFixed(2)} µs of CPU per frame`);
    }
    const baseline = median(empty.map(perFrame));
    const of = (contender: string, unit: string, value: number, base: number, ratio: number, better: 'higher' | 'lower') =>
      row({ bench: 'pipeline', case: 'binance-spot BTCUSDT 2024-08', contender, unit, value, baseline: base, ratio, better, n: rounds });
    const pairs = pipeline.map((cost, index) => perFrame(cost) / perFrame(empty[index]!));
    say(`pipeline: p99 from socket to the slowest handler in this burst ${(median(pipeline.map((cost) => cost.latencyUsP99)) / 1_000).toFixed(1)} ms: a burst waits for itself`);
    const perSecond = (cost: Cost): number => (cost.frames * 1e6) / cost.wallUs;
    const heap = (cost: Cost): number => cost.heapBytes / cost.frames;
    return [
      of('ws', 'cpu_us/frame', baseline, baseline, 1, 'lower'),
      of('meltica', 'cpu_us/frame', median(pipeline.map(perFrame)), baseline, median(pairs), 'lower'),
      of('meltica', 'frames/s', median(pipeline.map(perSecond)), median(empty.map(perSecond)), median(pipeline.map((cost, index) => perSecond(cost) / perSecond(empty[index]!))), 'higher'),
      of('meltica', 'heap_B/frame', median(pipeline.map(heap)), median(empty.map(heap)), median(pipeline.map(heap)) / Math.max(median(empty.map(heap)), 1), 'lower'),
    ];
  } finally {
    feeder.kill();
  }
};

function perFrame(cost: Cost): number {
  return cost.cpuUs / cost.frames;
}

async function receive(mode: string, port: string, frames: number): Promise<Cost> {
  const child = start('receiver.js', [mode, port, String(frames)]);
  const limit = setTimeout(() => child.kill(), LIMIT_MS);
  try {
    return parseJson(await firstLine(child)) as Cost;
  } finally {
    clearTimeout(limit);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

function start(script: string, parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('a bench process ended without a result');
}
