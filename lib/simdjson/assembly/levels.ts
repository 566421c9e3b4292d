/**
 * Lists of price levels, appended to the bids or the asks in the order of the text.
 *
 *   [["61837.63","0.5"],…]               levels      the fast one: rows that say nothing else
 *   [["buy","61837.63","0.5"],…]         levelRows   any columns, the side may be one of them
 *   [{"price":61837.6,"qty":0.5},…]      levelObjects (objects.ts), through scratch
 */
import { byteAt, isDigit, no, skipSpace } from './bytes';
import { decimalNumber, decimalString, moveFixups, scale } from './decimal';
import {
  COUNTS, DEPTH_MAX, LEVELS_MAX, LEVEL_SCALES, PRICES, PRICE_MANTISSAS, QUANTITIES, QUANTITY_MANTISSAS, SCRATCH_PRICE,
  SCRATCH_QUANTITY, SIDES_MET, SPEC, SPECS, SPEC_WORDS,
} from './layout';
import { MISSING, WHY_DECIMAL, WHY_DEPTH, WHY_FORM, WHY_LEVELS, WHY_NOT_JSON, WHY_SIDE } from './ops';
import { skipValue } from './skip';

/** Of the level that is being read: 2 and MISSING until they are known. */
let side: u32 = 0;
let priceScale: u32 = 0;
let quantityScale: u32 = 0;

export function meetSide(bits: u32): void {
  store<u32>(SIDES_MET, load<u32>(SIDES_MET) | bits);
}

/** `p` is behind the list's bracket, `depth` counts it. */
export function levels(p: usize, ofSide: u32, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  meetSide(1 << ofSide);
  let count = load<u32>(COUNTS + ofSide * 4);
  p = skipSpace(p);
  if (byteAt(p) == 93) return p + 1;
  if (depth == DEPTH_MAX) return no(WHY_DEPTH);
  if (byteAt(p) != 91) return notRow(p);
  p++;
  while (true) {
    if (count >= LEVELS_MAX) return no(WHY_LEVELS);
    const at = (ofSide * LEVELS_MAX + count) * 8;
    let isDone = false;
    if (byteAt(p) == 34) {
      let quote = decimalString(p + 1, PRICES + at, PRICE_MANTISSAS + at, true);
      if (quote == 0) return 0;
      const ofPrice = scale;
      if ((load<u32>(quote) & 0xffffff) == 0x222c22) {
        quote = decimalString(quote + 3, QUANTITIES + at, QUANTITY_MANTISSAS + at, true);
        if (quote == 0) return 0;
        store<u16>(LEVEL_SCALES + (at >> 2), <u16>(ofPrice | (scale << 8)));
        if (load<u32>(quote) == 0x5b2c5d22) {
          p = quote + 4;
          count++;
          continue;
        }
        p = rowEnd(quote + 1, depth + 1);
        if (p == 0) return 0;
        isDone = true;
      }
      // Otherwise the price is read again. If its double waits to be fixed it does so twice, which changes nothing.
    }
    if (!isDone) {
      p = slowRow(p, at, depth + 1);
      if (p == 0) return 0;
    }
    count++;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 93) {
      store<u32>(COUNTS + ofSide * 4, count);
      return p + 1;
    }
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
    if (byteAt(p) != 91) return notRow(p);
    p++;
  }
}

/** Blanks, numbers instead of strings, further columns. */
function slowRow(p: usize, at: usize, depth: u32): usize {
  p = decimalValue(skipSpace(p), PRICES + at, PRICE_MANTISSAS + at);
  if (p == 0) return 0;
  const ofPrice = scale;
  p = skipSpace(p);
  if (byteAt(p) != 44) return no(byteAt(p) == 93 ? WHY_FORM : WHY_NOT_JSON);
  p = decimalValue(skipSpace(p + 1), QUANTITIES + at, QUANTITY_MANTISSAS + at);
  if (p == 0) return 0;
  store<u16>(LEVEL_SCALES + (at >> 2), <u16>(ofPrice | (scale << 8)));
  return rowEnd(p, depth);
}

/** Columns that nobody reads, and the bracket. */
function rowEnd(p: usize, depth: u32): usize {
  p = skipSpace(p);
  while (byteAt(p) == 44) {
    p = skipValue(skipSpace(p + 1), depth);
    if (p == 0) return 0;
    p = skipSpace(p);
  }
  return byteAt(p) == 93 ? p + 1 : no(WHY_NOT_JSON);
}

function decimalValue(p: usize, value: usize, exact: usize): usize {
  const char = byteAt(p);
  if (char == 34) {
    p = decimalString(p + 1, value, exact, true);
    return p == 0 ? 0 : p + 1;
  }
  if (char == 45 || isDigit(char)) return decimalNumber(p, value, exact, true);
  return no(WHY_FORM);
}

