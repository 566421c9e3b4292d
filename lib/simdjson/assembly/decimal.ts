/**
 * Decimal text, as a string or as a number, to the nearest double and to an exact mantissa and scale.
 *
 *   "61837.63"   16 bytes at once: where is the quote, where is no digit; one shuffle drops the point and moves the digits
 *                to the right; three multiply-adds make the integer
 *
 * That is for at most 15 characters, which are below 2^53: the double is one correctly rounded division. Longer ones,
 * signs and exponents are read one by one. The scale is as written (0.10 is 10 at 2); only where the mantissa would pass
 * 2^53 zeros at the end are dropped, as few as needed. Where that is not enough a slot goes on to 2^63 - 1, and a level,
 * whose mantissa is a double, is inexact.
 */
import { byteAt, isDigit, no } from './bytes';
import { FIXUP_COUNT, FIXUPS, FIXUPS_MAX, INPUT, POWERS, POWERS_BY_TAIL, POWERS_EXACT, SCRATCH_SKIPPED, SHUFFLES } from './layout';
import { EMPTY, INEXACT, SCALE_MAX, WHY_DECIMAL, WHY_FIXUPS, WHY_NOT_JSON } from './ops';

/** The scale of what was read last, or INEXACT, or EMPTY. */
export let scale: u32 = 0;
/** The digits behind the point it was written with, which the scale may be below. */
export let written: u32 = 0;

const SAFE: u64 = 9007199254740992;
const EXACT: u64 = 9223372036854775807;

let mantissa: u64 = 0;
let double: f64 = 0;

/** `p` is behind the opening quote; returns the place of the closing one. Mantissas of levels are doubles, of slots i64. */
// @ts-ignore: decorator
@inline
export function decimalString(p: usize, value: usize, exact: usize, isLevel: bool): usize {
  const bytes = v128.load(p);
  const quotes = <u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(34)));
  const digits = i8x16.sub(bytes, i8x16.splat(48));
  const digitBits = <u32>i8x16.bitmask(i8x16.lt_u(digits, i8x16.splat(10)));
  if (quotes) {
    const length = ctz(quotes);
    const end: u32 = 1 << length;
    const rest = ~digitBits & (end - 1);
    const point = ctz(rest | end);
    if ((rest & (rest - 1)) == 0 && point != 0 && point + 1 != length && (rest == 0 || byteAt(p + point) == 46)) {
      settleShort(digits, length, point, value, exact, isLevel);
      return p + length;
    }
  }
  return decimalStringSlow(p, value, exact, isLevel);
}

/** The same for a bare number in JSON's grammar; returns the place behind it. */
// @ts-ignore: decorator
@inline
export function decimalNumber(p: usize, value: usize, exact: usize, isLevel: bool): usize {
  const end = shortNumber(p, value, exact, isLevel);
  return end != 0 ? end : decimalNumberSlow(p, value, exact, isLevel);
}

/** 0 when it is not short. */
// @ts-ignore: decorator
@inline
function shortNumber(p: usize, value: usize, exact: usize, isLevel: bool): usize {
  const bytes = v128.load(p);
  const digits = i8x16.sub(bytes, i8x16.splat(48));
  const others: u32 = ~(<u32>i8x16.bitmask(i8x16.lt_u(digits, i8x16.splat(10)))) & 0xffff;
  if (others != 0 && (others & 1) == 0) {
    const point: u32 = ctz(others);
    let length = point;
    let char = byteAt(p + point);
    let isPlain = true;
    if (char == 46) {
      const behind = others & (others - 1);
      length = ctz(behind);
      isPlain = behind != 0 && length > point + 1;
      char = byteAt(p + length);
    }
    if (isPlain && (char | 32) != 101 && (point == 1 || byteAt(p) != 48)) {
      settleShort(digits, length, point, value, exact, isLevel);
      return p + length;
    }
  }
  return 0;
}

/** A short one behind a sign is still quick. */
function decimalNumberSlow(p: usize, value: usize, exact: usize, isLevel: bool): usize {
  if (byteAt(p) == 45) {
    const end = shortNumber(p + 1, value, exact, isLevel);
    if (end != 0) {
      store<f64>(value, -load<f64>(value));
      // No mantissa is -0.
      if (isLevel) store<f64>(exact, 0 - load<f64>(exact));
      else store<i64>(exact, -load<i64>(exact));
      return end;
    }
  }
  return decimalSlow(p, true, value, exact, isLevel);
}

