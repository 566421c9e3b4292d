import type { ErrorSpec } from '../errors/app-error.ts';

/** Thrown while schemas are declared, never while frames are decoded. */
export const simdjsonErrors = {
  schema: { code: 'SIMDJSON_SCHEMA', severity: 'halt', message: 'the schema cannot be used' },
  full: { code: 'SIMDJSON_FULL', severity: 'halt', message: 'the decoder has no room for another declaration' },
  kernel: { code: 'SIMDJSON_KERNEL', severity: 'halt', message: 'the kernel does not have the limits it was built for' },
} as const satisfies Record<string, ErrorSpec>;
