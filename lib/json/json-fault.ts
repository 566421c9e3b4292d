/**
 * Finds where a text stops being JSON (RFC 8259).
 *
 * Node 20's own message names the position in some cases only, so a text that `JSON.parse` refused is read
 * a second time by this small reader, which is slow and exact. Its depth is bounded by the caller's guard.
 */
export function findJsonFault(text: string): JsonFault {
  const reader = new FaultReader(text);
  return reader.document();
}

export interface JsonFault {
  /** The index of the first character that cannot be there; the text's length when it ends too early; -1 when it is JSON. */
  readonly position: number;
  /** What could have been there. */
  readonly expected: string;
}

const NONE: JsonFault = { position: -1, expected: '' };
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

class FaultReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonFault {
    const fault = this.#value();
    if (fault !== null) return fault;
    this.#skip(SPACE);
    return this.#at === this.#text.length ? NONE : this.#expected('the end of the text');
  }

  #value(): JsonFault | null {
    this.#skip(SPACE);
    const char = this.#text[this.#at];
    if (char === '{') return this.#list('}', () => this.#member());
    if (char === '[') return this.#list(']', () => this.#value());
    if (char === '"') return this.#string();
    return this.#skip(LITERAL) || this.#skip(NUMBER) ? null : this.#expected('a value');
  }

  #member(): JsonFault | null {
    this.#skip(SPACE);
    if (this.#text[this.#at] !== '"') return this.#expected('a key in double quotes');
    const fault = this.#string();
    if (fault !== null) return fault;
    this.#skip(SPACE);
    if (this.#text[this.#at] !== ':') return this.#expected("':'");
    this.#at += 1;
    return this.#value();
  }

  #list(close: string, element: () => JsonFault | null): JsonFault | null {
    this.#at += 1;
    this.#skip(SPACE);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return null;
    }
    for (;;) {
      const fault = element();
      if (fault !== null) return fault;
      this.#skip(SPACE);
      const char = this.#text[this.#at];
      if (char !== ',' && char !== close) return this.#expected(`',' or '${close}'`);
      this.#at += 1;
      if (char === close) return null;
    }
  }

  #string(): JsonFault | null {
    this.#at += 1;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text[this.#at]!;
      if (char === '"') {
        this.#at += 1;
        return null;
      }
      if (char < ' ') return this.#expected('an escaped control character');
      if (char === '\\' && !this.#escape()) return this.#expected('an escape such as \\n or \\u0041');
    }
    return this.#expected("'\"'");
  }

  /** Leaves the position on the last character of the escape, or on its backslash when it is none. */
  #escape(): boolean {
    const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
    escape.lastIndex = this.#at;
    if (!escape.test(this.#text)) return false;
    this.#at = escape.lastIndex - 1;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #expected(expected: string): JsonFault {
    return { position: this.#at, expected };
  }
}
