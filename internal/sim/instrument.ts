import { assert } from '../../lib/assert/assert.ts';
import { DecimalReader } from '../../lib/decimal/decimal.ts';
import type { InstrumentFacts } from '../../schemas/market/instrument.ts';

/** An instrument with all a simulated market has to know to trade it. Integers at the instrument's own scales. */
export interface SimulatedInstrument extends InstrumentFacts {
  readonly priceTick: number;
  readonly quantityStep: number;
  readonly startPrice: number;
  /** Around which the quantities of levels and orders lie. */
  readonly typicalQuantity: number;
  /** How often it is touched, relative to the others. */
  readonly activity: number;
  /** The least value of an order in quote, as decimal text. */
  readonly notionalMin: string;
}

/** An instrument as a person writes it down: decimals as text, scales left to the tick and the step. */
export interface InstrumentRow {
  readonly venueSymbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tick: string;
  readonly step: string;
  readonly start: string;
  readonly typical: string;
  readonly activity: number;
  readonly notionalMin: string;
}

export function instrumentOf(row: InstrumentRow): SimulatedInstrument {
  const priceScale = scaleOf(row.tick);
  const quantityScale = scaleOf(row.step);
  const instrument: SimulatedInstrument = {
    symbol: `${row.base}-${row.quote}`,
    venueSymbol: row.venueSymbol,
    base: row.base,
    quote: row.quote,
    priceScale,
    quantityScale,
    priceTick: mantissaOf(row.tick, priceScale),
    quantityStep: mantissaOf(row.step, quantityScale),
    startPrice: mantissaOf(row.start, priceScale),
    typicalQuantity: mantissaOf(row.typical, quantityScale),
    activity: row.activity,
    notionalMin: row.notionalMin,
  };
  assert(instrument.startPrice % instrument.priceTick === 0, 'a start price lies on a tick');
  assert(instrument.typicalQuantity >= instrument.quantityStep, 'a typical quantity is at least one step');
  return instrument;
}

function scaleOf(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

function mantissaOf(text: string, scale: number): number {
  const reader = new DecimalReader();
  assert(reader.read(text, scale), 'a decimal of an instrument row fits its scale');
  return reader.mantissa;
}
