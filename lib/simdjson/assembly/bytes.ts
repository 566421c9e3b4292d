/** The small words everything else is made of. A position of 0 means: refused, and `why` says why. */
export let why: u32 = 0;

export function setWhy(reason: u32): void {
  why = reason;
}

/** Refuses with a reason. */
export function no(reason: u32): usize {
  why = reason;
  return 0;
}

// @ts-ignore: decorator
@inline
export function byteAt(p: usize): u32 {
  return <u32>load<u8>(p);
}

// @ts-ignore: decorator
@inline
export function isDigit(char: u32): bool {
  return char - 48 < 10;
}

// @ts-ignore: decorator
@inline
export function skipSpace(p: usize): usize {
  return byteAt(p) <= 0x20 ? skipSpaces(p) : p;
}

function skipSpaces(p: usize): usize {
  while (true) {
    const char = byteAt(p);
    if (char == 0x20 || char == 0x0a || char == 0x0d || char == 0x09) p++;
    else return p;
  }
}
