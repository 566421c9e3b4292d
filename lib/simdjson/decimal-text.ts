import { INEXACT_SCALE } from './inexact.ts';
import { SCALE_MAX } from './limits.ts';

/**
 * Decimal text to double, mantissa and scale, as the kernel does it: nothing but `-?digits(.digits)?(e±digits)?`, no bare
 * `Number('')` that turns nothing into zero. One instance per fallback; its fields are the answer of the last call.
 */
export class DecimalText {
  double = 0;
  mantissa = 0n;
  /** As written; smaller where zeros at the end had to go; INEXACT_SCALE when the mantissa passes its bound all the same. */
  scale = 0;
  /** Digits behind the point it was written with: 0 of a whole number. */
  written = 0;

  /** False: no decimal. `bound` is the largest mantissa. */
  read(text: string, bound: bigint): boolean {
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
    if (start === end) {
      this.mantissa = 0n;
      this.scale = Math.min(this.written, SCALE_MAX);
      return true;
    }
    this.#settle(digits.slice(start, end), digits.length - end - places, Math.min(this.written, SCALE_MAX), bound);
    if (sign === '-') this.mantissa = -this.mantissa;
    return true;
  }

  /** The value is core * 10^power. */
  #settle(core: string, power: number, most: number, bound: bigint): void {
    this.mantissa = 0n;
    this.scale = INEXACT_SCALE;
    if (core.length > 19 || power > 19 || -power > SCALE_MAX) return;
    let mantissa = BigInt(core) * 10n ** BigInt(Math.max(power, 0));
    let scale = Math.max(-power, 0);
    if (mantissa > bound) return;
    for (; scale < most && mantissa * 10n <= bound; scale += 1) mantissa *= 10n;
    this.mantissa = mantissa;
    this.scale = scale;
  }
}

/** The bounds of mantissas: of a slot, and of a level, which is kept as a double. */
export const SLOT_MANTISSA_MAX = 2n ** 63n - 1n;
export const LEVEL_MANTISSA_MAX = 2n ** 53n;

const DIGIT_ZERO = 48;
const PATTERN = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Beyond this every value is 0, infinite or inexact, however many digits a frame can hold. */
const EXPONENT_MAX = 100_000_000;
