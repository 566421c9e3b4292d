import { beforeAll, describe, expect, test } from 'vitest';
import { formatJson, parseJson } from '../../../lib/json/json.ts';
import { reasonNames } from '../../../lib/simdjson/status.ts';
import { play, readPage, temporaryFolder } from './pages.ts';
import { troubledConfig } from './recording.ts';

interface Report {
  readonly providers: readonly Readonly<Record<string, number>>[];
  readonly streams: readonly { readonly type: string; readonly in: number; readonly out: number; readonly duplicates: number; readonly late: number; readonly gaps: number }[];
  readonly subscribers: readonly { readonly id: string; readonly delivered: number; readonly displaced: number; readonly dropped: number }[];
  readonly pools: readonly { readonly acquired: number; readonly released: number; readonly inUse: number }[];
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly shutdown: { readonly outstanding: number };
}

/** Of the troubled recording: one that a book is built on, and one that is none. */
const SNAPSHOTS = 2;

/** Objects whose keys are data. */
const maps = ['providers[].unknownKinds', 'providers[].schemaDrift', 'providers[].decoding.fallbackReasons', 'providers[].decoding.refusedReasons', 'deadLetters'];

let report: Report;

beforeAll(async () => {
  const folder = temporaryFolder();
  const { end } = await play(troubledConfig(folder), folder);
  report = parseJson(formatJson(end.report)) as Report;
});

describe('docs/report.md', () => {
  test('names every key of a report, and no key that a report does not have', () => {
    const tables = readPage('docs/report.md').split('## The accounting')[0]!.split('\n').filter((line) => line.startsWith('| `'));
    const named = tables.flatMap((line) => [...line.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));
    expect([...named].sort()).toEqual([...new Set(pathsIn(report, ''))].sort());
  });

  test('identity 1: every frame is in one column', () => {
    const { frames, eventFrames, controlFrames, ignoredFrames, unknownFrames, deadLettered } = report.providers[0]!;
    expect(report.deadLetters).toEqual({ 'decode': 1, 'snapshot': 1, 'recording line': 1 });
    expect(frames).toBe(eventFrames! + controlFrames! + ignoredFrames! + unknownFrames! + deadLettered!);
    for (const count of [eventFrames, controlFrames, ignoredFrames, unknownFrames]) expect(count).toBeGreaterThan(0);
  });

  test('identities 2 and 3: unknown frames by kind, dead letters by reason', () => {
    const provider = report.providers[0]!;
    expect(sum(Object.values(provider['unknownKinds']!))).toBe(provider['unknownFrames']);
    expect(sum(Object.values(report.deadLetters))).toBe(provider['deadLettered']! + provider['badSnapshots']! + provider['brokenRecords']!);
  });

  test('identity 4: what came to be ordered went out, or was dropped as seen or late', () => {
    for (const stream of report.streams) expect(stream.in, formatJson(stream)).toBe(stream.out + stream.duplicates + stream.late);
    expect(sum(report.streams.map(({ duplicates }) => duplicates))).toBeGreaterThan(0);
    expect(sum(report.streams.map(({ gaps }) => gaps))).toBeGreaterThan(0);
  });

  test('identity 5: what went out was delivered, displaced or dropped, for each subscriber', () => {
    for (const { id, delivered, displaced, dropped } of report.subscribers) {
      const streams = report.streams.filter(({ type }) => id === 'all' || type === 'trade');
      expect(delivered + displaced + dropped, id).toBe(sum(streams.map(({ out }) => out)));
      expect(delivered, id).toBeGreaterThan(0);
    }
  });

  test('identity 6: what was lent came back', () => {
    for (const pool of report.pools) expect(pool.acquired).toBe(pool.released + pool.inUse);
    expect(report.shutdown.outstanding).toBe(sum(report.pools.map(({ inUse }) => inUse)));
  });

  test('identity 7: every frame and snapshot was decoded by the vectors, the slow way, or refused', () => {
    const { decoding, decodeErrors, badSnapshots, frames } = report.providers[0]! as unknown as { readonly decoding: Decoding } & Readonly<Record<string, number>>;
    expect(decoding).toMatchObject({ fallbackReasons: { Escape: 1 }, refusedReasons: { Decimal: 1 } });
    expect(sum(Object.values(decoding.fallbackReasons))).toBe(decoding.fallback);
    expect(sum(Object.values(decoding.refusedReasons))).toBe(decoding.refused);
    expect(decoding.refused).toBeLessThan(decodeErrors!);
    expect(decoding.kernel + decoding.fallback + decoding.refused).toBe(frames! + SNAPSHOTS);
    expect(badSnapshots).toBe(SNAPSHOTS - 1);
  });

  test('says for every reason that has a row of its own what to do, by a name that the decoder has', () => {
    const section = readPage('docs/report.md').split('## When `fallback` grows')[1]!;
    const named = section.split('\n').flatMap((line) => [...(/^\| (`.*?) \|/.exec(line)?.[1] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]!));
    expect(reasonNames).toEqual(expect.arrayContaining(named));
    expect(named.length).toBeGreaterThan(4);
  });
});

/** `books[].bids` ends there: a level is a pair, no object. */
function pathsIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    const objects = value.filter((item) => typeof item === 'object' && !Array.isArray(item));
    return objects.length === 0 ? [path] : objects.flatMap((item) => pathsIn(item, `${path}[]`));
  }
  if (typeof value !== 'object' || value === null || maps.includes(path)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, path === '' ? key : `${path}.${key}`));
}

interface Decoding {
  readonly kernel: number;
  readonly fallback: number;
  readonly refused: number;
  readonly fallbackReasons: Readonly<Record<string, number>>;
  readonly refusedReasons: Readonly<Record<string, number>>;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
