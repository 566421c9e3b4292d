/** Thrown when the program itself is wrong. Nothing catches it but the process exit path. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * States what must be true here. `message` is a plain literal: building a string on the
 * passing path costs eight times the check itself.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
