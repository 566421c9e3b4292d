import { summarize } from '../../lib/simdjson/counters.ts';
import { Decoder, type Root } from '../../lib/simdjson/decoder.ts';
import { Status } from '../../lib/simdjson/status.ts';
import { median, row, type Bench, type BenchOptions, type BenchRow } from '../harness.ts';
import { loadAddon } from './addon.ts';
import { frameKinds, makeFrames } from './frames.ts';
import { venueReaders, type Message, type VenueReader } from './readers.ts';
import { readFrames, recordedStreams, recordingsFolder } from './streams.ts';

/**
 * What a frame costs from its Buffer to its fields, per kind of frame and per recorded connection.
 *
 *   JSON.parse            JSON.parse(frame.toString()), nothing read: the baseline
 *   JSON.parse + Number   the same, Number on every decimal, Date.parse on times, a Map for symbols: usual practice
 *   meltica               lib/simdjson: the same fields, and the exact value of every decimal besides
 *
 * All in one process, in turns; a ratio is the median of the rounds' own ratios, so that a busy machine cancels out.
 */
export const decodeBench: Bench = async (options) => {
  const rows: BenchRow[] = [];
  const desk = new Desk(await loadAddon());
  for (const kind of frameKinds) {
    const count = options.isPocket ? 8 : kind.name.endsWith('1000') ? 32 : 256;
    rows.push(...desk.measure(kind.name, makeFrames(kind, count), desk.contenders(desk.decoder.root(kind.name, kind.rules), readerOf(kind.name)), options));
  }
  const folder = recordingsFolder();
  if (folder === '') options.say('decode: the recorded streams are skipped, they are not here (set MELTICA_SHARED to the folder that holds data/)');
  for (const stream of folder === '' ? [] : recordedStreams) {
    const frames = await readFrames(stream, folder, options.isPocket ? 50 : 20_000);
    if (frames.length === 0) continue;
    const root = desk.decoder.root(stream.name, stream.rules);
    rows.push(...desk.measure(`stream ${stream.name}`, frames, desk.contenders(root, stream.venue), options));
    const { kernel, fallback, refused } = summarize([root.counters]);
    if (fallback + refused > 0) options.say(`decode: stream ${stream.name}: ${fallback} by the fallback, ${refused} refused of ${kernel + fallback + refused}`);
  }
  return rows;
};

const ROUNDS = 15;
/** How long one contender runs in one round. */
const TURN_MS = 12;

const PARSE = 'JSON.parse';
const PARSE_NUMBER = 'JSON.parse + Number';
const OURS = 'meltica';
const ADDON = 'simdjson addon';

type Contenders = Readonly<Record<string, (frame: Buffer) => number>>;

class Desk {
  readonly decoder = new Decoder();
  readonly #readers: Readonly<Record<string, VenueReader>>;
  readonly #addonParse: ((text: string) => unknown) | null;

  constructor(addonParse: ((text: string) => unknown) | null) {
    this.#addonParse = addonParse;
    const ids = new Map<string, number>();
    for (const text of ATOMS) ids.set(text, this.decoder.atoms.intern(text));
    this.#readers = venueReaders((text) => ids.get(text) ?? -1);
  }

  contenders(root: Root, venue: string): Contenders {
    const { decoder } = this;
    const { parsed, slots } = this.#readers[venue]!;
    const addonParse = this.#addonParse;
    return {
      [PARSE]: (frame) => (JSON_PARSE(frame.toString()) === null ? 1 : 0),
      [PARSE_NUMBER]: (frame) => parsed(JSON_PARSE(frame.toString()) as Message),
      [OURS]: (frame) => (decoder.decode(frame, root) === Status.Ok ? slots(decoder) : Number.NaN),
      ...(addonParse === null ? {} : { [ADDON]: (frame: Buffer) => (addonParse(frame.toString()) === null ? 1 : 0) }),
    };
  }

