/**
 * Where everything lies in the module's memory, and how much of it there is. Nothing grows, so the views that JavaScript
 * makes once stay valid for ever.
 *
 *   scratch | input + padding | slots | levels | fix-ups | schemas | roots | switches | level specs | atoms | tables
 *
 * The limits are repeated in ../limits.ts, and ../kernel.ts compares the two when it loads the module.
 */
export const INPUT_MAX: u32 = 8 << 20;
export const LEVELS_MAX: u32 = 65536;
export const RECORDS_MAX: u32 = 2048;
export const SLOTS: u32 = 32;
export const SCHEMAS_MAX: u32 = 255;
export const ENTRIES_MAX: u32 = 64;
export const ROOTS_MAX: u32 = 64;
export const SWITCHES_MAX: u32 = 64;
export const CASES_MAX: u32 = 64;
export const SPECS_MAX: u32 = 64;
export const FIXUPS_MAX: u32 = 4096;
export const ATOMS_MAX: u32 = 65536;
export const ATOM_BYTES_MAX: u32 = 32;
export const DEPTH_MAX: u32 = 64;
/** Buckets of the atom table: never more than half of them are taken. */
export const BUCKETS: u32 = ATOMS_MAX * 2;

/** A price and a quantity of a level wait here until its side is known: value, mantissa, value, mantissa. */
export const SCRATCH: usize = 32768;
export const SCRATCH_PRICE: usize = SCRATCH;
export const SCRATCH_QUANTITY: usize = SCRATCH + 16;
/** A number that nobody wants is read to here. */
export const SCRATCH_SKIPPED: usize = SCRATCH + 32;

/** Behind the frame lie 64 zero bytes: reading 16 bytes at a time may look past its end. */
export const INPUT: usize = 65536;

export const DOUBLES: usize = INPUT + INPUT_MAX + 128;
export const EXACTS: usize = DOUBLES + RECORDS_MAX * SLOTS * 8;
export const METAS: usize = EXACTS + RECORDS_MAX * SLOTS * 8;
export const PRESENCE: usize = METAS + RECORDS_MAX * SLOTS * 4;

export const PRICES: usize = PRESENCE + RECORDS_MAX * 4;
export const QUANTITIES: usize = PRICES + LEVELS_MAX * 16;
export const PRICE_MANTISSAS: usize = QUANTITIES + LEVELS_MAX * 16;
export const QUANTITY_MANTISSAS: usize = PRICE_MANTISSAS + LEVELS_MAX * 16;
/** Per level two bytes: the price's scale, the quantity's scale. */
export const LEVEL_SCALES: usize = QUANTITY_MANTISSAS + LEVELS_MAX * 16;

/** u32: bids, asks, a bit per side whose list was met, records, fix-ups, offset and length of an unknown kind. */
export const COUNTS: usize = LEVEL_SCALES + LEVELS_MAX * 4;
export const SIDES_MET: usize = COUNTS + 8;
export const RECORD_COUNT: usize = COUNTS + 12;
export const FIXUP_COUNT: usize = COUNTS + 16;
export const KIND_OFFSET: usize = COUNTS + 20;
export const KIND_LENGTH: usize = COUNTS + 24;

/** u32 each: address of the double, offset and length of its text. */
export const FIXUPS: usize = COUNTS + 32;

/** Of a key or position: what to do with each type of JSON value. */
export const ENTRY: u32 = 80;
export const ENTRY_MASK: usize = 32;
export const ENTRY_KEY_LENGTH: usize = 64;
/** The entry that followed last time: frames of one kind keep their order, so one comparison finds the next key. */
export const ENTRY_NEXT: usize = 65;
export const OP_STRING: usize = 68;
export const OP_NUMBER: usize = 69;
export const OP_OBJECT: usize = 70;
export const OP_ARRAY: usize = 71;
export const OP_LITERAL: usize = 72;
/** The argument of an operation lies five bytes behind it. */
export const ARGUMENT: usize = 5;

/** u32: number of entries, first entry to expect, 1 when other keys are refused, 1 when there is a switch; then the entries. */
export const SCHEMA_HEAD: u32 = 16;
export const SCHEMA: u32 = SCHEMA_HEAD + ENTRIES_MAX * ENTRY;
export const SCHEMAS: usize = FIXUPS + FIXUPS_MAX * 12;
export const ROOTS: usize = SCHEMAS + SCHEMAS_MAX * SCHEMA;

/** u32: slot, schema of every other kind + 1, its entry; then u32 atom + 1, u16 schema, u16 entry, hashed by atom. */
export const SWITCH_HEAD: u32 = 16;
export const SWITCH: u32 = SWITCH_HEAD + CASES_MAX * 8;
export const SWITCHES: usize = ROOTS + ROOTS_MAX * ENTRY;

/** u8: side (2: the row says it), column of the side, of the price, of the quantity, schema; at 16: words of a side. */
export const SPEC: u32 = 80;
export const SPEC_WORDS: u32 = 16;
export const SPECS: usize = SWITCHES + SWITCHES_MAX * SWITCH;

export const ATOM_KEYS: usize = SPECS + SPECS_MAX * SPEC;
export const ATOM_IDS: usize = ATOM_KEYS + BUCKETS * 32;
export const ATOM_LENGTHS: usize = ATOM_IDS + BUCKETS * 4;

/** For every length and place of the point: the shuffle that drops the point and moves the digits to the right. */
export const SHUFFLES: usize = ATOM_LENGTHS + BUCKETS;
/** For every length: as many bytes of ones. */
export const HEADS: usize = SHUFFLES + 17 * 17 * 16;
export const POWERS: usize = HEADS + 17 * 16;
export const POWERS_EXACT: usize = POWERS + 32 * 8;
/** By number of characters from the point on, the point included: 0 and 1 stand for none. */
export const POWERS_BY_TAIL: usize = POWERS_EXACT + 19 * 8;
export const END: usize = POWERS_BY_TAIL + 32 * 8;
