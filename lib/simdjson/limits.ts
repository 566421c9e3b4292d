/** What there is room for. The kernel's memory is laid out by the same numbers, and it is compared with them when it is loaded. */

/** Bytes of a frame that the kernel takes; longer ones take the fallback. */
export const INPUT_BYTES_MAX = 8 * 1024 * 1024;
/** Bytes of a frame that the fallback takes. */
export const FALLBACK_BYTES_MAX = 64 * 1024 * 1024;
/** Levels a side that the kernel takes; more take the fallback. */
export const LEVELS_MAX = 65_536;
/** Levels a side that the fallback takes. */
export const FALLBACK_LEVELS_MAX = 1_048_576;
/** Records of a frame, the root's included. */
export const RECORDS_MAX = 2_048;
/** Slots of a record: as many as its presence mask has bits. */
export const SLOTS = 32;
/** Brackets that may be open at once. */
export const DEPTH_MAX = 64;

export const SCHEMAS_MAX = 255;
/** Keys of an object schema, positions of a tuple. */
export const ENTRIES_MAX = 64;
export const KEY_BYTES_MAX = 30;
export const ROOTS_MAX = 64;
export const SWITCHES_MAX = 64;
/** Kinds of one switch; its table has 64 places and must not fill up. */
export const KINDS_MAX = 48;
export const LEVEL_SPECS_MAX = 64;
/** Words for one side of a level, and the bytes of each. */
export const SIDE_WORDS_MAX = 2;
export const SIDE_WORD_BYTES_MAX = 7;

export const ATOMS_MAX = 65_536;
export const ATOM_BYTES_MAX = 32;

/** Doubles of one frame that need more than one division, and are read by JavaScript. */
export const FIXUPS_MAX = 4_096;
/** Digits behind the point; a value that needs more is inexact. */
export const SCALE_MAX = 200;
