import { expect, test } from 'vitest';
import type { House } from '../../../internal/app/wire.ts';
import { play, readPage, temporaryFolder, withGenerated } from './pages.ts';
import { troubledConfig } from './recording.ts';

test('docs/metrics.md has every declared family with its labels; npm run docs rewrites it', async () => {
  const folder = temporaryFolder();
  const { monolith } = await play(troubledConfig(folder), folder);
  const wanted = withGenerated('docs/metrics.md', await tableOf(monolith.house));
  expect(readPage('docs/metrics.md')).toBe(wanted);
});

test('the metrics say how many frames took the slow way, and why', async () => {
  const folder = temporaryFolder();
  const { monolith } = await play(troubledConfig(folder), folder);
  const lines = (await monolith.house.metrics.metricsText()).split('\n');
  const { kernel, fallback } = monolith.house.sessions[0]!.decoding;
  expect([kernel > 1, fallback]).toEqual([true, 1]);
  expect(lines).toEqual(
    expect.arrayContaining([
      `meltica_provider_decoded_frames_total{provider="replay",by="kernel"} ${kernel}`,
      'meltica_provider_decoded_frames_total{provider="replay",by="fallback"} 1',
      'meltica_provider_decode_fallbacks_total{provider="replay",reason="Escape"} 1',
    ]),
  );
});

async function tableOf({ metrics }: House): Promise<string> {
  const text = await metrics.metricsText();
  const rows = metrics.declarations.map(({ kind, name, help, unit, labels }) => {
    const all = [...new Set([...labels, ...labelsIn(text, name)])];
    return `| \`${name}\` | ${kind} | ${unit === '' ? '' : unit} | ${all.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
  });
  return `${['| name | kind | unit | labels | meaning |', '|---|---|---|---|---|', ...rows].join('\n')}\n`;
}

/** A family need not declare its labels, so they are read from what it published. */
function labelsIn(text: string, name: string): string[] {
  const series = text.split('\n').find((line) => line.startsWith(`${name}{`));
  return series === undefined ? [] : [...series.matchAll(/[{,](\w+)="/g)].map((match) => match[1]!);
}
