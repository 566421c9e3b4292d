/** Values that nobody reads are still checked: strings, numbers, literals, and whole trees of them. */
import { byteAt, isDigit, no, skipSpace } from './bytes';
import { decimalNumber } from './decimal';
import { DEPTH_MAX, SCRATCH_SKIPPED } from './layout';
import { WHY_DEPTH, WHY_NOT_JSON } from './ops';

/** The last string had an escape. Set only, so that a caller clears it first. */
export let hasEscape: u32 = 0;

export function clearEscape(): void {
  hasEscape = 0;
}

/** `p` is behind the opening quote; returns the place behind the closing one. */
// @ts-ignore: decorator
@inline
export function skipString(p: usize): usize {
  while (true) {
    const bytes = v128.load(p);
    const special = v128.or(i8x16.eq(bytes, i8x16.splat(34)), v128.or(i8x16.eq(bytes, i8x16.splat(92)), i8x16.lt_u(bytes, i8x16.splat(32))));
    const bits = <u32>i8x16.bitmask(special);
    if (bits) {
      p += ctz(bits);
      return byteAt(p) == 34 ? p + 1 : skipStringSlow(p);
    }
    p += 16;
  }
}

function skipStringSlow(p: usize): usize {
  while (true) {
    let char = byteAt(p);
    if (char == 34) return p + 1;
    if (char < 0x20) return no(WHY_NOT_JSON);
    if (char == 92) {
      hasEscape = 1;
      char = byteAt(p + 1);
      p += 2;
      if (char == 117) {
        for (let i: usize = 0; i < 4; i++) {
          const hex = byteAt(p + i);
          if (!(hex - 48 < 10 || (hex | 32) - 97 < 6)) return no(WHY_NOT_JSON);
        }
        p += 4;
      } else if (!(char == 34 || char == 92 || char == 47 || char == 98 || char == 102 || char == 110 || char == 114 || char == 116)) {
        return no(WHY_NOT_JSON);
      }
      continue;
    }
    p++;
  }
}

/** `depth` brackets are open already. */
export function skipValue(p: usize, depth: u32): usize {
  const char = byteAt(p);
  if (char == 34) return skipString(p + 1);
  if (char == 45 || isDigit(char)) {
    return decimalNumber(p, SCRATCH_SKIPPED, SCRATCH_SKIPPED + 8, false);
  }
  if (char == 123) return skipObject(p, depth + 1);
  if (char == 91) return skipArray(p, depth + 1);
  return skipLiteral(p);
}

export function skipLiteral(p: usize): usize {
  const word = load<u32>(p);
  if (word == 0x65757274 || word == 0x6c6c756e) return p + 4;
  if (word == 0x736c6166 && byteAt(p + 4) == 101) return p + 5;
  return no(WHY_NOT_JSON);
}

function skipArray(p: usize, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  p = skipSpace(p + 1);
  if (byteAt(p) == 93) return p + 1;
  while (true) {
    p = skipValue(p, depth);
    if (p == 0) return 0;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 93) return p + 1;
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
  }
}

function skipObject(p: usize, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  p = skipSpace(p + 1);
  if (byteAt(p) == 125) return p + 1;
  while (true) {
    if (byteAt(p) != 34) return no(WHY_NOT_JSON);
    p = skipString(p + 1);
    if (p == 0) return 0;
    p = skipSpace(p);
    if (byteAt(p) != 58) return no(WHY_NOT_JSON);
    p = skipValue(skipSpace(p + 1), depth);
    if (p == 0) return 0;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 125) return p + 1;
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
  }
}
