import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Side, type ObjectSchema } from '../../../../lib/simdjson/schema.ts';
import { Desk } from './desk.ts';
import { read } from './readme-example.ts';

const readme = readFileSync(resolve(import.meta.dirname, '../../../../lib/simdjson/README.md'), 'utf8');
const keys: ObjectSchema['keys'] = { t: { integer: 0 }, p: { decimal: 1 }, b: { levels: Side.Bid } };

test('the example of the README is the one that runs here', () => {
  const example = readFileSync(join(import.meta.dirname, 'readme-example.ts'), 'utf8').replaceAll("'../../../../lib/simdjson/", "'./");
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
});

test.each([
  ['{"e":"trade","s":"BTCUSDT","p":"61837.630","q":"0.5","T":1672515782136}', 'BTCUSDT 61837630 at 3'],
  ['{"e":"trade","s":"BTCUSDT"}', 'no price'],
  ['{"e":"depthUpdate","s":"BTCUSDT","U":1,"u":2,"b":[["61837.60000000","0.50000000"]],"a":[]}', '1 bids, the first 6183760 x 50000'],
  ['{"e":"kline"}', 'unknown kind kline'],
  ['{"e":"trade","p":"1.2.3"}', 'p: expected a decimal, found "1.2.3"'],
])('%s is read as %s', (frame, expected) => {
  expect(read(Buffer.from(frame))).toBe(expected);
});

test('every fault of the README is what its frame is refused with', () => {
  const table = /\| frame \| `fault\(\)` \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(readme)![1]!;
  const rows = [...table.matchAll(/^\| `(.+)` \| `(.+?)`(?: and .*)? \|$/gm)];
  const desk = new Desk({ object: { name: 'frame', keys: { ...keys, data: { object: { name: 'data', keys } } } } });
  expect(rows).toHaveLength(6);
  for (const [, frame, fault] of rows) {
    expect(desk.decode(frame!)).not.toBe('Ok');
    expect(desk.decoder.fault().startsWith(fault!), `${frame}: ${desk.decoder.fault()}`).toBe(true);
  }
});
