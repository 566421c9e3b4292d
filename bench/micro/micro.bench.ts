import { expect, test } from 'vitest';
import { microBench } from './micro.ts';

test('the micro benches run in pocket size, each against a baseline of ratio 1', async () => {
  const said: string[] = [];
  const rows = await microBench({ isPocket: true, say: (text) => said.push(text) });
  const cases = new Set(rows.map((row) => row.case));
  for (const name of cases) {
    const [baseline, ...others] = rows.filter((row) => row.case === name);
    expect(baseline!.ratio).toBe(1);
    for (const { value, ratio } of [baseline!, ...others]) {
      expect(value).toBeGreaterThan(0);
      expect(ratio).toBeGreaterThan(0);
    }
  }
  expect(said).toHaveLength(cases.size);
  for (const line of said) expect(line).toMatch(/checksum \d+$/);
});
