/** The operations, the statuses and the reasons. The same numbers stand in ../ops.ts and ../status.ts. */
export const SKIP: u32 = 0;
export const DECIMAL: u32 = 1;
export const INTEGER: u32 = 2;
export const FLAG: u32 = 3;
export const ATOM: u32 = 4;
export const TEXT: u32 = 5;
export const TIME: u32 = 6;
export const OBJECT: u32 = 7;
export const EACH: u32 = 8;
export const TUPLE: u32 = 9;
export const EACH_TUPLE: u32 = 10;
export const TUPLES: u32 = 11;
export const OBJECT_BY: u32 = 12;
export const EACH_BY: u32 = 13;
export const SWITCH_KEY: u32 = 14;
export const LEVELS: u32 = 15;
export const LEVEL_ROWS: u32 = 16;
export const LEVEL_OBJECTS: u32 = 17;
export const LEVEL_PRICE: u32 = 18;
export const LEVEL_QUANTITY: u32 = 19;
export const LEVEL_SIDE: u32 = 20;
export const REFUSE: u32 = 21;
/** No rule for this type of JSON value. */
export const NO_RULE: u32 = 22;

export const WHY_NOT_JSON: u32 = 1;
export const WHY_LEVELS: u32 = 4;
export const WHY_RECORDS: u32 = 5;
export const WHY_FIXUPS: u32 = 6;
export const WHY_DEPTH: u32 = 7;
export const WHY_ESCAPE: u32 = 8;
export const WHY_DUPLICATE: u32 = 9;
export const WHY_LATE_KIND: u32 = 10;
export const WHY_UNKNOWN_KIND: u32 = 11;
export const WHY_FORM: u32 = 12;
export const WHY_UNKNOWN_KEY: u32 = 13;
export const WHY_REFUSED: u32 = 14;
export const WHY_DECIMAL: u32 = 15;
export const WHY_SIDE: u32 = 16;
export const WHY_TIME: u32 = 18;

/** Scales that are none. */
export const INEXACT: u32 = 253;
export const EMPTY: u32 = 254;
export const MISSING: u32 = 255;
export const SCALE_MAX: i32 = 200;
