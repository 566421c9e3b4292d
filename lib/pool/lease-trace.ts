import { InvariantError } from '../assert/assert.ts';

/** The part of a pooled object that the trace needs; the pool's own Poolable satisfies it. */
interface Traced {
  reset(): void;
  poison?(): void;
}

interface Trail {
  acquireStack: string;
  releaseStack: string;
  /** Every field as reset left it: constant fields (which reset does not touch) survive the poison this way. */
  rested: readonly (readonly [string, unknown])[];
  /** Every field after poisoning: a difference at the next acquire is a write after release. */
  poisoned: readonly (readonly [string, unknown])[];
}

const POISON_TEXT = '<released>';
const OWN_FRAME = /\/lib\/pool\/(?:pool|lease-trace)\.[jt]s:/;
const BOOKKEEPING: ReadonlySet<string> = new Set(['pooled', 'generation', 'home']);

/**
 * The debug mode of a pool: who acquired, who released, and whether anybody touched the object in between.
 *
 *   release ▶ poison ▶ remember every field ··· acquire ▶ compare ▶ restore ▶ lend
 */
export class LeaseTrace {
  readonly #poolName: string;
  readonly #trails = new WeakMap<Traced, Trail>();

  constructor(poolName: string) {
    this.#poolName = poolName;
  }

  acquire(item: Traced): void {
    const trail = this.#trail(item);
    for (const [field, was] of trail.poisoned) {
      const is: unknown = Reflect.get(item, field);
      if (Object.is(is, was)) continue;
      throw new InvariantError(
        `${this.#poolName}: object written after release (field ${field})\n--- released at\n${trail.releaseStack}\n--- found by the acquire at\n${stackHere()}`,
      );
    }
    for (const [field, value] of trail.rested) Reflect.set(item, field, value);
    if (item.poison !== undefined) item.reset(); // It may have spoiled what is not an own field.
    trail.acquireStack = stackHere();
  }

  release(item: Traced): void {
    this.rest(item, stackHere());
  }

  /** The object lies in the pool from now on, spoiled. */
  rest(item: Traced, releaseStack: string): void {
    const trail = this.#trail(item);
    trail.releaseStack = releaseStack;
    trail.rested = fieldsOf(item);
    if (item.poison === undefined) poisonFields(item);
    else item.poison();
    trail.poisoned = fieldsOf(item);
  }

  acquireStack(item: Traced): string {
    return this.#trail(item).acquireStack;
  }

  /** The whole story for an error message: the last acquire, the first release and the call that is wrong. */
  stacks(item: Traced, deed: string): string {
    const { acquireStack, releaseStack } = this.#trail(item);
    return `\n--- acquired at\n${acquireStack}\n--- released at\n${releaseStack}\n--- ${deed} at\n${stackHere()}`;
  }

  #trail(item: Traced): Trail {
    let trail = this.#trails.get(item);
    if (trail === undefined) {
      trail = { acquireStack: '', releaseStack: '', rested: [], poisoned: [] };
      this.#trails.set(item, trail);
    }
    return trail;
  }
}

function fieldsOf(item: Traced): [string, unknown][] {
  return Object.entries(item).filter(([field]) => !BOOKKEEPING.has(field));
}

function poisonFields(item: Traced): void {
  for (const [field, value] of fieldsOf(item)) {
    if (typeof value === 'number') Reflect.set(item, field, NaN);
    else if (typeof value === 'string') Reflect.set(item, field, POISON_TEXT);
  }
}

/** The stack above this file: the first line is the caller of the pool. */
function stackHere(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  return lines.filter((line) => !OWN_FRAME.test(line)).join('\n');
}