function notRow(p: usize): usize {
  const char = byteAt(p);
  return no(char == 93 || char == 125 || char == 0 || char == 44 ? WHY_NOT_JSON : WHY_FORM);
}

/** Rows with the price, the quantity and perhaps the side in given columns. */
export function levelRows(p: usize, specIndex: u32, depth: u32): usize {
  if (depth > DEPTH_MAX) return no(WHY_DEPTH);
  const spec = SPECS + specIndex * SPEC;
  const ofSide = <u32>load<u8>(spec);
  const sideColumn = <u32>load<u8>(spec, 1);
  const priceColumn = <u32>load<u8>(spec, 2);
  const quantityColumn = <u32>load<u8>(spec, 3);
  meetSide(ofSide < 2 ? 1 << ofSide : 3);
  p = skipSpace(p);
  if (byteAt(p) == 93) return p + 1;
  if (depth == DEPTH_MAX) return no(WHY_DEPTH);
  while (true) {
    if (byteAt(p) != 91) return notRow(p);
    beginLevel(ofSide);
    p = skipSpace(p + 1);
    if (byteAt(p) == 93) return no(WHY_FORM);
    let column: u32 = 0;
    while (true) {
      if (column == priceColumn) p = levelPrice(p);
      else if (column == quantityColumn) p = levelQuantity(p);
      else if (column == sideColumn && ofSide == 2) p = byteAt(p) == 34 ? levelSide(p + 1, specIndex) : no(WHY_FORM);
      else p = skipValue(p, depth + 1);
      if (p == 0) return 0;
      column++;
      p = skipSpace(p);
      const char = byteAt(p);
      if (char == 93) break;
      if (char != 44) return no(WHY_NOT_JSON);
      p = skipSpace(p + 1);
    }
    p++;
    if (!commitLevel()) return 0;
    p = skipSpace(p);
    const char = byteAt(p);
    if (char == 93) return p + 1;
    if (char != 44) return no(WHY_NOT_JSON);
    p = skipSpace(p + 1);
  }
}

export function beginLevel(ofSide: u32): void {
  side = ofSide;
  priceScale = MISSING;
  quantityScale = MISSING;
}

export function levelPrice(p: usize): usize {
  p = decimalValue(p, SCRATCH_PRICE, SCRATCH_PRICE + 8);
  priceScale = scale;
  return p;
}

export function levelQuantity(p: usize): usize {
  p = decimalValue(p, SCRATCH_QUANTITY, SCRATCH_QUANTITY + 8);
  quantityScale = scale;
  return p;
}

/** `p` is behind the opening quote. Four words of at most seven bytes and their quote: two for bids, two for asks. */
export function levelSide(p: usize, specIndex: u32): usize {
  const words = SPECS + specIndex * SPEC + SPEC_WORDS;
  const text = load<u64>(p);
  for (let i: u32 = 0; i < 4; i++) {
    const word = words + i * 16;
    const mask = load<u64>(word, 8);
    if (mask != 0 && (text & mask) == load<u64>(word)) {
      side = i >> 1;
      return p + ((64 - <usize>clz(mask)) >> 3);
    }
  }
  return no(WHY_SIDE);
}

/** The level goes to its side. False when something of it is missing, or its side is full. */
export function commitLevel(): bool {
  if (side > 1 || priceScale == MISSING || quantityScale == MISSING) {
    no(WHY_FORM);
    return false;
  }
  const count = load<u32>(COUNTS + side * 4);
  if (count >= LEVELS_MAX) {
    no(WHY_LEVELS);
    return false;
  }
  const at = (side * LEVELS_MAX + count) * 8;
  const price = load<f64>(SCRATCH_PRICE);
  const quantity = load<f64>(SCRATCH_QUANTITY);
  store<f64>(PRICES + at, price);
  store<f64>(PRICE_MANTISSAS + at, load<f64>(SCRATCH_PRICE, 8));
  store<f64>(QUANTITIES + at, quantity);
  store<f64>(QUANTITY_MANTISSAS + at, load<f64>(SCRATCH_QUANTITY, 8));
  store<u16>(LEVEL_SCALES + (at >> 2), <u16>(priceScale | (quantityScale << 8)));
  if (isNaN(price)) moveFixups(SCRATCH_PRICE, PRICES + at);
  if (isNaN(quantity)) moveFixups(SCRATCH_QUANTITY, QUANTITIES + at);
  store<u32>(COUNTS + side * 4, count + 1);
  return true;
}