  measure(name: string, frames: readonly Buffer[], contenders: Contenders, { isPocket, say }: BenchOptions): BenchRow[] {
    let checksum = 0;
    for (const [index, frame] of frames.entries()) {
      const [expected, was] = [contenders[PARSE_NUMBER]!(frame), contenders[OURS]!(frame)];
      if (Math.abs(expected - was) > Math.abs(expected) * 1e-12) say(`decode: ${name}: frame ${index} sums to ${was}, by JSON.parse to ${expected}: ${frame.toString('utf8', 0, 300)}`);
      checksum += was;
    }
    const names = Object.keys(contenders);
    const turns = new Map(names.map((each) => [each, isPocket ? 1 : turnsIn(contenders[each]!, frames)]));
    const rounds = isPocket ? 1 : ROUNDS;
    const costs = new Map<string, number[]>(names.map((each) => [each, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (let turn = 0; turn < names.length; turn += 1) {
        const each = names[(turn + round) % names.length]!;
        const start = performance.now();
        checksum += run(contenders[each]!, frames, turns.get(each)!);
        costs.get(each)!.push(((performance.now() - start) * 1e6) / (turns.get(each)! * frames.length));
      }
    }
    say(`decode: ${name}: ${rounds} rounds of ${frames.length} frames, checksum ${checksum}`);
    const rowOf = (contender: string, baseline: string, unit: string): BenchRow => {
      const [own, base] = [costs.get(contender)!, costs.get(baseline)!];
      return row({ bench: 'decode', case: name, contender, unit, value: median(own), baseline: median(base), ratio: median(own.map((cost, round) => base[round]! / cost)), better: 'lower', n: rounds });
    };
    const heap = new Map(names.map((each) => [each, heapBytesOf(contenders[each]!, frames, isPocket)]));
    const heapRow = (contender: string): BenchRow =>
      row({ bench: 'decode', case: name, contender, unit: 'heap_B/frame', value: heap.get(contender)!, baseline: heap.get(PARSE)!, ratio: heap.get(contender)! / Math.max(heap.get(PARSE)!, 1), better: 'lower', n: 1 });
    return [
      ...names.map((each) => rowOf(each, PARSE, 'ns/frame')),
      // The same figure against usual practice.
      rowOf(OURS, PARSE_NUMBER, 'ns/frame vs Number'),
      ...names.map(heapRow),
    ];
  }
}

function run(contender: (frame: Buffer) => number, frames: readonly Buffer[], turns: number): number {
  let checksum = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    for (let i = 0; i < frames.length; i += 1) checksum += contender(frames[i]!);
  }
  return checksum;
}

/** How often all frames fit into one turn; finding it out is the warm-up. */
function turnsIn(contender: (frame: Buffer) => number, frames: readonly Buffer[]): number {
  let turns = 0;
  const start = performance.now();
  while (performance.now() - start < WARM_UP_MS) {
    run(contender, frames, 1);
    turns += 1;
  }
  return Math.max(1, Math.round((turns * TURN_MS) / WARM_UP_MS));
}

const WARM_UP_MS = 120;

/** What the heap grows by per frame, in stretches so short that a collection seldom comes between; where one did it fell, and that stretch is left out. */
function heapBytesOf(contender: (frame: Buffer) => number, frames: readonly Buffer[], isPocket: boolean): number {
  const grown: number[] = [];
  for (let stretch = 0; stretch < (isPocket ? 3 : 60); stretch += 1) {
    const before = process.memoryUsage().heapUsed;
    let count = 0;
    let bytes = 0;
    while (count < 64 && bytes < STRETCH_BYTES) {
      const frame = frames[(stretch * 64 + count) % frames.length]!;
      contender(frame);
      bytes += frame.length;
      count += 1;
    }
    const after = process.memoryUsage().heapUsed;
    if (after >= before) grown.push((after - before - OWN_BYTES) / count);
  }
  return grown.length === 0 ? 0 : Math.max(0, median(grown));
}

const STRETCH_BYTES = 65_536;
/** What asking for the memory costs itself. */
const OWN_BYTES = askingBytes();

function askingBytes(): number {
  const differences = Array.from({ length: 50 }, () => {
    const before = process.memoryUsage().heapUsed;
    return process.memoryUsage().heapUsed - before;
  });
  return median(differences);
}

const VENUES: readonly (readonly [string, string])[] = [
  ['binance', 'binance'],
  ['coinbase.advanced', 'coinbaseAdvanced'],
  ['coinbase.exchange', 'coinbaseExchange'],
  ['kraken', 'kraken'],
  ['okx', 'okx'],
  ['bybit', 'bybit'],
  ['bitfinex', 'bitfinex'],
];

function readerOf(kind: string): string {
  return VENUES.find(([prefix]) => kind.startsWith(prefix))![1];
}

const COINS = ['BTC', 'ETH', 'SOL', 'BNB', 'XRP', 'DOGE', 'PEPE', 'ADA'];
const ATOMS: readonly string[] = [
  ...COINS.flatMap((coin) => [`${coin}USDT`, `${coin}-USDT`, `${coin}-USD`, `${coin}/USD`, `${coin}USD`, `${coin}USD_PERP`]),
  'trade', 'aggTrade', 'depthUpdate', 'bookTicker', 'kline', 'l2_data', 'market_trades', 'ticker', 'heartbeats', 'subscriptions', 'snapshot', 'update',
  'l2update', 'match', 'last_match', 'book', 'heartbeat', 'status', 'buy', 'sell', 'Buy', 'Sell', 'BUY', 'SELL', 'books', 'trades', 'delta', 'MARKET', '1m',
];

/** The baselines are the global JSON itself: what is measured is how much better than it the decoder is. */
const JSON_PARSE = JSON.parse;
