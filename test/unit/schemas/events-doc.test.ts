import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formatJson, parseJson } from '../../../lib/json/json.ts';
import { eventFor } from '../../../schemas/events/event.ts';
import { channels } from '../../../schemas/market/stream.ts';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly description?: string;
}

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
const types = ['trade', 'ticker', 'book-snapshot', 'book-update', 'kline'] as const;
const schemas = Object.fromEntries(types.map((type) => [type, parseJson(read(`schemas/events/${type}.v1.schema.json`)) as Schema]));

/** What stands between the marker of a section and the next blank-line-separated heading is made from the schemas. */
function sections(): ReadonlyMap<string, string> {
  const { payload: _payload, schema, type, version, ...rest } = schemas['trade']!.properties!;
  const envelope = { schema: like(schema!, 'string'), type: like(type!, 'string'), version: like(version!, 'integer'), ...rest };
  return new Map([
    ['example', `\`\`\`json\n${read('test/golden/wire/trade.json')}\`\`\``],
    ['envelope', tableOf(envelope)],
    ...types.map((name): [string, string] => [name, `${schemas[name]!.properties!['payload']!.description!}\n\n${tableOf(schemas[name]!.properties!['payload']!.properties!)}`]),
  ]);
}

function like({ description = '' }: Schema, type: string): Schema {
  return { type, description };
}

function tableOf(properties: Readonly<Record<string, Schema>>): string {
  const rows = Object.entries(properties).map(([name, field]) => `| \`${name}\` | ${kindOf(field)} | ${field.description ?? ''} |`);
  return ['| field | value | meaning |', '|---|---|---|', ...rows].join('\n');
}

function kindOf(field: Schema): string {
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.anyOf !== undefined) return field.anyOf.map(kindOf).sort().join(' or ');
  if (field.$ref !== undefined) return field.$ref.replace('#/$defs/', '');
  if (field.type === 'array') return `list of ${kindOf(field.items!)}`;
  if (field.properties !== undefined) return `{ ${Object.keys(field.properties).join(', ')} }`;
  return field.type === 'string' ? 'text' : field.type === 'integer' ? 'whole number' : (field.type ?? 'any');
}

test('docs/events.md says what the schemas say, and shows the golden trade; GOLDEN=1 rewrites it', () => {
  const doc = read('docs/events.md');
  let expected = doc;
  for (const [name, text] of sections()) {
    const marker = `<!-- ${name} -->`;
    expect(expected).toContain(marker);
    const start = expected.indexOf(marker) + marker.length;
    const next = /\n\n(?=###? |A `decimal` is)/.exec(expected.slice(start));
    expected = `${expected.slice(0, start)}\n\n${text}${expected.slice(start + next!.index)}`;
  }
  if (process.env['GOLDEN'] === '1') writeFileSync(fileURLToPath(new URL('../../../docs/events.md', import.meta.url)), expected);
  else expect(doc).toBe(expected);
});

test('docs/events.md names every field of the envelope and of the payloads in a handler', () => {
  const doc = read('docs/events.md');
  const inner = doc.slice(doc.indexOf('## The object'), doc.indexOf('## The wire form'));
  for (const channel of channels) {
    const event = eventFor(channel);
    const names = [...Object.keys(event), ...Object.keys(event.payload)].filter((name) => !['pooled', 'generation', 'home'].includes(name));
    expect(names.filter((name) => !inner.includes(`\`${name}\``)), formatJson(names)).toEqual([]);
  }
});
