import type { Random } from '../random/random.ts';

/**
 * Full jitter: anywhere between at once and a ceiling that doubles with every failure.
 *
 *   attempt    0        1        2     ...
 *   wait ms  [0,min]  [0,2min] [0,4min] ... [0,max]
 *
 * Drawing from the whole range (and not from its upper half) spreads a thousand clients that
 * lost the same server at the same moment.
 *
 * @param attempt failures so far, from 0; any size (the ceiling stops at `maxMs`)
 * @returns whole milliseconds in [0, maxMs]
 */
export function fullJitterMs(random: Random, attempt: number, minMs: number, maxMs: number): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** attempt);
  return random.integer(0, Math.floor(ceilingMs));
}
