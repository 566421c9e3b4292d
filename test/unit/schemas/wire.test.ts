import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecimalReader } from '../../../lib/decimal/decimal.ts';
import { formatJson, parseJson } from '../../../lib/json/json.ts';
import { CanonicalEvent, EventType, eventTypeNames, type BookEvent, type KlineEvent, type TickerEvent, type TradeEvent } from '../../../schemas/events/event.ts';
import { TakerSide } from '../../../schemas/events/payloads.ts';
import { toWire, type WireBookUpdate, type WireKline, type WireLevel, type WireTicker, type WireTrade } from '../../../schemas/events/wire.ts';
import { book, kline, ticker, trade } from '../consumers/support/events.ts';
import { anyEvent } from './arbitrary-event.ts';

type Schema = Readonly<Record<string, unknown>> & { readonly properties: Readonly<Record<string, unknown>>; readonly required: readonly string[] };

const schemaFolder = fileURLToPath(new URL('../../../schemas/events/', import.meta.url));
const schemaFiles = readdirSync(schemaFolder).filter((file) => file.endsWith('.schema.json')).sort();
const schemas = new Map(schemaFiles.map((file) => [file, parseJson(readFileSync(schemaFolder + file, 'utf8')) as Schema]));

/** The schemas use only words that mean the same in the draft that ajv reads by default; so its own draft may be left out. */
function validators(): Map<string, ValidateFunction> {
  const ajv = new Ajv({ allErrors: true, strict: true });
  return new Map([...schemas.values()].map(({ $schema: _draft, ...schema }) => [(schema.properties['schema'] as { const: string }).const, ajv.compile(schema)]));
}

describe('the published schemas', () => {
  test('there is one per type and version, named after it', () => {
    expect(schemaFiles).toEqual(['book-snapshot.v1.schema.json', 'book-update.v1.schema.json', 'kline.v1.schema.json', 'ticker.v1.schema.json', 'trade.v1.schema.json']);
    for (const schema of schemas.values()) expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect([...validators().keys()].sort()).toEqual(eventTypeNames.slice(1).map((name) => `meltica.event.${name}/1`).sort());
  });

  test('all have the same envelope', () => {
    const envelopes = [...schemas.values()].map(({ properties, required }) => {
      const { schema: _schema, type: _type, version: _version, payload: _payload, ...rest } = properties;
      return formatJson({ required, rest });
    });
    expect(new Set(envelopes).size).toBe(1);
  });

  test('every field of every object has a description, is required, and nothing else is allowed', () => {
    const objects: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const node = value as Readonly<Record<string, unknown>>;
      if (node['type'] === 'object') {
        objects.push(path);
        const properties = node['properties'] as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
        expect(node['additionalProperties'], path).toBe(false);
        expect(node['required'], path).toEqual(Object.keys(properties));
        for (const [name, field] of Object.entries(properties)) expect(field['description'], `${path}.${name}`).toBeTypeOf('string');
      }
      for (const [key, inner] of Object.entries(node)) visit(inner, `${path}/${key}`);
    };
    for (const [file, schema] of schemas) visit(schema, file);
    expect(objects.length).toBe(15);
  });
});

