import { bareRecord } from './config-node.ts';
import type { ConfigTable, Field } from './config-table.ts';

/** A copy of a loaded config that may be shown: every secret that is set reads `***`. */
export function maskSecrets(table: ConfigTable, config: object): Readonly<Record<string, unknown>> {
  return maskProps(table, config);
}

const MASK = '***';

function maskField(field: Field, value: unknown): unknown {
  if (value === null || value === undefined || value === '') return value;
  if (field.secret === true) return MASK;
  if (field.type === 'object' && typeof value === 'object') return maskProps(field.props, value);
  if (field.type === 'array' && Array.isArray(value)) return value.map((item) => maskField(field.items, item));
  if (field.type === 'map' && typeof value === 'object') return mapEntries(value, (inner) => maskField(field.items, inner));
  return value;
}

function maskProps(props: ConfigTable, value: object): Record<string, unknown> {
  return mapEntries(value, (inner, key) => {
    const field = Object.hasOwn(props, key) ? props[key] : undefined;
    // What the table does not know cannot be shown to be harmless.
    return field === undefined ? MASK : maskField(field, inner);
  });
}

function mapEntries(value: object, change: (inner: unknown, key: string) => unknown): Record<string, unknown> {
  const changed = bareRecord();
  for (const [key, inner] of Object.entries(value)) changed[key] = change(inner, key);
  return changed;
}