// @ts-ignore: decorator
@inline
function settleShort(digits: v128, length: u32, point: u32, value: usize, exact: usize, isLevel: bool): void {
  const integer = digits16(i8x16.swizzle(digits, v128.load((length * 17 + point) << 4, SHUFFLES)));
  const tail = length - point; // 0: no point; otherwise the point and its decimals
  const decimals = tail - (tail != 0 ? 1 : 0);
  scale = decimals;
  written = decimals;
  const whole = <f64>integer;
  if (isLevel) store<f64>(exact, whole);
  else store<i64>(exact, integer);
  store<f64>(value, whole / load<f64>(tail << 3, POWERS_BY_TAIL));
}

// @ts-ignore: decorator
@inline
function digits16(digits: v128): i64 {
  const pairs = i16x8.add(i16x8.mul(v128.and(digits, i16x8.splat(255)), i16x8.splat(10)), i16x8.shr_u(digits, 8));
  const fours = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1));
  const packed = i16x8.narrow_i32x4_s(fours, fours);
  const eights = i32x4.dot_i16x8_s(packed, i16x8(10000, 1, 10000, 1, 10000, 1, 10000, 1));
  const both = <u64>i64x2.extract_lane(eights, 0);
  return <i64>((both & 0xffffffff) * 100000000 + (both >> 32));
}

function decimalStringSlow(p: usize, value: usize, exact: usize, isLevel: bool): usize {
  if (byteAt(p) == 34) {
    if (isLevel) return no(WHY_DECIMAL);
    scale = EMPTY;
    written = 0;
    return p;
  }
  const end = decimalSlow(p, false, value, exact, isLevel);
  if (end == 0) return 0;
  return byteAt(end) == 34 ? end : no(WHY_DECIMAL);
}

/** Any length, sign and exponent. `isStrict`: no zeros in front, as JSON numbers have it. */
function decimalSlow(p: usize, isStrict: bool, value: usize, exact: usize, isLevel: bool): usize {
  const reason = isStrict ? WHY_NOT_JSON : WHY_DECIMAL;
  const start = p;
  const isNegative = byteAt(p) == 45;
  if (isNegative) p++;
  const first = p;
  let integer: u64 = 0;
  while (isDigit(byteAt(p))) {
    integer = integer * 10 + (byteAt(p) - 48);
    p++;
  }
  let digitCount = p - first;
  if (digitCount == 0) return no(reason);
  if (isStrict && digitCount > 1 && byteAt(first) == 48) return no(reason);
  let decimals: i32 = 0;
  if (byteAt(p) == 46) {
    p++;
    const behind = p;
    while (isDigit(byteAt(p))) {
      integer = integer * 10 + (byteAt(p) - 48);
      p++;
    }
    decimals = <i32>(p - behind);
    if (decimals == 0) return no(reason);
    digitCount += decimals;
  }
  const mantissaEnd = p;
  let exponent: i32 = 0;
  if ((byteAt(p) | 32) == 101) {
    p++;
    const isDown = byteAt(p) == 45;
    if (isDown || byteAt(p) == 43) p++;
    const behind = p;
    while (isDigit(byteAt(p))) {
      if (exponent < 100000000) exponent = exponent * 10 + <i32>(byteAt(p) - 48);
      p++;
    }
    if (p == behind) return no(reason);
    if (isDown) exponent = -exponent;
  }
  const places = decimals - exponent;
  written = places > 0 ? <u32>places : 0;
  const bound = isLevel ? SAFE : EXACT;
  if (digitCount <= 18 && places >= 0 && places <= 22 && integer <= SAFE) {
    mantissa = integer;
    scale = <u32>places;
    double = <f64>integer / load<f64>(POWERS + (<usize>places << 3));
  } else {
    settleLong(first, mantissaEnd, decimals, places, bound);
  }
  if (isNaN(double)) {
    if (!fixLater(value, start, p)) return no(WHY_FIXUPS);
  } else if (isNegative) {
    double = -double;
  }
  store<f64>(value, double);
  if (scale == INEXACT) {
    if (isLevel) store<f64>(exact, NaN);
    else store<u64>(exact, <u64>(start - INPUT) | (<u64>(p - start) << 32));
  } else if (isLevel) {
    const whole = <f64>mantissa;
    store<f64>(exact, isNegative && mantissa != 0 ? -whole : whole);
  } else {
    store<i64>(exact, isNegative ? -(<i64>mantissa) : <i64>mantissa);
  }
  return p;
}

