// place: internal/dispatcher
// expect: this goes round the doors in .eslintrc.cjs: use import
import json5 = require('json5');
export const load: unknown = json5;
