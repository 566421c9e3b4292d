import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { formatJson, parseJson } from '../../lib/json/json.ts';
import { median, row, type Bench, type BenchRow } from '../harness.ts';
import { recordingFile } from '../pipeline/frames.ts';
import type { PracticeName, Tally } from './house.ts';
import type { Turn } from './player.ts';

const ROUNDS = 5;
const FRAMES = 99_573;
const POCKET_FRAMES = 2_000;
const LIMIT_MS = 120_000;
/** A young generation that holds a batch of frames with all that becomes of them, so that no collection hides any of it. */
const ROOMY_HEAP = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

/**
 * Heap bytes per event, from a frame's bytes to the handlers of three subscribers, of two houses with the same rooms:
 *
 *   meltica   the product: its decoder, pooled frames and events
 *   usual     JSON.parse into objects, a new frame and a new event each time
 *
 * Both are fed the same recording in one process, in turns, and must put out the same. A subscriber's copy is its own and may be
 * kept, so it is new in both; what the three copies cost is told apart by turns in which nobody subscribes. The Buffer that the
 * socket makes of each frame is not counted: it is the same for both. Collections are counted in a second process, whose heap is as
 * Node makes it.
 */
export const allocationBench: Bench = async ({ isPocket, say }) => {
  const file = recordingFile();
  if (file === null) {
    say('allocation: skipped, the recorded frames are not here (set MELTICA_SHARED to the folder that holds data/)');
    return [];
  }
  const rounds = isPocket ? 1 : ROUNDS;
  const parameters = [file, String(isPocket ? POCKET_FRAMES : FRAMES), String(rounds)];
  const undisturbed = withoutPauses(await play(ROOMY_HEAP, parameters, say), say);
  const ordinary = await play([], parameters, say);
  const rowOf = (name: string, unit: string, cost: (practice: PracticeName) => number): BenchRow => {
    const [value, baseline] = [cost('meltica'), cost('usual')];
    return row({ bench: 'allocation', case: name, contender: 'meltica', unit, value, baseline, ratio: value / Math.max(baseline, 1), better: 'lower', n: rounds });
  };
  const heap = (practice: PracticeName, isSubscribed: boolean, per: 'frames' | 'events'): number =>
    median(of(undisturbed, practice, isSubscribed).map((turn) => turn.heapBytes / turn[per]));
  const perMillion = (practice: PracticeName, what: 'pauses' | 'pauseMs'): number => {
    const turns = of(ordinary, practice, true);
    return (sum(turns.map((turn) => turn[what])) * 1e6) / sum(turns.map(({ events }) => events));
  };
  return [
    rowOf('frame to three handlers', 'heap_B/frame', (practice) => heap(practice, true, 'frames')),
    rowOf('frame to three handlers', 'heap_B/event', (practice) => heap(practice, true, 'events')),
    rowOf('frame to dispatcher', 'heap_B/event', (practice) => heap(practice, false, 'events')),
    rowOf('three copies', 'heap_B/event', (practice) => heap(practice, true, 'events') - heap(practice, false, 'events')),
    rowOf('with the heap of Node', 'gc/Mevent', (practice) => perMillion(practice, 'pauses')),
    rowOf('with the heap of Node', 'gc_ms/Mevent', (practice) => perMillion(practice, 'pauseMs')),
  ];
};

async function play(flags: readonly string[], parameters: readonly string[], say: (text: string) => void): Promise<readonly Turn[]> {
  const script = fileURLToPath(new URL('player.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, ...parameters], { timeout: LIMIT_MS });
  const { tally, turns } = parseJson(stdout) as { readonly tally: Tally; readonly turns: readonly Turn[] };
  say(`allocation: ${flags.length === 0 ? 'with the heap of Node' : `with ${flags.join(' ')}`} each house put out ${formatJson(tally)}`);
  return turns;
}

/** What a collection took away was not seen, so its whole turn is left out. */
function withoutPauses(turns: readonly Turn[], say: (text: string) => void): readonly Turn[] {
  const undisturbed = turns.filter(({ pauses }) => pauses === 0);
  if (undisturbed.length < turns.length) say(`allocation: ${turns.length - undisturbed.length} of ${turns.length} turns are left out, a collection came inside`);
  return undisturbed;
}

function of(turns: readonly Turn[], practice: PracticeName, isSubscribed: boolean): readonly Turn[] {
  const found = turns.filter((turn) => turn.practice === practice && turn.isSubscribed === isSubscribed);
  if (found.length === 0) throw new Error(`allocation: no turn of ${practice} is left to measure`);
  return found;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
