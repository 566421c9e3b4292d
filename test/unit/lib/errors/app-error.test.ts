import { describe, expect, test } from 'vitest';
import { AppError, codeOf, messageOf } from '../../../../lib/errors/app-error.ts';
import type { ErrorSpec } from '../../../../lib/errors/app-error.ts';

const gap = { code: 'BOOK_GAP', severity: 'degrade', message: 'the book has a gap' } as const satisfies ErrorSpec;

describe('AppError', () => {
  test('takes code and severity from the table and says what was found', () => {
    const error = new AppError(gap, { expected: 12, was: 14, isFinal: false });
    expect(error).toMatchObject({ code: 'BOOK_GAP', severity: 'degrade', facts: { expected: 12, was: 14, isFinal: false }, name: 'AppError' });
    expect(error.message).toBe('the book has a gap (expected: 12, was: 14, isFinal: false)');
    expect(error).toBeInstanceOf(Error);
  });

  test('says only the sentence when there are no facts', () => {
    expect(new AppError(gap).message).toBe('the book has a gap');
  });

  test('keeps the cause, and has none when none was given', () => {
    const cause = new Error('below');
    expect(new AppError(gap, {}, cause).cause).toBe(cause);
    expect('cause' in new AppError(gap)).toBe(false);
  });
});

test.each([
  [new Error('text'), 'text'],
  ['text', 'text'],
  [null, 'null'],
  [{ code: 1 }, '[object Object]'],
])('the message of %j is %s', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});

test.each([
  [new AppError(gap), 'BOOK_GAP'],
  [Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT'],
  [new Error('x'), ''],
  ['ENOENT', ''],
  [null, ''],
])('the code of %s is "%s"', (thrown, code) => {
  expect(codeOf(thrown)).toBe(code);
});

test('what has no text of its own is still said to be something', () => {
  expect(messageOf(Object.create(null))).toBe('something that cannot be shown as text');
});
