import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../../lib/errors/app-error.ts';
import { findJsonFault } from '../../../../lib/json/json-fault.ts';
import { formatJson, isUnsafeKey, parseJson, tryParseJson } from '../../../../lib/json/json.ts';
import type { JsonOptions } from '../../../../lib/json/json.ts';

function errorOf(text: string, options?: JsonOptions): AppError {
  try {
    parseJson(text, options);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error(`parsed: ${text}`);
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('parseJson', () => {
  test('gives back what formatJson wrote, for every value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const value = parseJson(text);
        expect(parseJson(formatJson(value))).toEqual(value);
        expect(parseJson(formatJson(value, 2))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['', 1, 1, 'a value', 'the end of the text'],
    ['{', 1, 2, 'a key in double quotes', 'the end of the text'],
    ['{"a":1,}', 1, 8, 'a key in double quotes', '}'],
    ['[1 2]', 1, 4, "',' or ']'", '2]'],
    ['[1', 1, 3, "',' or ']'", 'the end of the text'],
    ['[1,]', 1, 4, 'a value', ']'],
    ['{"a" 1}', 1, 6, "':'", '1}'],
    ["{'a':1}", 1, 2, 'a key in double quotes', "'a':1}"],
    ['{\n  "a": 1,\n  "b": tru\n}', 3, 8, 'a value', 'tru'],
    ['1 2', 1, 3, 'the end of the text', '2'],
    ['01', 1, 2, 'the end of the text', '1'],
    ['-', 1, 1, 'a value', '-'],
    ['NaN', 1, 1, 'a value', 'NaN'],
    ['"a\nb"', 1, 3, 'an escaped control character', 'the end of the line'],
    ['"a\\xb"', 1, 3, 'an escape such as \\n or \\u0041', '\\xb"'],
    ['"abc', 1, 5, "'\"'", 'the end of the text'],
    ['{"a":{"b":[1,{"c":]}]}}', 1, 19, 'a value', ']}]}}'],
    ['// note\n1', 1, 1, 'a value', '// note'],
  ])('says where %j stops being JSON', (text, line, column, expected, found) => {
    const error = errorOf(text);
    expect(error.code).toBe('JSON_INVALID');
    expect(error.facts).toMatchObject({ line, column, expected, found });
  });

  test('shows at most 40 characters of what was found', () => {
    expect(errorOf(`[${'x'.repeat(1000)}]`).facts['found']).toBe('x'.repeat(40));
  });

  test('agrees with JSON.parse about every text near a JSON text', () => {
    const text = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([json, at, extra]) => {
      const index = at % (json.length + 1);
      return json.slice(0, index) + extra + json.slice(index + 1);
    });
    fc.assert(
      fc.property(text, (each) => {
        const { position } = findJsonFault(each);
        expect(position === -1).toBe(tryParseJson(each).ok);
        expect(position).toBeLessThanOrEqual(each.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('accepts 64 levels and refuses 65, by default', () => {
    expect(() => parseJson(nested(64))).not.toThrow();
    expect(errorOf(nested(65))).toMatchObject({ code: 'JSON_TOO_DEEP', facts: { depthMax: 64, position: 64 } });
  });

  test.each([
    ['a million levels', nested(1_000_000)],
    ['objects', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`],
    ['half a text', '['.repeat(1000)],
  ])('refuses %s before they are parsed', (_name, text) => {
    expect(errorOf(text).code).toBe('JSON_TOO_DEEP');
  });

  test('brackets in texts are no levels', () => {
    expect(parseJson(`["${'['.repeat(100)}", "\\"${'{'.repeat(100)}", "\\\\", "x"]`)).toHaveLength(4);
  });

  test('closed brackets are no levels any more', () => {
    expect(parseJson(`[${Array(200).fill('[{}]').join(',')}]`, { depthMax: 3 })).toHaveLength(200);
    expect(errorOf('[[[[]]]]', { depthMax: 3 }).facts['depthMax']).toBe(3);
  });

  test.each([
    ['{"__proto__": 1}', '__proto__'],
    ['{"a": {"constructor": 1}}', 'a.constructor'],
    ['{"a": [1, {"b": {"prototype": {}}}]}', 'a[1].b.prototype'],
  ])('refuses the unsafe key in %s when asked', (text, path) => {
    expect(errorOf(text, { safeKeys: true })).toMatchObject({ code: 'JSON_UNSAFE_KEY', facts: { path } });
    expect(() => parseJson(text)).not.toThrow();
  });

  test('an array and its length are not mistaken for keys', () => {
    expect(parseJson('["__proto__", {"proto": "constructor"}]', { safeKeys: true })).toHaveLength(2);
    expect(isUnsafeKey('toString')).toBe(false);
  });
});

describe('tryParseJson', () => {
  test('answers with the value', () => {
    expect(tryParseJson('{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
  });

  test('answers with the reason, under the same options', () => {
    expect(tryParseJson('{"a"}')).toMatchObject({ ok: false, reason: expect.stringContaining('position: 4') });
    expect(tryParseJson('[[1]]', { depthMax: 1 }).ok).toBe(false);
  });
});

describe('formatJson', () => {
  test('writes one line, or indented', () => {
    expect(formatJson({ a: [1] })).toBe('{"a":[1]}');
    expect(formatJson({ a: 1 }, 2)).toBe('{\n  "a": 1\n}');
  });

  test.each([
    ['undefined', undefined, 'a value of type undefined'],
    ['a function', () => 1, 'a value of type function'],
    ['a bigint', 1n, 'Do not know how to serialize a BigInt'],
  ])('refuses %s', (_name, value, reason) => {
    expect(() => formatJson(value)).toThrow(expect.objectContaining({ code: 'JSON_UNFORMATTABLE', facts: { reason } }) as Error);
  });

  test('refuses a circle in one line', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => formatJson(circle)).toThrow(/circular structure/);
  });
});
