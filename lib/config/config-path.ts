/** Paths as people write them (`providers[okx].transport.speed`, `providers.0.speed`) and as problems show them. */

/** The parts of a written path; null when it is none. Brackets hold a name as it is, dots and all. */
export function parsePath(text: string): readonly string[] | null {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (match === null) return null;
    const [whole, dot, name, bracketed] = match;
    // A dot stands between parts and before a name, never first and never missing.
    if (name !== undefined && (dot === '.') !== parts.length > 0) return null;
    if (bracketed !== undefined && parts.length === 0) return null;
    parts.push((name ?? bracketed)!);
    at += whole.length;
  }
  return parts.length === 0 ? null : parts;
}

/** `base` with one more name: `log` and `level` are `log.level`; a name with odd characters goes into brackets. */
export function pathWithName(base: string, name: string): string {
  if (!/^[\w-]+$/.test(name)) return `${base}[${name}]`;
  return base === '' ? name : `${base}.${name}`;
}

export function pathWithIndex(base: string, index: number): string {
  return `${base}[${index}]`;
}

const PART = /(\.?)([^.[\]]+)|\[([^[\]]+)\]/y;
