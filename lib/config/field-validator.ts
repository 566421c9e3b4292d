import FastestValidator from 'fastest-validator';
import type { ValidationRule, ValidationSchema } from 'fastest-validator';
import type { ConfigTable, Field } from './config-table.ts';

/** Where in the value a rule is broken, in fastest-validator's notation: `providers[0].transport.speed`. */
export type BrokenPath = string;

/**
 * The checks of a table, by fastest-validator. Only the places are taken from it: what was expected is said by the
 * table in our own words.
 */
export function compileTable(table: ConfigTable): (value: unknown) => readonly BrokenPath[] {
  const validator = new Validator({ haltOnFirstError: false, messages: NO_MESSAGES });
  const check = validator.compile(schemaOf(table));
  return (value) => {
    const answer = check(value);
    if (answer === true) return [];
    // Only an asynchronous schema answers with a promise, and a table has none.
    return (answer as { readonly field: string }[]).map((error) => error.field);
  };
}

// Its types promise a default export, at run time the module is the class itself (1.19.1).
const Validator = FastestValidator as unknown as typeof FastestValidator.default;

/**
 * Its own messages put the value into a text, which throws for a list of objects with a key `toString`; and nobody reads
 * them. An empty message is left alone.
 */
const NO_MESSAGES = Object.fromEntries(Object.keys(new Validator().messages).map((name) => [name, '']));

/** The same table as a fastest-validator schema. Defaults and unknown keys are dealt with before. */
export function schemaOf(table: ConfigTable): ValidationSchema {
  return Object.fromEntries(Object.entries(table).map(([name, field]) => [name, ruleOf(field)]));
}

function ruleOf(field: Field): ValidationRule {
  const nullable = field.default === null;
  switch (field.type) {
    case 'string':
      return {
        type: 'string',
        nullable,
        empty: field.min === 0 || field.default === '',
        ...given('min', field.min === 0 ? undefined : field.min),
        ...given('max', field.max),
        ...given('enum', field.values?.slice()),
        ...(field.pattern === undefined ? {} : { pattern: new RegExp(`^(?:${field.pattern})$`) }),
      };
    case 'integer':
    case 'number':
      if (field.values !== undefined) return { type: 'enum', nullable, values: field.values.slice() };
      return {
        type: 'number',
        nullable,
        integer: field.type === 'integer',
        min: field.min ?? (field.type === 'integer' ? Number.MIN_SAFE_INTEGER : -Number.MAX_VALUE),
        max: field.max ?? (field.type === 'integer' ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE),
      };
    case 'boolean':
      return { type: 'boolean', nullable };
    case 'array':
      return { type: 'array', nullable, items: ruleOf(field.items), ...given('min', field.min), ...given('max', field.max) };
    case 'object':
      return { type: 'object', nullable, props: schemaOf(field.props) };
    case 'map':
      return { type: 'record', nullable, key: { type: 'string', empty: false }, value: ruleOf(field.items) };
    case 'any':
      return { type: 'any', nullable };
  }
}

function given(name: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: value };
}
