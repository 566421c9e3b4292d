import { Levels } from './levels.ts';
import { LEVELS_MAX, RECORDS_MAX, SLOTS } from './limits.ts';
import { Side } from './schema.ts';

/**
 * What a decoded frame is: slots of records, and levels of two sides. It lies in the kernel's memory, or, on a machine
 * without one, in memory of its own; who reads it does not see the difference.
 *
 *   index = record * 32 + slot
 *   doubles[index]    the nearest double; 1 or 0 of a flag; whole microseconds of a time
 *   exacts[index]     mantissa; 1 or 0 of a flag; nanoseconds of a time; or offset and length of a text (low and high half of `halves`)
 *   metas[index]      scale of a decimal (INEXACT: see `exacts`), atom
 *   presence[record]  a bit per slot: what is not set there is left over from an older frame
 */
export class SlotMemory {
  readonly doubles: Float64Array;
  readonly exacts: BigInt64Array;
  readonly halves: Uint32Array;
  readonly metas: Int32Array;
  readonly presence: Uint32Array;
  /** See Count. */
  readonly counts: Uint32Array;
  readonly bids: Levels;
  readonly asks: Levels;

  constructor(places: SlotPlaces | null) {
    const at = places ?? noPlaces;
    const buffer = (bytes: number): ArrayBuffer => places?.buffer ?? new ArrayBuffer(bytes);
    const slotCount = RECORDS_MAX * SLOTS;
    const exacts = buffer(slotCount * 8);
    this.doubles = new Float64Array(buffer(slotCount * 8), at.doubles, slotCount);
    this.exacts = new BigInt64Array(exacts, at.exacts, slotCount);
    this.halves = new Uint32Array(exacts, at.exacts, slotCount * 2);
    this.metas = new Int32Array(buffer(slotCount * 4), at.metas, slotCount);
    this.presence = new Uint32Array(buffer(RECORDS_MAX * 4), at.presence, RECORDS_MAX);
    this.counts = new Uint32Array(buffer(COUNTS * 4), at.counts, COUNTS);
    const doubles = (offset: number, side: Side): Float64Array => new Float64Array(buffer(LEVELS_MAX * 8), places === null ? 0 : offset + side * LEVELS_MAX * 8, LEVELS_MAX);
    const levels = (side: Side): Levels =>
      new Levels(this.counts, side, {
        prices: doubles(at.prices, side),
        quantities: doubles(at.quantities, side),
        priceMantissas: doubles(at.priceMantissas, side),
        quantityMantissas: doubles(at.quantityMantissas, side),
        scales: new Uint8Array(buffer(LEVELS_MAX * 2), places === null ? 0 : at.scales + side * LEVELS_MAX * 2, LEVELS_MAX * 2),
      });
    this.bids = levels(Side.Bid);
    this.asks = levels(Side.Ask);
  }
}

/** Indexes of `counts`. */
export const Count = { Bids: 0, Asks: 1, SidesMet: 2, Records: 3, Fixups: 4, KindOffset: 5, KindLength: 6 } as const;
const COUNTS = 8;


/** Byte offsets in one buffer. */
export interface SlotPlaces {
  readonly buffer: ArrayBuffer;
  readonly doubles: number;
  readonly exacts: number;
  readonly metas: number;
  readonly presence: number;
  readonly counts: number;
  readonly prices: number;
  readonly quantities: number;
  readonly priceMantissas: number;
  readonly quantityMantissas: number;
  readonly scales: number;
}

const noPlaces = { doubles: 0, exacts: 0, metas: 0, presence: 0, counts: 0, prices: 0, quantities: 0, priceMantissas: 0, quantityMantissas: 0, scales: 0 };
