import { messageOf } from '../../lib/errors/app-error.ts';

/** What was thrown, as a text, whatever it is: also an object without a prototype or with a getter that throws. */
export function describeThrown(thrown: unknown): string {
  try {
    const text = messageOf(thrown);
    if (typeof text === 'string') return text === '' && thrown instanceof Error ? thrown.name : text.slice(0, TEXT_LENGTH_MAX);
  } catch {
    // It does not want to be shown.
  }
  return 'something that cannot be shown as text';
}

/** The first line of the stack, `file:///plugins/mine.mjs:12:3`; '' when there is none. */
export function placeOfThrown(thrown: unknown): string {
  try {
    const stack = thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : '';
    return /^ +at (?:.*\()?(.+?:\d+:\d+)\)?$/m.exec(stack)?.[1] ?? '';
  } catch {
    return '';
  }
}

/** May throw: reading `then` runs foreign code. */
export function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  if (answer === null || (typeof answer !== 'object' && typeof answer !== 'function')) return false;
  return 'then' in answer && typeof answer.then === 'function';
}

const TEXT_LENGTH_MAX = 500;
