import { ATOM_BYTES_MAX, ATOMS_MAX } from './limits.ts';

/**
 * Interned strings: what comes again and again (symbols, sides, kinds) becomes a small integer.
 *
 * Atoms are for ever, so there is an end to them: 65,536 of at most 32 bytes. What is one too many is refused with -1 and
 * counted, and reads like every string that was never interned: -1, with its text beside it.
 */
export class Atoms {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #onAdd: (bytes: Buffer, id: number) => void;
  #refused = 0;

  constructor(onAdd: (bytes: Buffer, id: number) => void) {
    this.#onAdd = onAdd;
  }

  get size(): number {
    return this.#texts.length;
  }

  /** How many strings were not taken, because the table is full or they cannot be atoms. */
  get refused(): number {
    return this.#refused;
  }

  /** The text's atom, or -1. */
  find(text: string): number {
    return this.#ids.get(text) ?? NO_ATOM;
  }

  /** The text's atom, a new one where there is none; -1 when the table is full or the text cannot be an atom. */
  intern(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const bytes = Buffer.from(text);
    if (this.#texts.length >= ATOMS_MAX || !canBeAtom(text, bytes)) {
      this.#refused += 1;
      return NO_ATOM;
    }
    const id = this.#texts.length;
    this.#texts.push(text);
    this.#ids.set(text, id);
    this.#onAdd(bytes, id);
    return id;
  }

  /** '' of what is no atom. */
  textOf(atom: number): string {
    return this.#texts[atom] ?? '';
  }
}

export const NO_ATOM = -1;

/** What needs an escape in JSON never reaches the kernel as it is; neither does half a surrogate pair. */
function canBeAtom(text: string, bytes: Buffer): boolean {
  return bytes.length > 0 && bytes.length <= ATOM_BYTES_MAX && !/["\\\p{Cc}]/u.test(text) && bytes.toString() === text;
}
