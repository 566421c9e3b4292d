import { isDeepStrictEqual } from 'node:util';
import { formatJson } from '../../lib/json/json.ts';
import { loadFrames } from '../pipeline/frames.ts';
import { House, practices, type PracticeName } from './house.ts';
import { PauseWatch } from './pause-watch.ts';

/** One play of the whole recording into one house, and what it left on the heap. */
export interface Turn {
  readonly practice: PracticeName;
  /** False: the events end in the dispatcher, nobody gets a copy. */
  readonly isSubscribed: boolean;
  readonly frames: number;
  readonly events: number;
  /** What the heap grew by: all that was allocated, if there was no pause. */
  readonly heapBytes: number;
  /** Of the garbage collector, while frames were played. */
  readonly pauses: number;
  readonly pauseMs: number;
}

/**
 * Process of its own that plays a recording into both houses in turns, with and without subscribers, and prints the turns:
 * arguments are the recording, how many frames, and how many rounds. Where the collector is at hand (--expose-gc) it is called
 * before every batch, so that none comes inside if the young generation holds what a batch leaves behind.
 */
const [, , file, frameCount, roundCount] = process.argv;
const BATCH_FRAMES = 8_192;

const set = await loadFrames(file!, Number(frameCount));
const watch = new PauseWatch();
const houses = { usual: new House(set, practices.usual()), meltica: new House(set, practices.meltica()) };
const names = Object.keys(houses) as PracticeName[];
for (const name of names) await houses[name].start();

const turns: Turn[] = [];
for (let round = 0; round <= Number(roundCount); round += 1) {
  for (const isSubscribed of [true, false]) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const turn = await play(name, isSubscribed);
      // The first round is for the optimiser.
      if (round > 0) turns.push(turn);
    }
  }
}
const [usual, meltica] = [houses.usual.tally, houses.meltica.tally];
if (!isDeepStrictEqual(usual, meltica)) throw new Error(`the houses do not agree: ${formatJson(usual)} and ${formatJson(meltica)}`);
process.stdout.write(`${formatJson({ tally: meltica, turns })}\n`);
process.exit(0);

async function play(practice: PracticeName, isSubscribed: boolean): Promise<Turn> {
  const house = houses[practice];
  await house.connect(isSubscribed);
  const eventsBefore = house.tally.events;
  let heapBytes = 0;
  let pauses = 0;
  let pauseMs = 0;
  for (let from = 0; from < set.frames.length; from += BATCH_FRAMES) {
    globalThis.gc?.({ type: 'minor' });
    const startMs = performance.now();
    const heapBefore = process.memoryUsage().heapUsed;
    await house.play(from, Math.min(from + BATCH_FRAMES, set.frames.length));
    heapBytes += process.memoryUsage().heapUsed - heapBefore;
    const seen = await watch.between(startMs, performance.now());
    pauses += seen.count;
    pauseMs += seen.totalMs;
  }
  return { practice, isSubscribed, frames: set.frames.length, events: house.tally.events - eventsBefore, heapBytes, pauses, pauseMs };
}
