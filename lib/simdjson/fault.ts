import { EITHER_SIDE, type Entry, type LevelSpec } from './compile.ts';
import type { JsonText } from './json-text.ts';
import { DEPTH_MAX, FALLBACK_BYTES_MAX, FALLBACK_LEVELS_MAX, RECORDS_MAX } from './limits.ts';
import { JsonType, Op } from './ops.ts';
import type { SideWords } from './schema.ts';
import { Reason } from './status.ts';

/** The value that a frame was refused for. */
export interface Culprit {
  /** Its byte offset. */
  readonly at: number;
  /** What should have stood there, in words; '' where nothing should. */
  readonly expected: string;
}

/** Where, what was expected and what was found: `data.p: expected a decimal, found "NaN"`. */
export function describeFault(reason: Reason, text: JsonText, { at, expected }: Culprit): string {
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
      return `${place}: expected ${expected}, found ${text.shownAt(at)}`;
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
      return `nested too deeply: more than ${DEPTH_MAX} open brackets`;
    case Reason.Levels:
      return `more than ${FALLBACK_LEVELS_MAX} price levels on a side`;
    case Reason.Records:
      return `more than ${RECORDS_MAX} records`;
    default:
      return null;
  }
}

/** The JSON types that an entry has rules for: `text or a number`. */
export function typesOf(entry: Entry): string {
  return typeNames.filter((_, type) => entry.ops[type] !== Op.NoRule).join(' or ');
}

/** A row of price levels with its columns in their places: `a level as [side, …, price, quantity]`. */
export function rowShape({ side, sideColumn, price, quantity }: LevelSpec): string {
  const names: string[] = [];
  names[price] = 'price';
  names[quantity] = 'quantity';
  if (side === EITHER_SIDE) names[sideColumn] = 'side';
  return `a level as [${Array.from(names, (name?: string) => name ?? '…').join(', ')}]`;
}

/** The words of both sides: `"buy" or "sell"`. */
export function shownSides({ bid, ask }: SideWords): string {
  return [...bid, ...ask].map((word) => `"${word}"`).join(' or ');
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
