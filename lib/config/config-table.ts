/**
 * A config is declared once, as a table of fields; everything else comes from it: the types, the defaults, the
 * checks, the reference pages and the masking of secrets.
 *
 * ```ts
 * const table = {
 *   log: { type: 'object', doc: 'What is logged', props: {
 *     level: { type: 'string', values: ['debug', 'info'], default: 'info', doc: 'Least severity' },
 *   } },
 * } as const satisfies ConfigTable;
 * type AppConfig = ConfigOf<typeof table>;   // { readonly log: { readonly level: 'debug' | 'info' } }
 * ```
 *
 * A field without `default` must be given. Exceptions: an object is made of its props' defaults, an array is
 * empty, a map is empty. `default: null` declares a field that may be absent: its value then is null, never
 * undefined.
 */
export type ConfigTable = Readonly<Record<string, Field>>;

export type Field = StringField | NumberField | BooleanField | ArrayField | ObjectField | MapField | AnyField;

interface FieldBase {
  /** One sentence for the reference page. */
  readonly doc: string;
  /** Masked wherever the config is shown. */
  readonly secret?: boolean;
}

export interface StringField extends FieldBase {
  readonly type: 'string';
  readonly default?: string | null;
  readonly values?: readonly string[];
  /** Of the length. An empty text is refused unless `min: 0` or the default is ''. */
  readonly min?: number;
  readonly max?: number;
  /** A regular expression for the whole text, and what to call it: 'a host name'. */
  readonly pattern?: string;
  readonly patternName?: string;
}

export interface NumberField extends FieldBase {
  /** `integer` is a whole number that a double holds exactly. */
  readonly type: 'number' | 'integer';
  readonly default?: number | null;
  readonly values?: readonly number[];
  readonly min?: number;
  readonly max?: number;
  /** For the reference page; the name should end in it too. */
  readonly unit?: string;
}

export interface BooleanField extends FieldBase {
  readonly type: 'boolean';
  readonly default?: boolean | null;
}

export interface ArrayField extends FieldBase {
  readonly type: 'array';
  readonly items: Field;
  readonly default?: readonly unknown[] | null;
  /** Of the length. */
  readonly min?: number;
  readonly max?: number;
}

export interface ObjectField extends FieldBase {
  readonly type: 'object';
  readonly props: ConfigTable;
  /** Null: the section may be absent as a whole. */
  readonly default?: null;
}

/** Any keys, one kind of value: log levels by module. */
export interface MapField extends FieldBase {
  readonly type: 'map';
  readonly items: Field;
  readonly default?: Readonly<Record<string, unknown>> | null;
}

/** Handed on as it is, for a part that checks it with a table of its own (`checkConfig`). */
export interface AnyField extends FieldBase {
  readonly type: 'any';
  readonly default?: unknown;
}

/** The type of a loaded config. */
export type ConfigOf<T extends ConfigTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

type ValueOf<F> = F extends { readonly default: null } ? FilledValueOf<F> | null : FilledValueOf<F>;

type FilledValueOf<F> = F extends { readonly values: readonly (infer V)[] }
  ? V
  : F extends { readonly type: 'string' }
    ? string
    : F extends { readonly type: 'number' | 'integer' }
      ? number
      : F extends { readonly type: 'boolean' }
        ? boolean
        : F extends { readonly type: 'array'; readonly items: infer I }
          ? readonly ValueOf<I>[]
          : F extends { readonly type: 'object'; readonly props: infer P extends ConfigTable }
            ? ConfigOf<P>
            : F extends { readonly type: 'map'; readonly items: infer I }
              ? Readonly<Record<string, ValueOf<I>>>
              : unknown;
