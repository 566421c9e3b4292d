import { stringify } from 'yaml';
import { formatJson } from '../json/json.ts';
import type { ConfigTable, Field } from './config-table.ts';
import { describeField } from './describe-field.ts';

/** A config (after `maskSecrets`) as YAML text that `loadConfig` reads again. */
export function renderConfig(config: object): string {
  return stringify(config, { aliasDuplicateObjects: false });
}

/**
 * The reference page of a table, as Markdown: a section per top-level object with one row per field, and one section
 * for the fields that stand alone.
 */
export function renderConfigDocs(table: ConfigTable): string {
  const alone: Row[] = [];
  const sections: string[] = [];
  for (const [name, field] of Object.entries(table)) {
    const rows = rowsOf(name, field);
    if (isLeaf(field)) alone.push(...rows);
    else sections.push(`## ${name}\n\n${field.doc}\n\n${renderRows(rows.slice(1))}`);
  }
  if (alone.length > 0) sections.unshift(renderRows(alone));
  return `${sections.join('\n\n')}\n`;
}

interface Row {
  readonly path: string;
  readonly expected: string;
  readonly otherwise: string;
  readonly doc: string;
}

function rowsOf(path: string, field: Field): Row[] {
  const row = { path, expected: describeField(field), otherwise: describeDefault(field), doc: docOf(field) };
  switch (field.type) {
    case 'object':
      return [row, ...Object.entries(field.props).flatMap(([name, inner]) => rowsOf(`${path}.${name}`, inner))];
    case 'array':
      return isLeaf(field.items) ? [row] : [row, ...rowsOf(`${path}[]`, field.items).slice(1)];
    case 'map':
      return isLeaf(field.items) ? [row] : [row, ...rowsOf(`${path}.<name>`, field.items).slice(1)];
    default:
      return [row];
  }
}

function renderRows(rows: readonly Row[]): string {
  const lines = rows.map(({ path, expected, otherwise, doc }) => `| \`${path}\` | ${cell(expected)} | ${cell(otherwise)} | ${cell(doc)} |`);
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

function describeDefault(field: Field): string {
  if (field.default !== undefined && field.default !== null) return `\`${formatJson(field.default)}\``;
  if (field.default === null) return 'nothing';
  if (field.type === 'array' && (field.min ?? 0) > 0) return '**required**';
  if (field.type === 'array' || field.type === 'map') return 'empty';
  return field.type === 'object' ? 'as below' : '**required**';
}

function docOf(field: Field): string {
  return field.secret === true ? `${field.doc} (secret: never shown)` : field.doc;
}

function isLeaf(field: Field): boolean {
  if (field.type === 'array' || field.type === 'map') return isLeaf(field.items);
  return field.type !== 'object';
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');
}
