import fc from 'fast-check';

/** A rule that must hold for every seed; on failure fast-check prints its own seed and path, and the seed of the run. */
export function forEverySeed(runs: number, rule: (seed: number) => void): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => rule(seed)),
    { numRuns: runs },
  );
}
