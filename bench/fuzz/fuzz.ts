import { isUtf8 } from 'node:buffer';
import { tryParseJson } from '../../lib/json/json.ts';
import { Random } from '../../lib/random/random.ts';
import { Decoder, type Root } from '../../lib/simdjson/decoder.ts';
import { Status } from '../../lib/simdjson/status.ts';
import { frameKinds, makeFrames, type FrameKind } from '../decode/frames.ts';
import { difference } from './compare.ts';
import { parseTree } from './json-tree.ts';
import { mutate } from './mutate.ts';
import { expect } from './oracle.ts';
import { zooKinds } from './zoo.ts';

/**
 * Differential fuzz of the decoder: mutated frames of every schema, decoded by the kernel with its fallback and by the fallback
 * alone, against JSON.parse and an oracle that keeps the text of numbers.
 *
 * A disagreement is: a frame taken that JSON.parse or the oracle refuses, one refused that the oracle takes, or any field,
 * level, mantissa, scale or presence bit that differs.
 */
export class Fuzz {
  readonly stats: FuzzStats = { frames: 0, parsed: 0, accepted: 0, byKernel: 0, refused: 0 };
  readonly #random: Random;
  readonly #fast = new Decoder();
  readonly #slow = new Decoder({ forceFallback: true });
  readonly #benches: readonly FuzzBench[];

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#benches = [...frameKinds, ...zooKinds]
      .filter(({ name }) => !/\d{3,}$/.test(name))
      .map((kind) => ({ kind, fast: this.#fast.root(kind.name, kind.rules), slow: this.#slow.root(kind.name, kind.rules), frames: makeFrames(kind, 64, seed) }));
    for (const atom of ATOMS) {
      this.#fast.atoms.intern(atom);
      this.#slow.atoms.intern(atom);
    }
  }

  /** One mutated frame of the next kind; null when all agree. */
  step(): Disagreement | null {
    const bench = this.#benches[this.stats.frames % this.#benches.length]!;
    return this.check(bench.kind, mutate(this.#random.pick(bench.frames), this.#random));
  }

  /** One given frame. */
  check(kind: FrameKind, frame: Buffer): Disagreement | null {
    const { fast, slow } = this.#benches.find((bench) => bench.kind === kind)!;
    this.stats.frames += 1;
    const text = frame.toString();
    const isText = isUtf8(frame);
    const isJson = tryParseJson(text, { depthMax: Infinity }).ok;
    const tree = parseTree(text);
    const disagree = (what: string): Disagreement => ({ kind: kind.name, what, frame: Buffer.from(frame) });
    if ((tree !== null) !== isJson) return disagree(`the oracle ${tree === null ? 'refuses' : 'takes'} what JSON.parse does not`);
    const expected = tree === null || !isText ? null : expect(tree, kind.rules);
    if (isJson) this.stats.parsed += 1;
    if (expected === null) this.stats.refused += 1;
    else this.stats.accepted += 1;
    const byKernelBefore = fast.counters.kernel;
    for (const [name, decoder, root] of [['kernel and fallback', this.#fast, fast], ['fallback', this.#slow, slow]] as const) {
      const status = decoder.decode(frame, root);
      if ((status === Status.Ok) !== (expected !== null)) return disagree(`${name}: status ${status} for reason ${decoder.reason}, but the oracle ${expected === null ? 'refuses' : 'takes'} it`);
      if (expected === null) continue;
      const found = difference(decoder, expected);
      if (found !== '') return disagree(`${name}: ${found}`);
    }
    this.stats.byKernel += fast.counters.kernel - byKernelBefore;
    return null;
  }
}

export interface Disagreement {
  readonly kind: string;
  readonly what: string;
  readonly frame: Buffer;
}

export interface FuzzStats {
  frames: number;
  parsed: number;
  accepted: number;
  byKernel: number;
  refused: number;
}

interface FuzzBench {
  readonly kind: FrameKind;
  readonly fast: Root;
  readonly slow: Root;
  readonly frames: readonly Buffer[];
}

/** Some of what the frames say; the rest stays unknown, so that both sides of the table are met. */
const ATOMS = ['BTCUSDT', 'ETHUSDT', 'BTC-USD', 'BTC/USD', 'SOL-USDT', 'buy', 'sell', 'Buy', 'BUY', 'update', 'snapshot', 'te', 'MARKET', '币安', 'x'];
