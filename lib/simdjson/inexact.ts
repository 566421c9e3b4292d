/** The scale of a value without an exact mantissa. Of a slot, the exact half is its text then, as offset and length. */
export const INEXACT_SCALE = 253;
