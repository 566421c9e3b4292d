import { JsonType } from './ops.ts';

/**
 * Finds its way in bytes that are known to be JSON, so that it needs no checks. Places are byte offsets, as the kernel's
 * are. Slow and small: it makes a list per object and array.
 */
export class JsonText {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** For bytes that need not be JSON: more than `depthMax` brackets open outside of strings. */
  isDeeperThan(depthMax: number): boolean {
    const bytes = this.#bytes;
    let depth = 0;
    let isInString = false;
    for (let at = 0; at < bytes.length; at += 1) {
      const char = bytes[at]!;
      if (isInString) {
        if (char === BACKSLASH) at += 1;
        else if (char === QUOTE) isInString = false;
      } else if (char === QUOTE) {
        isInString = true;
      } else if (char === BRACE_OPEN || char === BRACKET_OPEN) {
        depth += 1;
        if (depth > depthMax) return true;
      } else if (char === BRACE_CLOSE || char === BRACKET_CLOSE) {
        depth -= 1;
      }
    }
    return false;
  }

  afterSpace(at: number): number {
    while (at < this.#bytes.length && this.#bytes[at]! <= 32) at += 1;
    return at;
  }

  typeAt(at: number): JsonType {
    switch (this.#bytes[at]) {
      case QUOTE:
        return JsonType.String;
      case BRACE_OPEN:
        return JsonType.Object;
      case BRACKET_OPEN:
        return JsonType.Array;
      case LETTER_F:
      case LETTER_N:
      case LETTER_T:
        return JsonType.Literal;
      default:
        return JsonType.Number;
    }
  }

  isNullAt(at: number): boolean {
    return this.#bytes[at] === LETTER_N;
  }

  isTrueAt(at: number): boolean {
    return this.#bytes[at] === LETTER_T;
  }

  /** Behind the closing quote of the string that opens at `at`. */
  stringEnd(at: number): number {
    let end = at + 1;
    for (; this.#bytes[end] !== QUOTE; end += 1) if (this.#bytes[end] === BACKSLASH) end += 1;
    return end + 1;
  }

  /** What stands between the quotes, escapes as they are. */
  rawString(at: number): string {
    return this.#bytes.toString('utf8', at + 1, this.stringEnd(at) - 1);
  }

  string(at: number): string {
    const raw = this.rawString(at);
    return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
  }

  number(at: number): string {
    return this.#bytes.toString('latin1', at, this.valueEnd(at));
  }

  /** Where the values of an array stand. */
  elements(at: number): number[] {
    const found: number[] = [];
    let next = this.afterSpace(at + 1);
    while (this.#bytes[next] !== BRACKET_CLOSE) {
      found.push(next);
      next = this.#afterComma(next);
    }
    return found;
  }

  /** The keys of an object, escapes resolved, and where their values stand. */
  members(at: number): Member[] {
    const found: Member[] = [];
    let next = this.afterSpace(at + 1);
    while (this.#bytes[next] !== BRACE_CLOSE) {
      const colon = this.afterSpace(this.stringEnd(next));
      const value = this.afterSpace(colon + 1);
      found.push({ key: this.string(next), at: value });
      next = this.#afterComma(value);
    }
    return found;
  }

  /** The keys and indexes that lead to the value at `at`: `data.b[3][0]`, keys that are no plain words in quotes; '' for the root. */
  pathTo(at: number): string {
    let path = '';
    let value = this.afterSpace(0);
    while (value !== at) {
      const type = this.typeAt(value);
      if (type === JsonType.Object) {
        const member = this.members(value).findLast((each) => each.at <= at);
        if (member === undefined) return path;
        const key = PLAIN.test(member.key) ? member.key : JSON.stringify(cut(member.key));
        path += path === '' ? key : `.${key}`;
        value = member.at;
      } else if (type === JsonType.Array) {
        const elements = this.elements(value);
        const index = elements.findLastIndex((each) => each <= at);
        if (index < 0) return path;
        path += `[${index}]`;
        value = elements[index]!;
      } else {
        return path;
      }
    }
    return path;
  }

  /** The value at `at` for people: as it is written, cut short; what has brackets is only called a list or an object. */
  shownAt(at: number): string {
    const type = this.typeAt(at);
    if (type === JsonType.Object) return 'an object';
    if (type === JsonType.Array) return 'a list';
    return cut(this.#bytes.toString('utf8', at, this.valueEnd(at)));
  }

  /** What JSON.parse says of it; '' when it is JSON. */
  jsonFault(): string {
    try {
      JSON.parse(this.#bytes.toString());
      return '';
    } catch (thrown) {
      return (thrown as SyntaxError).message;
    }
  }

  #afterComma(value: number): number {
    const behind = this.afterSpace(this.valueEnd(value));
    return this.#bytes[behind] === COMMA ? this.afterSpace(behind + 1) : behind;
  }

  valueEnd(at: number): number {
    const type = this.typeAt(at);
    if (type === JsonType.String) return this.stringEnd(at);
    if (type === JsonType.Object || type === JsonType.Array) return this.#bracketEnd(at);
    let end = at + 1;
    while (end < this.#bytes.length && !isDelimiter(this.#bytes[end]!)) end += 1;
    return end;
  }

  #bracketEnd(at: number): number {
    let depth = 0;
    for (let end = at; ; end += 1) {
      const char = this.#bytes[end]!;
      if (char === QUOTE) end = this.stringEnd(end) - 1;
      else if (char === BRACE_OPEN || char === BRACKET_OPEN) depth += 1;
      else if (char === BRACE_CLOSE || char === BRACKET_CLOSE) {
        depth -= 1;
        if (depth === 0) return end + 1;
      }
    }
  }
}

export interface Member {
  readonly key: string;
  readonly at: number;
}

/** Characters of a key or a value that people are shown. */
const SHOWN_MAX = 40;
const PLAIN = /^\w{1,40}$/;
const QUOTE = 34;
const COMMA = 44;
const BRACKET_OPEN = 91;
const BACKSLASH = 92;
const BRACKET_CLOSE = 93;
const LETTER_F = 102;
const LETTER_N = 110;
const LETTER_T = 116;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;

function isDelimiter(char: number): boolean {
  return char <= 32 || char === COMMA || char === BRACKET_CLOSE || char === BRACE_CLOSE;
}

/** By whole characters, which are one or two units of a string. */
function cut(text: string): string {
  const characters = [...text.slice(0, 2 * SHOWN_MAX + 1)];
  return characters.length > SHOWN_MAX ? `${characters.slice(0, SHOWN_MAX).join('')}…` : text;
}
