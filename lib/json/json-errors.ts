import type { ErrorSpec } from '../errors/app-error.ts';

export const jsonErrors = {
  invalid: { code: 'JSON_INVALID', severity: 'degrade', message: 'the text is not JSON' },
  tooDeep: { code: 'JSON_TOO_DEEP', severity: 'degrade', message: 'the JSON text is nested too deeply' },
  unsafeKey: { code: 'JSON_UNSAFE_KEY', severity: 'degrade', message: 'the JSON text has a key that could change a prototype' },
  unformattable: { code: 'JSON_UNFORMATTABLE', severity: 'degrade', message: 'the value cannot be written as JSON' },
  unreadable: { code: 'JSONL_UNREADABLE', severity: 'degrade', message: 'the JSON-lines file cannot be read' },
  truncated: { code: 'JSONL_TRUNCATED', severity: 'degrade', message: 'the compressed JSON-lines file ends in the middle' },
  corrupt: { code: 'JSONL_CORRUPT', severity: 'degrade', message: 'the compressed JSON-lines file is damaged' },
  lineTooLong: { code: 'JSONL_LINE_TOO_LONG', severity: 'degrade', message: 'a line of the JSON-lines file is too long' },
  unwritable: { code: 'JSONL_UNWRITABLE', severity: 'degrade', message: 'the JSON-lines file cannot be written' },
} as const satisfies Record<string, ErrorSpec>;
