/**
 * A value (mantissa, scale) at a scale of one's own, such as an instrument's, by the rules of lib/decimal: zeros at the end
 * do not count, and a digit is never lost.
 */
export const Scaled = {
  Ok: 0,
  /** It needs more decimals than the scale has: `scaleNeeded` says how many. */
  NeedsScale: 1,
  /** The mantissa would pass 2^53 - 1, or the value needs more than 15 decimals, or it is inexact. */
  OutOfRange: 2,
} as const;
export type Scaled = (typeof Scaled)[keyof typeof Scaled];

/** Decimals that an own scale may have: 10^15 is the last power of ten below 2^53. */
export const OWN_SCALE_MAX = 15;

const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** NaN where it cannot be; `scaleNeededBy` tells why. */
export function scaled(mantissa: number, scale: number, ownScale: number): number {
  if (mantissa === 0) return 0;
  const shift = ownScale - scale;
  if (shift < -22) return stripped(mantissa, scale, ownScale);
  const value = moved(mantissa, shift);
  return isWhole(value) ? value : Number.NaN;
}

/**
 * The mantissa with its point `shift` places further on: one step, which is exact where the result is whole and within
 * 2^53, because half a unit in the last place of a quotient is less than the smallest fraction it can have.
 */
export function moved(mantissa: number, shift: number): number {
  if (shift === 0) return mantissa;
  return shift > 0 ? mantissa * POWERS[shift]! : mantissa / POWERS[-shift]!;
}

/** False of NaN, of a fraction and of what is beyond 2^53 - 1. */
export function isWhole(value: number): boolean {
  return value === Math.trunc(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

/** The decimals that the value needs, zeros at the end not counted; -1 of NaN, and of more than 15. */
export function scaleNeededBy(mantissa: number, scale: number): number {
  if (Number.isNaN(mantissa)) return -1;
  if (mantissa === 0) return 0;
  let rest = mantissa;
  let left = scale;
  while (left > 0 && rest % 10 === 0) {
    rest /= 10;
    left -= 1;
  }
  return left > OWN_SCALE_MAX ? -1 : left;
}

function stripped(mantissa: number, scale: number, ownScale: number): number {
  let rest = mantissa;
  let left = scale;
  while (left > ownScale && rest % 10 === 0) {
    rest /= 10;
    left -= 1;
  }
  return left === ownScale ? rest : Number.NaN;
}
