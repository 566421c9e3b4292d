import type { Entry } from './compile.ts';
import type { JsonText } from './json-text.ts';
import { DEPTH_MAX, FALLBACK_BYTES_MAX, FALLBACK_LEVELS_MAX, RECORDS_MAX } from './limits.ts';
import { JsonType, Op } from './ops.ts';
import { Reason } from './status.ts';

/** The value that a frame was refused for, and the rule it did not meet. */
export interface Culprit {
  /** Byte offset of the value. */
  readonly at: number;
  readonly entry: Entry | null;
}

/** Where, what was expected and what was found: `data.p: expected a decimal, found "NaN"`. */
export function describeFault(reason: Reason, text: JsonText, { at, entry }: Culprit): string {
  const general = generalFault(reason, text);
  if (general !== null) return general;
  const path = text.pathTo(at);
  const place = path === '' ? 'the frame' : path;
  switch (reason) {
    case Reason.DuplicateKey:
      return `${place} stands twice`;
    case Reason.UnknownKey:
    case Reason.Refused:
      return `${place} is not expected here`;
    case Reason.LateKind:
      return `${place}: the kind it depends on is missing`;
    default:
      return `${place}: expected ${expected(reason, entry)}, found ${text.shownAt(at)}`;
  }
}

/** What has no place in the frame, or cannot be looked for in it; null for everything else. */
function generalFault(reason: Reason, text: JsonText): string | null {
  switch (reason) {
    case Reason.NotJson:
      return `not JSON: ${text.jsonFault()}`;
    case Reason.NotUtf8:
      return 'not UTF-8';
    case Reason.Bytes:
      return `longer than ${FALLBACK_BYTES_MAX} bytes`;
    case Reason.Depth:
      return `not JSON: nested too deeply, more than ${DEPTH_MAX} open brackets`;
    case Reason.Levels:
      return `more than ${FALLBACK_LEVELS_MAX} price levels on a side`;
    case Reason.Records:
      return `more than ${RECORDS_MAX} records`;
    default:
      return null;
  }
}

function expected(reason: Reason, entry: Entry | null): string {
  switch (reason) {
    case Reason.Decimal:
      return entry !== null && entry.ops.includes(Op.Integer) ? 'a whole number' : 'a decimal';
    case Reason.Time:
      return 'a time';
    case Reason.Side:
      return 'the word of a side';
    case Reason.UnknownKind:
      return 'a known kind';
    default:
      return entry === null ? 'a well-formed element' : typesOf(entry);
  }
}

function typesOf(entry: Entry): string {
  const names = typeNames.filter((_, type) => entry.ops[type] !== Op.NoRule);
  return names.length === 0 ? 'nothing' : names.join(' or ');
}

const typeNames = (() => {
  const names: string[] = [];
  names[JsonType.String] = 'text';
  names[JsonType.Number] = 'a number';
  names[JsonType.Object] = 'an object';
  names[JsonType.Array] = 'a list';
  names[JsonType.Literal] = 'true or false';
  return names;
})();
