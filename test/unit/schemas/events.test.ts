import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CanonicalEvent, eventFor, EventType, isBook, isKline, isTicker, isTrade } from '../../../schemas/events/event.ts';
import { BookPayload, KlinePayload, TickerPayload, TradePayload, type Payload } from '../../../schemas/events/payloads.ts';
import { channels } from '../../../schemas/market/stream.ts';
import { stream } from '../consumers/support/events.ts';
import { anyEvent } from './arbitrary-event.ts';

type Fields = Record<string, unknown>;

const payloads: readonly (readonly [string, () => Payload])[] = [
  ['TradePayload', () => new TradePayload()],
  ['TickerPayload', () => new TickerPayload()],
  ['BookPayload', () => new BookPayload()],
  ['KlinePayload', () => new KlinePayload()],
];

/** The pool writes these two itself, and a book keeps its arrays for the next use: only the counted pairs are its content. */
const keptByReset = new Set(['pooled', 'generation', 'home', 'bids', 'asks']);

function junkFor(value: unknown): unknown {
  if (typeof value === 'number') return 987_654;
  if (typeof value === 'string') return 'junk';
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return [1, 2, 3, 4];
  throw new Error(`no junk for ${typeof value}`);
}

function spoil(target: object): void {
  const fields = target as Fields;
  for (const name of Object.keys(fields)) {
    if (name === 'payload') spoil(fields[name] as object);
    else if (name === 'stream') fields[name] = stream('trade');
    else if (!keptByReset.has(name) || Array.isArray(fields[name])) fields[name] = junkFor(fields[name]);
  }
}

function contentOf(target: object): Fields {
  return Object.fromEntries(Object.entries(target).filter(([name]) => !keptByReset.has(name)).map(([name, value]) => [name, name === 'payload' ? contentOf(value as object) : value]));
}

describe('reset', () => {
  test.each(payloads)('of %s forgets every field', (_name, make) => {
    const payload = make();
    spoil(payload);
    expect(contentOf(payload)).not.toEqual(contentOf(make()));
    payload.reset();
    expect(contentOf(payload)).toEqual(contentOf(make()));
  });

  test.each(payloads)('of an event with %s forgets every field of both', (_name, make) => {
    const event = new CanonicalEvent(make());
    spoil(event);
    event.reset();
    expect(contentOf(event)).toEqual(contentOf(new CanonicalEvent(make())));
  });

  test('leaves no old level to be seen: a clone after it is empty', () => {
    const payload = new BookPayload();
    payload.pushBid(1, 2);
    payload.pushAsk(3, 4);
    payload.reset();
    payload.pushBid(5, 6);
    expect({ ...payload.clone() }).toEqual({ bids: [5, 6], bidCount: 1, asks: [], askCount: 0 });
  });
});

describe('clone', () => {
  test('of any event equals it and shares nothing that can change', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const copy = event.clone();
        expect(copy).toEqual(event);
        expect(copy.payload).not.toBe(event.payload);
        expect(copy.payload.constructor).toBe(event.payload.constructor);
        const before = structuredClone(contentOf(copy.payload));
        const levels = copy.payload instanceof BookPayload ? [[...copy.payload.bids], [...copy.payload.asks]] : [];
        spoil(event.payload);
        if (event.payload instanceof BookPayload) event.payload.bids.fill(0);
        expect(contentOf(copy.payload)).toEqual(before);
        if (copy.payload instanceof BookPayload) expect([copy.payload.bids, copy.payload.asks]).toEqual(levels);
      }),
    );
  });

  test('carries every field of the envelope', () => {
    const event = new CanonicalEvent(new TradePayload());
    spoil(event);
    expect(contentOf(event.clone())).toEqual(contentOf(event));
  });

  test('is not of the pool', () => {
    const event = new CanonicalEvent(new TradePayload());
    event.pooled = true;
    event.generation = 9;
    expect(event.clone()).toMatchObject({ pooled: false, generation: 0 });
  });

  test('takes the counted levels only', () => {
    const payload = new BookPayload();
    for (let level = 1; level <= 50; level += 1) payload.pushBid(level, level);
    payload.reset();
    payload.pushBid(1, 1);
    expect(payload.clone().bids).toHaveLength(2);
  });
});

test('an event for a channel carries the payload of that channel', () => {
  expect(channels.map((channel) => eventFor(channel).payload.constructor)).toEqual([TradePayload, TickerPayload, BookPayload, KlinePayload]);
});

test('each type is one of four kinds', () => {
  const kinds = Object.values(EventType).map((type) => {
    const event = eventFor('trade');
    event.type = type;
    return [isTrade(event), isTicker(event), isBook(event), isKline(event)].map(Number).join('');
  });
  expect(kinds).toEqual(['0000', '1000', '0100', '0010', '0010', '0001']);
});