describe('the wire form', () => {
  const validateBySchema = validators();

  function problemsOf(wire: { readonly schema: string }): unknown {
    const validate = validateBySchema.get(wire.schema)!;
    return validate(wire) ? [] : validate.errors;
  }

  test('of any event fits its schema, also after a way through JSON text', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const wire = toWire(event);
        expect(problemsOf(wire)).toEqual([]);
        expect(parseJson(formatJson(wire))).toEqual(wire);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps every number exactly: its text is the same mantissa again', () => {
    const reader = new DecimalReader();
    const back = (text: string | null, scale: number): number => {
      if (text === null) return 0;
      expect(reader.read(text, scale)).toBe(true);
      return reader.mantissa;
    };
    fc.assert(
      fc.property(anyEvent, (event) => {
        const wire = toWire(event);
        const { priceScale: p, quantityScale: q } = event;
        if (event.type === EventType.Trade) {
          const { payload } = wire as WireTrade;
          expect([back(payload.price, p), back(payload.quantity, q)]).toEqual([(event as TradeEvent).payload.price, (event as TradeEvent).payload.quantity]);
        } else if (event.type === EventType.Ticker) {
          const { payload } = wire as WireTicker;
          expect({ bidPrice: back(payload.bidPrice, p), bidQuantity: back(payload.bidQuantity, q), askPrice: back(payload.askPrice, p), askQuantity: back(payload.askQuantity, q) })
            .toEqual({ ...(event as TickerEvent).payload });
        } else if (event.type === EventType.Kline) {
          const { open, high, low, close } = (wire as WireKline).payload;
          const { payload } = event as KlineEvent;
          expect([open, high, low, close].map((text) => back(text, p))).toEqual([payload.open, payload.high, payload.low, payload.close]);
        } else {
          const flat = (levels: readonly WireLevel[]): number[] => levels.flatMap(([price, quantity]) => [back(price, p), back(quantity, q)]);
          const { payload } = wire as WireBookUpdate;
          expect(flat(payload.bids)).toEqual((event as BookEvent).payload.bids.slice(0, (event as BookEvent).payload.bidCount * 2));
          expect(flat(payload.asks)).toEqual((event as BookEvent).payload.asks.slice(0, (event as BookEvent).payload.askCount * 2));
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a number instead of a text', (wire: Record<string, unknown>) => { (wire['payload'] as Record<string, unknown>)['price'] = 61837.63; }],
    ['an unknown field', (wire: Record<string, unknown>) => { wire['extra'] = 1; }],
    ['a missing field', (wire: Record<string, unknown>) => { delete wire['epoch']; }],
    ['a zero at the end', (wire: Record<string, unknown>) => { (wire['payload'] as Record<string, unknown>)['price'] = '61837.630'; }],
    ['an exponent', (wire: Record<string, unknown>) => { (wire['payload'] as Record<string, unknown>)['price'] = '6e4'; }],
    ['a time in milliseconds', (wire: Record<string, unknown>) => { wire['receivedTime'] = '2021-04-05T18:33:23.463Z'; }],
    ['another type', (wire: Record<string, unknown>) => { wire['type'] = 'ticker'; }],
  ])('the schema refuses %s', (_name, spoil) => {
    const wire = parseJson(formatJson(toWire(trade()))) as Record<string, unknown> & { schema: string };
    expect(problemsOf(wire)).toEqual([]);
    spoil(wire);
    expect(problemsOf(wire)).not.toEqual([]);
  });

  test('what is not known is null', () => {
    const event = trade();
    event.venueTimeUs = 0;
    event.sequenceFirst = 0;
    event.sequenceLast = 0;
    event.payload.tradeId = 0;
    expect(toWire(event)).toMatchObject({ venueTime: null, venueSequence: null, payload: { tradeId: null } });
    expect(toWire(ticker(0, 0, 5, 1)).payload).toMatchObject({ bidPrice: null, bidQuantity: null, askPrice: '0.05', askQuantity: '0.00001' });
  });

  test('an id beyond 2^53 keeps all its digits', () => {
    const event = trade();
    event.payload.tradeId = -1;
    event.payload.tradeIdText = '18446744073709551615';
    expect((toWire(event) as WireTrade).payload.tradeId).toBe('18446744073709551615');
  });

  test('an event without a type is an error of ours', () => {
    expect(() => toWire(new CanonicalEvent(trade().payload))).toThrow('an event without a type has no wire form');
  });

  test.each(goldens())('the golden file of %s is what comes out; GOLDEN=1 rewrites it', (name, event) => {
    const file = fileURLToPath(new URL(`../../golden/wire/${name}.json`, import.meta.url));
    const text = `${formatJson(toWire(event), 2)}\n`;
    if (process.env['GOLDEN'] === '1') writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
    expect(problemsOf(toWire(event))).toEqual([]);
  });
});

function goldens(): [string, CanonicalEvent][] {
  const sold = trade(6_183_760, 50_000, TakerSide.Sell);
  sold.payload.tradeId = -1;
  sold.payload.tradeIdText = '0x9f-77';
  sold.payload.fillCount = 3;
  sold.gapBefore = true;
  sold.dropped = 12;
  return [
    ['trade', trade()],
    ['trade-after-a-loss', sold],
    ['ticker', ticker()],
    ['ticker-one-sided', ticker(6_183_763, 150_000, 0, 0)],
    ['book-snapshot', book(EventType.BookSnapshot, [6_183_763, 150_000, 6_183_700, 5], [6_183_764, 2_500])],
    ['book-update', book(EventType.BookUpdate, [6_183_763, 0], [6_183_800, 100_000])],
    ['kline', kline()],
  ];
}
