import { describe, expect, test } from 'vitest';
import { assert, InvariantError } from '../../../../lib/assert/assert.ts';

describe('assert', () => {
  test('is silent about what holds', () => {
    expect(() => assert(true, 'never said')).not.toThrow();
  });

  test('throws an InvariantError with the message about what does not', () => {
    const failing = (): void => assert(1 > 2, 'one is above two');
    expect(failing).toThrow(InvariantError);
    expect(failing).toThrow('one is above two');
    expect(new InvariantError('x').name).toBe('InvariantError');
  });
});
