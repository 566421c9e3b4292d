import type { Decoder } from '../../lib/simdjson/decoder.ts';
import { INEXACT_SCALE } from '../../lib/simdjson/inexact.ts';
import type { Levels } from '../../lib/simdjson/levels.ts';
import { SLOTS } from '../../lib/simdjson/limits.ts';
import type { Exact, Expected, Level, Value } from './oracle.ts';

/** The first difference between what a decoder holds and what it must hold, in words; '' when there is none. */
export function difference(decoder: Decoder, expected: Expected): string {
  if (decoder.recordCount !== expected.records.length) return `${decoder.recordCount} records, not ${expected.records.length}`;
  for (const [record, values] of expected.records.entries()) {
    let presence = 0;
    for (const [slot, value] of values) {
      const found = valueDifference(decoder, record, slot, value);
      if (found !== '') return `record ${record}, slot ${slot}: ${found}`;
      presence |= 1 << slot;
    }
    if (decoder.presence[record]! >>> 0 !== presence >>> 0) return `record ${record}: presence ${(decoder.presence[record]! >>> 0).toString(2)}, not ${(presence >>> 0).toString(2)}`;
  }
  return levelsDifference(decoder.bids, expected.levels[0], expected.sidesMet.has(0), 'bid') || levelsDifference(decoder.asks, expected.levels[1], expected.sidesMet.has(1), 'ask');
}

function valueDifference(decoder: Decoder, record: number, slot: number, value: Value): string {
  const index = record * SLOTS + slot;
  switch (value.what) {
    case 'flag':
      return differ('flag', decoder.flag(record, slot), value.flag);
    case 'time':
      return differ('time', decoder.exacts[index], value.nanoseconds) || differ('µs', decoder.timeUs(record, slot), Number(value.nanoseconds / 1_000n));
    case 'text':
      return differ('text', decoder.text(record, slot), value.text);
    case 'atom':
      return differ('atom', decoder.atom(record, slot), decoder.atoms.find(value.text)) || differ('atom text', decoder.text(record, slot), value.text);
    case 'number': {
      const { double, mantissa, scale, text } = value.decimal;
      if (!Object.is(decoder.number(record, slot), double)) return `double ${decoder.number(record, slot)}, not ${double}`;
      if (mantissa === null) return differ('scale', decoder.scale(record, slot), INEXACT_SCALE) || differ('digits', decoder.text(record, slot), text);
      const inDouble = mantissa <= 2n ** 53n && mantissa >= -(2n ** 53n) ? Number(mantissa) : Number.NaN;
      return differ('mantissa', decoder.exacts[index], mantissa) || differ('scale', decoder.scale(record, slot), scale) || differ('safe mantissa', decoder.mantissa(record, slot), inDouble);
    }
  }
}

function levelsDifference(levels: Levels, expected: readonly Level[], wasMet: boolean, side: string): string {
  if (levels.count !== expected.length) return `${levels.count} ${side}s, not ${expected.length}`;
  if (levels.wasMet !== wasMet) return `${side}s: met ${levels.wasMet}, not ${wasMet}`;
  for (const [index, { price, quantity }] of expected.entries()) {
    const found =
      partDifference('price', levels.prices[index]!, levels.priceMantissas[index]!, levels.scales[index * 2]!, price) ||
      partDifference('quantity', levels.quantities[index]!, levels.quantityMantissas[index]!, levels.scales[index * 2 + 1]!, quantity);
    if (found !== '') return `${side} ${index}: ${found}`;
  }
  return '';
}

function partDifference(what: string, double: number, mantissa: number, scale: number, expected: Exact): string {
  if (!Object.is(double, expected.double)) return `${what} ${double}, not ${expected.double}`;
  if (expected.mantissa === null) return differ(`${what}'s scale`, scale, INEXACT_SCALE) || differ(`${what}'s mantissa`, mantissa, Number.NaN);
  return differ(`${what}'s mantissa`, mantissa, Number(expected.mantissa)) || differ(`${what}'s scale`, scale, expected.scale);
}

function differ(what: string, was: unknown, expected: unknown): string {
  return Object.is(was, expected) ? '' : `${what} ${String(was)}, not ${String(expected)}`;
}

/** The first difference between two decoders that hold the same frame. Their atoms may differ. */
export function compareDecoders(one: Decoder, other: Decoder): string {
  if (one.recordCount !== other.recordCount) return differ('records', one.recordCount, other.recordCount);
  for (let record = 0; record < one.recordCount; record += 1) {
    if (one.presence[record] !== other.presence[record]) return differ(`presence of record ${record}`, one.presence[record], other.presence[record]);
    for (let slot = 0; slot < SLOTS; slot += 1) {
      if (!one.has(record, slot)) continue;
      const index = record * SLOTS + slot;
      const found = differ('exact', one.exacts[index], other.exacts[index]) || differ('meta', one.metas[index], other.metas[index]);
      if (found !== '') return `record ${record}, slot ${slot}: ${found}`;
    }
  }
  for (const side of ['bids', 'asks'] as const) {
    if (one[side].count !== other[side].count || one[side].wasMet !== other[side].wasMet) return `other ${side}`;
    for (const column of ['prices', 'quantities', 'priceMantissas', 'quantityMantissas'] as const) {
      for (let i = 0; i < one[side].count; i += 1) {
        const found = differ(`${side} ${i} ${column}`, one[side][column][i], other[side][column][i]);
        if (found !== '') return found;
      }
    }
    for (let i = 0; i < one[side].count * 2; i += 1) {
      const found = differ(`${side} scale ${i}`, one[side].scales[i], other[side].scales[i]);
      if (found !== '') return found;
    }
  }
  return '';
}
