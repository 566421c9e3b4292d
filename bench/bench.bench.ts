import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../lib/json/json.ts';
import type { BenchRow } from './harness.ts';

const ROOT = resolve(import.meta.dirname, '..');
const shared = process.env['MELTICA_SHARED'] ?? join(ROOT, '../shared');
const hasRecordings = existsSync(join(shared, 'data'));

/** Every bench runs in pocket size, so that it never rots; its figures mean nothing then and are not looked at. */
function pocket(name: string): readonly BenchRow[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/bench/run.js'), name, '--pocket', '--json'], { encoding: 'utf8', cwd: ROOT });
  expect(status, stderr).toBe(0);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseJson(line) as BenchRow);
}

describe('benches in pocket size', () => {
  test.skipIf(!hasRecordings)('pipeline (skipped where the public recordings are not beside the checkout)', () => {
    const rows = pocket('pipeline');
    expect(rows.map(({ contender, unit }) => `${contender} ${unit}`)).toEqual(['ws cpu_us/frame', 'meltica cpu_us/frame', 'meltica frames/s', 'meltica heap_B/frame']);
    for (const row of rows) expect(Object.keys(row)).toEqual(['bench', 'case', 'contender', 'unit', 'value', 'baseline', 'ratio', 'better', 'n', 'node']);
  });

  test.skipIf(!hasRecordings)('allocation (skipped as well)', () => {
    const rows = pocket('allocation');
    expect(rows.map(({ unit }) => unit)).toEqual(['heap_B/frame', 'heap_B/event', 'heap_B/event', 'heap_B/event', 'gc/Mevent', 'gc_ms/Mevent']);
    for (const { value } of rows) expect(value).toBeGreaterThanOrEqual(0);
  });

  test('decode', () => {
    const rows = pocket('decode');
    expect(rows.filter(({ contender, unit }) => contender === 'meltica' && unit === 'ns/frame').length).toBeGreaterThan(20);
    for (const { value } of rows) expect(value).toBeGreaterThanOrEqual(0);
  });

  test('micro', () => {
    expect(pocket('micro').length).toBeGreaterThan(2);
  });

  test('an unknown bench is refused with the list of known ones', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/bench/run.js'), 'nonsense'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('pipeline');
  });
});
