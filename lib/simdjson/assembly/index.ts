/**
 * A schema-directed decoder of JSON frames with 128-bit vectors: one pass that checks everything and keeps what the schema
 * asks for, in memory that JavaScript looks into. ../README.md says what for; ../kernel.ts is the other side.
 */
import { addAtom, initAtoms } from './atoms';
import { byteAt, setWhy, skipSpace, why } from './bytes';
import { initDecimal } from './decimal';
import {
  ARGUMENT, ATOMS_MAX, COUNTS, DOUBLES, END, ENTRIES_MAX, ENTRY, EXACTS, FIXUPS, FIXUPS_MAX, FIXUP_COUNT, INPUT, INPUT_MAX, LEVELS_MAX,
  LEVEL_SCALES, METAS, OP_OBJECT, PRESENCE, PRICES, PRICE_MANTISSAS, QUANTITIES, QUANTITY_MANTISSAS, RECORDS_MAX, RECORD_COUNT, ROOTS,
  ROOTS_MAX, SCHEMA, SCHEMAS, SCHEMAS_MAX, SIDES_MET, SLOTS, SPEC, SPECS, SPECS_MAX, SWITCH, SWITCHES, SWITCHES_MAX,
} from './layout';
import { object, value } from './objects';
import { OBJECT, WHY_NOT_JSON } from './ops';

export { addAtom };

/** Bits of the answer above the reason. */
const NON_ASCII: u32 = 256;
const HAS_FIXUPS: u32 = 512;

export function init(): void {
  initDecimal();
  initAtoms();
}

/** 0: all is well. Otherwise the reason in the low byte (0: accepted), and what JavaScript has to do in the bits above it. */
export function decode(length: u32, root: u32): u32 {
  const end = pad(length);
  store<u64>(COUNTS, 0);
  store<u32>(SIDES_MET, 0);
  store<u32>(RECORD_COUNT, 1);
  store<u32>(FIXUP_COUNT, 0);
  store<u32>(PRESENCE, 0);
  setWhy(WHY_NOT_JSON);
  const start = skipSpace(INPUT);
  const entry = ROOTS + root * ENTRY;
  const isObject = byteAt(start) == 123 && <u32>load<u8>(entry, OP_OBJECT) == OBJECT;
  const p = isObject ? object(start + 1, <u32>load<u8>(entry, OP_OBJECT + ARGUMENT), 0, 1) : value(entry, start, 0, 0);
  if (p == 0) return why;
  if (skipSpace(p) != end) return WHY_NOT_JSON;
  return (isAscii(end) ? 0 : NON_ASCII) | (load<u32>(FIXUP_COUNT) != 0 ? HAS_FIXUPS : 0);
}

// @ts-ignore: decorator
@inline
function pad(length: u32): usize {
  const zero = i64x2.splat(0);
  const end = INPUT + length;
  v128.store(end, zero);
  v128.store(end, zero, 16);
  v128.store(end, zero, 32);
  v128.store(end, zero, 48);
  return end;
}

/** The padding is ASCII, so that the last step may look into it. */
// @ts-ignore: decorator
@inline
function isAscii(end: usize): bool {
  let all = i64x2.splat(0);
  for (let p = INPUT; p < end; p += 32) all = v128.or(all, v128.or(v128.load(p), v128.load(p, 16)));
  return !i8x16.bitmask(all);
}

/** Addresses and limits by number, in the order that ../kernel.ts names them. */
export function layout(what: u32): u32 {
  switch (what) {
    case 0: return <u32>INPUT;
    case 1: return <u32>DOUBLES;
    case 2: return <u32>EXACTS;
    case 3: return <u32>METAS;
    case 4: return <u32>PRESENCE;
    case 5: return <u32>PRICES;
    case 6: return <u32>QUANTITIES;
    case 7: return <u32>PRICE_MANTISSAS;
    case 8: return <u32>QUANTITY_MANTISSAS;
    case 9: return <u32>LEVEL_SCALES;
    case 10: return <u32>COUNTS;
    case 11: return <u32>FIXUPS;
    case 12: return <u32>SCHEMAS;
    case 13: return <u32>ROOTS;
    case 14: return <u32>SWITCHES;
    case 15: return <u32>SPECS;
    case 16: return <u32>END;
    case 20: return INPUT_MAX;
    case 21: return LEVELS_MAX;
    case 22: return RECORDS_MAX;
    case 23: return SLOTS;
    case 24: return SCHEMAS_MAX;
    case 25: return ENTRIES_MAX;
    case 26: return ROOTS_MAX;
    case 27: return SWITCHES_MAX;
    case 28: return SPECS_MAX;
    case 29: return FIXUPS_MAX;
    case 30: return ATOMS_MAX;
    case 31: return SCHEMA;
    case 32: return SWITCH;
    case 33: return SPEC;
  }
  return 0;
}
