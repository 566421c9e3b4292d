import { formatJson } from '../json/json.ts';
import type { Field, NumberField, StringField } from './config-table.ts';

/** What a field wants, in words: the "expected" of a problem and the type column of the reference page. */
export function describeField(field: Field): string {
  const orNull = field.default === null ? ', or nothing' : '';
  return `${describeFilled(field)}${orNull}`;
}

/** What was found, short enough for a line; a secret shows only that it is there. */
export function describeValue(value: unknown, isSecret: boolean): string {
  if (value === undefined || value === null) return 'nothing';
  if (isSecret) return 'a secret (not shown)';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const text = formatJson(value);
  const short = text.length <= FOUND_LENGTH_MAX ? text : `${text.slice(0, FOUND_LENGTH_MAX)}…`;
  return `${short} (${typeName(value)})`;
}

const FOUND_LENGTH_MAX = 60;

function describeFilled(field: Field): string {
  switch (field.type) {
    case 'string':
      return describeString(field);
    case 'number':
      return describeNumber(field, 'a number');
    case 'integer':
      return describeNumber(field, 'a whole number');
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list of ${describeField(field.items)}${limits(field.min, field.max, ' elements')}`;
    case 'object':
      return 'an object';
    case 'map':
      return `an object of ${describeField(field.items)} by name`;
    case 'any':
      return 'any value';
  }
}

function describeString(field: StringField): string {
  if (field.values !== undefined) return `one of ${field.values.join(', ')}`;
  const what = field.patternName ?? (field.pattern === undefined ? 'a text' : `a text like ${field.pattern}`);
  return `${what}${limits(field.min, field.max, ' characters')}`;
}

function describeNumber(field: NumberField, what: string): string {
  if (field.values !== undefined) return `one of ${field.values.join(', ')}`;
  return `${what}${limits(field.min, field.max, field.unit === undefined ? '' : ` ${field.unit}`)}`;
}

function limits(min: number | undefined, max: number | undefined, unit: string): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}${unit}`;
  if (min !== undefined) return ` from ${min}${unit} on`;
  if (max !== undefined) return ` up to ${max}${unit}`;
  return unit.trim() === '' || unit === ' elements' || unit === ' characters' ? '' : ` of${unit}`;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' ? 'object' : typeof value === 'string' ? 'text' : typeof value;
}
