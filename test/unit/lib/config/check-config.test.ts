import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../../../lib/config/check-config.ts';
import { ConfigError } from '../../../../lib/config/config-error.ts';
import type { ConfigTable, Field } from '../../../../lib/config/config-table.ts';
import { compileTable, schemaOf } from '../../../../lib/config/field-validator.ts';
import { problemsOf, shopTable } from './config-desk.ts';

const check = (field: Field, value: unknown): unknown => checkConfig({ field }, { field: value }, 'input');

describe('checkConfig', () => {
  test('gives a plain value its defaults and freezes it', () => {
    const config = checkConfig(shopTable, { port: 5 }, 'POST /config');
    expect(config).toMatchObject({ port: 5, name: 'shop' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('does not touch the value it was given', () => {
    const value = { tags: ['a'], options: { x: 1 } };
    checkConfig(shopTable, value, 'x');
    expect(value).toEqual({ tags: ['a'], options: { x: 1 } });
    expect(Object.isFrozen(value.options)).toBe(false);
  });

  test('says where the value came from', () => {
    expect(problemsOf(() => checkConfig(shopTable, { port: 'x' }, 'POST /config'))).toEqual([
      { path: 'port', from: 'POST /config', expected: 'a whole number from 1 to 65535', found: '"x" (text)', hint: '' },
    ]);
  });

  test.each([null, 5, 'text', [1]])('refuses %j as a whole', (value) => {
    const required = { a: { type: 'string', doc: 'x' } } as const satisfies ConfigTable;
    expect(problemsOf(() => checkConfig(required, value, 'input'))).toHaveLength(1);
  });

  const oddValues: readonly { readonly value: unknown }[] = [
    { value: { toString: '' } },
    { value: [{ toString: '' }] },
    { value: { valueOf: 1, hasOwnProperty: 2 } },
    { value: [[{ toString: null }]] },
  ];

  test.each(oddValues)('says what is wrong with $value, whatever its keys', ({ value }) => {
    for (const field of Object.values(shopTable)) {
      if (field.type !== 'any') expect(problemsOf(() => check(field, { x: value, y: [value] })).length).toBeGreaterThan(0);
    }
    expect(problemsOf(() => check(shopTable.port, value))).toHaveLength(1);
    expect(problemsOf(() => check(shopTable.name, value))).toHaveLength(1);
  });

  const cases: readonly (readonly [string, Field, unknown, boolean])[] = [
    ['a text', { type: 'string', doc: '' }, 'x', true],
    ['a text by length', { type: 'string', doc: '', min: 2, max: 3 }, 'abcd', false],
    ['a text by length', { type: 'string', doc: '', min: 2, max: 3 }, 'a', false],
    ['an empty text', { type: 'string', doc: '' }, '', false],
    ['an empty text that is allowed', { type: 'string', doc: '', min: 0 }, '', true],
    ['an empty text that is the default', { type: 'string', doc: '', default: '' }, '', true],
    ['a whole pattern', { type: 'string', doc: '', pattern: 'a+' }, 'aab', false],
    ['a whole pattern', { type: 'string', doc: '', pattern: 'a|b' }, 'b', true],
    ['a pattern with a slash', { type: 'string', doc: '', pattern: '/x/.*' }, '/x/y', true],
    ['one of some numbers', { type: 'integer', doc: '', values: [5, 10] }, 7, false],
    ['one of some numbers', { type: 'integer', doc: '', values: [5, 10] }, 10, true],
    ['a fraction where a whole number is wanted', { type: 'integer', doc: '' }, 1.5, false],
    ['a number that a double cannot hold', { type: 'integer', doc: '' }, 2 ** 60, false],
    ['a large number', { type: 'number', doc: '' }, 1e300, true],
    ['not a number', { type: 'number', doc: '' }, NaN, false],
    ['no end', { type: 'number', doc: '' }, Infinity, false],
    ['zero', { type: 'number', doc: '', min: 0 }, 0, true],
    ['a text for a number', { type: 'number', doc: '' }, '1', false],
    ['false', { type: 'boolean', doc: '' }, false, true],
    ['a text for a boolean', { type: 'boolean', doc: '' }, 'true', false],
    ['a boolean that may be nothing', { type: 'boolean', doc: '', default: null }, null, true],
    ['an empty list', { type: 'array', doc: '', items: { type: 'any', doc: '' } }, [], true],
    ['too short a list', { type: 'array', doc: '', items: { type: 'any', doc: '' }, min: 1 }, [], false],
    ['a list with a hole', { type: 'array', doc: '', items: { type: 'string', doc: '' } }, ['a', null], false],
    ['a list of lists', { type: 'array', doc: '', items: { type: 'array', doc: '', items: { type: 'integer', doc: '' } } }, [[1], ['x']], false],
    ['an object for a list', { type: 'array', doc: '', items: { type: 'any', doc: '' } }, {}, false],
    ['a list for an object', { type: 'object', doc: '', props: {} }, [], false],
    ['a list for a map', { type: 'map', doc: '', items: { type: 'any', doc: '' } }, [], false],
    ['a map with a wrong value', { type: 'map', doc: '', items: { type: 'integer', doc: '' } }, { 'a.b': 1, 'c': 'x' }, false],
    ['a section that is absent', { type: 'object', doc: '', default: null, props: { a: { type: 'string', doc: '' } } }, null, true],
    ['a section that lacks a field', { type: 'object', doc: '', default: null, props: { a: { type: 'string', doc: '' } } }, {}, false],
    ['anything', { type: 'any', doc: '' }, [{ a: 1 }], true],
    ['nothing where anything is required', { type: 'any', doc: '' }, undefined, false],
    ['nothing where something is required', { type: 'boolean', doc: '' }, undefined, false],
  ];

  test.each(cases)('%s: %j with %j is right: %j', (_name, field, value, isRight) => {
    if (isRight) expect(check(field, value)).toEqual({ field: value });
    else expect(problemsOf(() => check(field, value))).toHaveLength(1);
  });

  test('every problem names a place, whatever is put in', () => {
    const name = fc.constantFrom(...Object.keys(shopTable), 'id', 'level', 'levels', 'transport', 'speed', 'apiSecret', 'a.b', 'x[0]', 'config', '');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, fc.jsonValue({ maxDepth: 1 }), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(name, tie('value'), { maxKeys: 6 })),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 6 }), (input) => {
        let config: unknown = null;
        try {
          config = checkConfig(shopTable, input, 'input');
        } catch (thrown) {
          if (!(thrown instanceof ConfigError)) throw thrown;
          for (const problem of thrown.problems) {
            expect(problem.from).toMatch(/^(input|default)$/);
            expect(problem.expected).not.toBe('');
            expect(problem.found).not.toBe('');
          }
          return;
        }
        // What passed once is complete: it passes again and stays the same.
        expect(checkConfig(shopTable, config, 'again')).toEqual(config);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the schema of a table', () => {
  test('is what fastest-validator understands', () => {
    expect(schemaOf(shopTable)['port']).toEqual({ type: 'number', nullable: false, integer: true, min: 1, max: 65_535 });
    expect(schemaOf(shopTable)['note']).toMatchObject({ type: 'string', nullable: true });
  });

  test('names the broken places', () => {
    const validate = compileTable({ a: { type: 'array', doc: '', items: { type: 'object', doc: '', props: { b: { type: 'integer', doc: '' } } } } });
    expect(validate({ a: [{ b: 1 }, { b: 'x' }, {}] })).toEqual(['a[1].b', 'a[2].b']);
    expect(validate({ a: [] })).toEqual([]);
  });
});
