import { INEXACT_SCALE } from './inexact.ts';
import { SCALE_MAX } from './limits.ts';

/**
 * Decimal text to double, mantissa and scale, as the kernel does it: nothing but `-?digits(.digits)?(e±digits)?`, no bare
 * `Number('')` that turns nothing into zero. One instance per fallback; its fields are the answer of the last call.
 */
export class DecimalText {
  double = 0;
  /** The exact integer: as a number when `isSmall`, as a BigInt otherwise. */
  mantissa = 0;
  large = 0n;
  isSmall = true;
  /** As written; smaller where zeros at the end had to go; INEXACT_SCALE when the mantissa passes its bound all the same. */
  scale = 0;
  /** Digits behind the point it was written with: 0 of a whole number. */
  written = 0;

  /** False: no decimal. `bound` is the largest mantissa. */
  read(text: string, bound: bigint): boolean {
    return (text.length <= SHORT_LENGTH_MAX && this.#readShort(text)) || this.#readLong(text, bound);
  }

  /** Digits and a point only, at most 15 of them: what nearly everything is. */
  #readShort(text: string): boolean {
    let mantissa = 0;
    let point = -1;
    const { length } = text;
    for (let at = 0; at < length; at += 1) {
      const digit = text.charCodeAt(at) - DIGIT_ZERO;
      if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
      else if (digit === POINT && point < 0) point = at;
      else return false;
    }
    if (point === 0 || point === length - 1 || length === 0) return false;
    this.mantissa = mantissa;
    this.isSmall = true;
    this.scale = point < 0 ? 0 : length - point - 1;
    this.written = this.scale;
    this.double = mantissa / POWERS[this.scale]!;
    return true;
  }

  #readLong(text: string, bound: bigint): boolean {
    const match = PATTERN.exec(text);
    if (match === null) return false;
    const [, sign, whole, fraction = '', exponentText = '0'] = match;
    const digits = whole! + fraction;
    const exponent = Math.max(Math.min(Number(exponentText), EXPONENT_MAX), -EXPONENT_MAX);
    const places = fraction.length - exponent;
    this.double = Number(text);
    this.written = Math.max(places, 0);
    let start = 0;
    let end = digits.length;
    while (start < end && digits.charCodeAt(start) === DIGIT_ZERO) start += 1;
    while (start < end && digits.charCodeAt(end - 1) === DIGIT_ZERO) end -= 1;
    this.isSmall = false;
    if (start === end) {
      this.large = 0n;
      this.scale = Math.min(this.written, SCALE_MAX);
      return true;
    }
    this.#settle(digits.slice(start, end), digits.length - end - places, Math.min(this.written, SCALE_MAX), bound);
    if (sign === '-') this.large = -this.large;
    return true;
  }

  /** The value is core * 10^power. */
  #settle(core: string, power: number, most: number, bound: bigint): void {
    this.large = 0n;
    this.scale = INEXACT_SCALE;
    if (core.length > 19 || power > 19 || -power > SCALE_MAX) return;
    let mantissa = BigInt(core) * 10n ** BigInt(Math.max(power, 0));
    let scale = Math.max(-power, 0);
    if (mantissa > bound) return;
    const limit = mantissa <= LEVEL_MANTISSA_MAX ? LEVEL_MANTISSA_MAX : bound;
    for (; scale < most && mantissa * 10n <= limit; scale += 1) mantissa *= 10n;
    this.large = mantissa;
    this.scale = scale;
  }
}

/** The bounds of mantissas: of a slot, and of a level, which is kept as a double. */
export const SLOT_MANTISSA_MAX = 2n ** 63n - 1n;
export const LEVEL_MANTISSA_MAX = 2n ** 53n;

const DIGIT_ZERO = 48;
/** The code of '.' less that of '0'. */
const POINT = -2;
/** 15 digits are below 2^53, so that integer and power are exact and one division rounds right. */
const SHORT_LENGTH_MAX = 15;
const POWERS = Float64Array.from({ length: SHORT_LENGTH_MAX + 1 }, (_, exponent) => Number(`1e${exponent}`));
const PATTERN = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Beyond this every value is 0, infinite or inexact, however many digits a frame can hold. */
const EXPONENT_MAX = 100_000_000;
