/**
 * Interned strings of at most 32 bytes: text in, small integer out.
 *
 * The table is open-addressed and at most half full. Keys are padded with zeros, so two loads and two comparisons decide.
 */
import { ATOM_BYTES_MAX, ATOM_IDS, ATOM_KEYS, ATOM_LENGTHS, BUCKETS, HEADS, INPUT } from './layout';
import { skipString } from './skip';

/** The atom of the last string, -1 when it is not interned, and the length of its text in bytes. */
export let atom: i32 = 0;
export let atomLength: u32 = 0;

/** `p` is behind the opening quote; returns the place behind the closing one. */
export function atomString(p: usize): usize {
  let low = v128.load(p);
  let high = i64x2.splat(0);
  let length: u32 = 0;
  let isShort = true;
  let quotes = <u32>i8x16.bitmask(i8x16.eq(low, i8x16.splat(34)));
  if (quotes) {
    length = ctz(quotes);
    low = v128.and(low, v128.load(HEADS + length * 16));
  } else {
    high = v128.load(p, 16);
    quotes = <u32>i8x16.bitmask(i8x16.eq(high, i8x16.splat(34)));
    if (quotes) {
      length = ctz(quotes);
      high = v128.and(high, v128.load(HEADS + length * 16));
      length += 16;
    } else {
      isShort = byteIsQuote(p + 32);
      length = 32;
    }
  }
  if (isShort) {
    const found = find(low, high, length);
    if (found >= 0) {
      atom = found;
      atomLength = length;
      return p + length + 1;
    }
  }
  atom = -1;
  const end = skipString(p);
  atomLength = end == 0 ? 0 : <u32>(end - p - 1);
  return end;
}

/** Interns the `length` bytes at the begin of the input, behind which there are zeros. JavaScript counts them. */
export function addAtom(length: u32, id: i32): i32 {
  if (length == 0 || length > ATOM_BYTES_MAX) return -1;
  const inLow: usize = length > 16 ? 16 : <usize>length;
  const low = v128.and(v128.load(INPUT), v128.load(HEADS + inLow * 16));
  const high = v128.and(v128.load(INPUT + 16), v128.load(HEADS + (<usize>length - inLow) * 16));
  const found = find(low, high, length);
  if (found >= 0) return found;
  let bucket = hash(low, high, length);
  while (load<i32>(ATOM_IDS + bucket * 4)) bucket = (bucket + 1) & (BUCKETS - 1);
  v128.store(ATOM_KEYS + bucket * 32, low);
  v128.store(ATOM_KEYS + bucket * 32 + 16, high);
  store<i32>(ATOM_IDS + bucket * 4, id + 1);
  store<u8>(ATOM_LENGTHS + bucket, <u8>length);
  return id;
}

// @ts-ignore: decorator
@inline
function byteIsQuote(p: usize): bool {
  return load<u8>(p) == 34;
}

// @ts-ignore: decorator
@inline
function hash(low: v128, high: v128, length: u32): u32 {
  let mixed = (<u64>i64x2.extract_lane(low, 0) * 0x9e3779b97f4a7c15) ^ (<u64>i64x2.extract_lane(low, 1) * 0xc2b2ae3d27d4eb4f);
  if (length > 16) mixed ^= (<u64>i64x2.extract_lane(high, 0) * 0x165667b19e3779f9) ^ (<u64>i64x2.extract_lane(high, 1) * 0x27d4eb2f165667c5);
  mixed ^= mixed >> 29;
  mixed *= 0x9e3779b97f4a7c15;
  return <u32>(mixed >> 40) & (BUCKETS - 1);
}

// @ts-ignore: decorator
@inline
function find(low: v128, high: v128, length: u32): i32 {
  let bucket = hash(low, high, length);
  while (true) {
    const id = load<i32>(ATOM_IDS + bucket * 4);
    if (!id) return -1;
    const key = ATOM_KEYS + bucket * 32;
    const differs = v128.any_true(v128.or(v128.xor(low, v128.load(key)), v128.xor(high, v128.load(key, 16))));
    if (load<u8>(bucket, ATOM_LENGTHS) == length && !differs) return id - 1;
    bucket = (bucket + 1) & (BUCKETS - 1);
  }
}

export function initAtoms(): void {
  for (let length: u32 = 0; length <= 16; length++) {
    for (let i: u32 = 0; i < 16; i++) store<u8>(HEADS + length * 16 + i, i < length ? 255 : 0);
  }
}
