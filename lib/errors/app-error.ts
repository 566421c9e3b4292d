/**
 * An error of the world, not of the program: a venue, a file or a person did something unexpected.
 *
 * What to do about it is decided where the error is declared (`severity`), never by its text:
 * `retry` (try again later), `degrade` (go on without that part), `halt` (stop the process in order).
 */
export type Severity = 'retry' | 'degrade' | 'halt';

export interface ErrorSpec {
  /** Public and stable, upper snake case. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence for people, without the facts. */
  readonly message: string;
}

/** What was found, by name. Values that could be secret never go in here. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: string;
  readonly severity: Severity;
  readonly facts: Facts;

  constructor(spec: ErrorSpec, facts: Facts = {}, cause?: unknown) {
    super(withFacts(spec.message, facts), cause === undefined ? undefined : { cause });
    this.code = spec.code;
    this.severity = spec.severity;
    this.facts = facts;
  }
}

/** The message of anything that was thrown, also when it is no Error. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'something that cannot be shown as text';
  }
}

/** The `code` of an AppError or of a Node system error; '' when there is none. */
export function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return String(thrown.code);
}

function withFacts(message: string, facts: Facts): string {
  const names = Object.keys(facts);
  if (names.length === 0) return message;
  return `${message} (${names.map((name) => `${name}: ${String(facts[name])}`).join(', ')})`;
}
