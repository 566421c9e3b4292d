// place: internal/dispatcher
// expect: this goes round the doors in .eslintrc.cjs: use import
import { createRequire } from 'node:module';
export const load: unknown = createRequire(import.meta.url)('json5');
