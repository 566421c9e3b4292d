import { AppError } from '../errors/app-error.ts';

/**
 * Makes facts fit to be written: secrets masked, depth and length bounded, errors spelled out.
 *
 * A key is secret when it contains one of the fragments, in any case: `apiKey`, `X-MBX-APIKEY`, `listenKey`. Texts are
 * searched for `name=value` pairs of such names and for `user:password@host`, because a signed URL travels in messages.
 * Below the fourth level nothing is written at all: what is not looked at cannot leak, and a deep frame cannot
 * overflow the stack of the writer.
 */
export class Redactor {
  readonly #isSecret: RegExp;
  readonly #secretPair: RegExp;
  /** Keys repeat: the answer is remembered, for a bounded number of keys. */
  readonly #known = new Map<string, boolean>();

  constructor(fragments: readonly string[] = secretFragments) {
    const any = fragments.map(escapePattern).join('|');
    this.#isSecret = new RegExp(any, 'i');
    // Every repetition is bounded and none stands first: a long word (a payload in base64) must not cost its square.
    this.#secretPair = new RegExp(`((?:${any})[\\w-]{0,32}["']?\\s{0,3}[=:]\\s{0,3}["']?)[^\\s&"',;]+`, 'gi');
  }

  /** Never throws: a fact with a getter that fails must not turn a log line into a failure. */
  facts(facts: object): Record<string, unknown> {
    try {
      return this.#object(facts, 1);
    } catch {
      return { facts: '[unreadable]' };
    }
  }

  text(text: string): string {
    const bounded = text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}… ${text.length - TEXT_LENGTH_MAX} more`;
    return bounded.replace(this.#secretPair, `$1${MASK}`).replace(CREDENTIALS_IN_URL, `$1${MASK}@`);
  }

  isSecret(key: string): boolean {
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = this.#isSecret.test(key);
      if (this.#known.size < KNOWN_KEYS_MAX) this.#known.set(key, answer);
    }
    return answer;
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
    if (typeof value === 'function') return '[function]';
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (depth > DEPTH_MAX) return '[deep]';
    if (value instanceof Error) return this.#error(value, depth);
    if (Array.isArray(value)) return this.#list(value, depth);
    if (value instanceof Map) return this.#object(Object.fromEntries([...value].map(([key, inner]) => [isPlain(key) ? String(key) : '[object]', inner])), depth);
    if (value instanceof Set) return this.#list([...value], depth);
    return this.#object(value, depth);
  }

  #object(source: object, depth: number): Record<string, unknown> {
    const target: [string, unknown][] = [];
    const entries = Object.entries(source);
    for (const [key, value] of entries.slice(0, BREADTH_MAX)) {
      const isMasked = this.isSecret(key) && value !== null && value !== undefined && value !== '';
      target.push([key, isMasked ? MASK : this.#value(value, depth + 1)]);
    }
    if (entries.length > BREADTH_MAX) target.push(['more', entries.length - BREADTH_MAX]);
    // fromEntries defines own keys also for `__proto__`, where an assignment would change the prototype.
    return Object.fromEntries(target);
  }

  #list(source: readonly unknown[], depth: number): unknown[] {
    const target = source.slice(0, BREADTH_MAX).map((item) => this.#value(item, depth + 1));
    if (source.length > BREADTH_MAX) target.push(`${source.length - BREADTH_MAX} more`);
    return target;
  }

  #error(error: Error, depth: number): Record<string, unknown> {
    const { name, message, stack, cause } = error;
    return {
      name,
      ...('code' in error && isPlain(error.code) ? { code: error.code } : {}),
      message: this.text(message),
      ...(error instanceof AppError ? { severity: error.severity, facts: this.#object(error.facts, depth + 1) } : {}),
      ...(cause === undefined ? {} : { cause: this.#value(cause, depth + 1) }),
      ...(stack === undefined ? {} : { stack: this.text(stack) }),
    };
  }
}

/** What makes a key secret unless the config says otherwise. */
export const secretFragments: readonly string[] = [
  'secret',
  'key',
  'token',
  'passphrase',
  'password',
  'signature',
  'authorization',
  'listenKey',
  'dsn',
];

const MASK = '***';
const DEPTH_MAX = 4;
const BREADTH_MAX = 100;
const TEXT_LENGTH_MAX = 4096;
const KNOWN_KEYS_MAX = 1000;
const CREDENTIALS_IN_URL = /(:\/\/[^\s:/@]{0,100}:)[^\s@/]{1,200}@/g;

function isPlain(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