/** Sets mantissa and scale to the value as written, or with fewer zeros at its end, or INEXACT; `double` is NaN where it must be read by JavaScript. */
function settleLong(first: usize, end: usize, decimals: i32, places: i32, bound: u64): void {
  let core: u64 = 0; // The digits without the zeros at their end.
  let zeros: i32 = 0;
  let fits = true;
  for (let p = first; p < end; p++) {
    const digit = <u64>byteAt(p) - 48;
    if (byteAt(p) == 46) continue;
    if (digit == 0) {
      zeros++;
      continue;
    }
    if (core == 0) core = digit;
    else {
      for (; zeros >= 0; zeros--) {
        if (core > 922337203685477580) fits = false;
        core = core * 10;
      }
      core += digit;
      if (core > EXACT) fits = false;
    }
    zeros = 0;
    if (!fits) break;
  }
  if (!fits) {
    scale = INEXACT;
    double = NaN;
    return;
  }
  if (core == 0) {
    mantissa = 0;
    double = 0;
    scale = places <= 0 ? 0 : places > SCALE_MAX ? SCALE_MAX : <u32>places;
    return;
  }
  let power = zeros - places; // value = core * 10^power
  let least: i32 = power < 0 ? -power : 0;
  mantissa = core;
  for (; power > 0; power--) {
    if (mantissa > 922337203685477580) {
      scale = INEXACT;
      double = NaN;
      return;
    }
    mantissa *= 10;
  }
  if (mantissa > EXACT) {
    scale = INEXACT;
    double = NaN;
    return;
  }
  double = least == 0 ? <f64>mantissa : mantissa <= SAFE && least <= 22 ? <f64>mantissa / load<f64>(POWERS + (<usize>least << 3)) : NaN;
  if (mantissa > bound || least > SCALE_MAX) {
    scale = INEXACT;
    return;
  }
  const most = places > SCALE_MAX ? SCALE_MAX : places;
  const limit = mantissa <= SAFE ? SAFE : bound;
  while (least < most && mantissa <= limit / 10) {
    mantissa *= 10;
    least++;
  }
  scale = <u32>least;
}

/** JavaScript reads the text of this double after the frame: it needs more than one division. */
function fixLater(address: usize, start: usize, end: usize): bool {
  if (address == SCRATCH_SKIPPED) return true; // Nobody wants it.
  const count = load<u32>(FIXUP_COUNT);
  if (count >= FIXUPS_MAX) return false;
  const fixup = FIXUPS + count * 12;
  store<u32>(fixup, <u32>address);
  store<u32>(fixup + 4, <u32>(start - INPUT));
  store<u32>(fixup + 8, <u32>(end - start));
  store<u32>(FIXUP_COUNT, count + 1);
  return true;
}

/** What was read to scratch has its place now. */
export function moveFixups(from: usize, to: usize): void {
  const count = load<u32>(FIXUP_COUNT);
  for (let back: u32 = 1; back <= 2 && back <= count; back++) {
    const fixup = FIXUPS + (count - back) * 12;
    if (<usize>load<u32>(fixup) == from) store<u32>(fixup, <u32>to);
  }
}

export function initDecimal(): void {
  let power: f64 = 1;
  for (let i: u32 = 0; i < 23; i++) {
    store<f64>(POWERS + i * 8, power);
    power *= 10;
  }
  store<f64>(POWERS_BY_TAIL, 1);
  power = 1;
  for (let i: u32 = 1; i < 24; i++) {
    store<f64>(POWERS_BY_TAIL + i * 8, power);
    power *= 10;
  }
  let exact: i64 = 1;
  for (let i: u32 = 0; i < 19; i++) {
    store<i64>(POWERS_EXACT + i * 8, exact);
    exact *= 10;
  }
  for (let length: u32 = 0; length <= 16; length++) {
    for (let point: u32 = 0; point <= 16; point++) {
      const shuffle = SHUFFLES + (length * 17 + point) * 16;
      for (let i: u32 = 0; i < 16; i++) store<u8>(shuffle + i, 0x80);
      let to: u32 = 15;
      for (let from: i32 = <i32>length - 1; from >= 0; from--) {
        if (<u32>from == point) continue;
        store<u8>(shuffle + to, <u8>from);
        to--;
      }
    }
  }
}
