import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatJson, parseJson } from '../../../lib/json/json.ts';
import { toWire } from '../../../schemas/events/wire.ts';
import { DecodeBench } from '../../support/decode-bench.ts';

/**
 * One file per kind of frame, as the venue's documentation shows it, beside what becomes of it. A change of the decoder that
 * changes an outcome shows up in the review as a change of a golden file: GOLDEN=write writes them anew.
 */
describe.each(['spot', 'usdm'] as const)('binance %s', (market) => {
  const folder = new URL(`./${market}/`, import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.frame.json')).map((name) => name.slice(0, -'.frame.json'.length));

  it.each(names)('decodes %s', (name) => {
    const text = readFileSync(new URL(`${name}.frame.json`, folder), 'utf8').trimEnd();
    const found = decode(market, name, text);
    const golden = new URL(`${name}.golden.json`, folder);
    if (process.env['GOLDEN'] === 'write') writeFileSync(golden, `${formatJson(found, 2)}\n`);
    expect(found).toEqual(parseJson(readFileSync(golden, 'utf8')));
    if (name === 'depth-snapshot' || name.startsWith('reply')) return;
    // The combined form is the same in an envelope; what is not known goes by the name of its stream there.
    const inEnvelope = name.startsWith('unknown-partial') ? { ...found, outcome: 'Unknown: stream @name' } : found;
    expect(decode(market, name, `{"stream":"any@name","data":${text}}`)).toEqual(inEnvelope);
  });
});

function decode(market: 'spot' | 'usdm', name: string, text: string): object {
  const bench = new DecodeBench(market);
  const outcome = name === 'depth-snapshot' ? bench.decodeSnapshot('BNBBTC', text) : bench.decode(text);
  expect(bench.lent).toBe(0);
  const heard = bench.replies.length > 0 ? { heard: bench.replies } : {};
  return { outcome, ...heard, events: bench.events.map(toWire) };
}
