/**
 * The schema language: plain data that says what a frame's keys become.
 *
 *   const trade: ObjectSchema = {
 *     name: 'trade',
 *     keys: { e: { atom: 0 }, s: { atom: 1 }, t: { integer: 2 }, p: { decimal: 3 }, q: { decimal: 4 }, T: { integer: 5 }, m: { flag: 6 } },
 *   };
 *
 * A number is a slot (0 to 31) of the record. One key may have several rules, told apart by the JSON type met:
 *
 *   a: [{ integer: 2, from: 'number' }, { decimal: 7, from: 'string' }, { levels: Side.Ask }]
 *
 * `null` is absent under every rule except 'refuse'. A type without a rule refuses the frame.
 */
export type Rule =
  /** Checked and forgotten, whatever it is. What no key names is skipped, too, unless `others` is 'refuse'. */
  | 'skip'
  /** The frame is refused when the key is there. */
  | 'refuse'
  /** A decimal as string or number: double, mantissa and scale. '' is absent. */
  | { readonly decimal: number; readonly from?: TextOrNumber }
  /** A whole number as string or number, exact to 2^63 - 1. '' is absent. */
  | { readonly integer: number; readonly from?: TextOrNumber }
  /** true or false. */
  | { readonly flag: number }
  /** A short string that comes again and again: a small integer, or -1 with its text. '' is absent. */
  | { readonly atom: number }
  /** Any string, kept as offset and length. */
  | { readonly text: number }
  /** `2026-08-09T21:05:48.123456Z`, in nanoseconds. '' is absent, and so is a year outside 1970 to 2261. */
  | { readonly time: number }
  /** An object whose keys fill the same record. */
  | { readonly object: ObjectSchema }
  /** A list of objects, a new record each. */
  | { readonly each: ObjectSchema }
  /** An array by position, into the same record. */
  | { readonly tuple: TupleSchema }
  /** A list of arrays by position, a new record each. */
  | { readonly eachTuple: TupleSchema }
  /** One array by position or a list of them, a new record each. */
  | { readonly tuples: TupleSchema }
  /** As `object` and `each`, with the schema named by an atom that was read before into this record. */
  | { readonly objectBy: Kinds }
  | { readonly eachBy: Kinds }
  /** The discriminator: its string names the schema of the whole object. Fastest as the first key, right wherever it stands. */
  | { readonly switch: Kinds }
  /** Rows of price levels. A side alone means `[price, quantity, …]`. */
  | { readonly levels: Side | LevelRows }
  /** Price levels as objects. Without `side` the element says it. */
  | { readonly levelObjects: { readonly side?: Side; readonly element: ObjectSchema } }
  /** Only in the element of `levelObjects`. */
  | 'levelPrice'
  | 'levelQuantity'
  | { readonly levelSide: SideWords };

export type Rules = Rule | readonly Rule[];
export type TextOrNumber = 'string' | 'number';

export interface ObjectSchema {
  /** For messages. */
  readonly name: string;
  /** In the order they come in the frame, where that is known: the first frames are faster then. */
  readonly keys: Readonly<Record<string, Rules>>;
  /** What to do with keys that are not named. Default 'skip'. */
  readonly others?: 'skip' | 'refuse';
}

/** Rules by position. Positions may be missing at the end, and `null` is absent. */
export interface TupleSchema {
  readonly name: string;
  readonly positions: readonly Rules[];
  /** What to do with further positions. Default 'skip'. */
  readonly others?: 'skip' | 'refuse';
}

export interface Kinds {
  /** Where the discriminator's atom goes (`switch`) or was put (`objectBy`, `eachBy`). */
  readonly slot: number;
  readonly to: Readonly<Record<string, ObjectSchema>>;
  /** For every other kind; without it they are Status.UnknownKind. */
  readonly otherwise?: ObjectSchema;
}

export const Side = { Bid: 0, Ask: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** Rows whose columns are said: `["buy", "61837.63", "0.5"]` is side 0, price 1, quantity 2. */
export interface LevelRows {
  readonly side: Side | ({ readonly column: number } & SideWords);
  readonly price: number;
  readonly quantity: number;
}

/** What venues call the sides: at most two words each, of at most seven ASCII characters. */
export interface SideWords {
  readonly bid: readonly string[];
  readonly ask: readonly string[];
}
