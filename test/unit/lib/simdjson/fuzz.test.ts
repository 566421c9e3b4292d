import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecoders } from '../../../../bench/fuzz/compare.ts';
import { Fuzz } from '../../../../bench/fuzz/fuzz.ts';
import { parseTree } from '../../../../bench/fuzz/json-tree.ts';
import { mutate } from '../../../../bench/fuzz/mutate.ts';
import { zooKinds } from '../../../../bench/fuzz/zoo.ts';
import { frameKinds, makeFrames } from '../../../../bench/decode/frames.ts';
import { tryParseJson } from '../../../../lib/json/json.ts';
import { Random } from '../../../../lib/random/random.ts';
import { Decoder } from '../../../../lib/simdjson/decoder.ts';
import { Status } from '../../../../lib/simdjson/status.ts';

const FRAMES = 20_000;

/** `npm run fuzz -- --frames N --seed S` is the same in earnest. */
describe('pocket fuzz', () => {
  test.each([1, randomInt(2 ** 31)])('20,000 mutated frames of seed %i: kernel, fallback, JSON.parse and the oracle agree', (seed) => {
    const fuzz = new Fuzz(seed);
    for (let i = 1; i <= FRAMES; i += 1) {
      const disagreement = fuzz.step();
      if (disagreement !== null) throw new Error(`frame ${i} of seed ${seed}, ${disagreement.kind}: ${disagreement.what}\n${disagreement.frame.toString()}`);
    }
    // Both answers must be met often, or the fuzz says nothing.
    expect(fuzz.stats.accepted).toBeGreaterThan(FRAMES / 5);
    expect(fuzz.stats.byKernel).toBeGreaterThan(FRAMES / 5);
    expect(fuzz.stats.refused).toBeGreaterThan(FRAMES / 5);
  });
});

describe('the two ways', () => {
  const kinds = [...frameKinds, ...zooKinds];
  const fast = new Decoder();
  const slow = new Decoder({ forceFallback: true });
  const benches = kinds.map((kind) => ({ kind, fast: fast.root(kind.name, kind.rules), slow: slow.root(kind.name, kind.rules) }));

  test('give the same slots for every sample frame', () => {
    for (const { kind, fast: fastRoot, slow: slowRoot } of benches) {
      for (const frame of makeFrames(kind, 5, 3)) {
        expect(fast.decodeKernel(frame, fastRoot)).toBe(Status.Ok);
        expect(slow.decode(frame, slowRoot)).toBe(Status.Ok);
        expect(compareDecoders(fast, slow)).toBe('');
      }
    }
  });

  test('what the kernel takes the fallback takes, with the same slots, for any frame and any mutation', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(benches.length - 1), (seed, index) => {
        const { kind, fast: fastRoot, slow: slowRoot } = benches[index]!;
        const frame = mutate(makeFrames(kind, 1, seed)[0]!, new Random(seed));
        if (fast.decodeKernel(frame, fastRoot) !== Status.Ok) return;
        expect(slow.decode(frame, slowRoot)).toBe(Status.Ok);
        expect(compareDecoders(fast, slow)).toBe('');
      }),
      { numRuns: 500 },
    );
  });
});

describe('the oracle', () => {
  test('takes what JSON.parse takes, whatever the text', () => {
    fc.assert(fc.property(fc.json(), (text) => parseTree(text) !== null), { numRuns: 300 });
    fc.assert(fc.property(fc.string(), (text) => (parseTree(text) !== null) === tryParseJson(text).ok), { numRuns: 300 });
  });
});
