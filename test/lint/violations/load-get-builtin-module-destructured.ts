// place: internal/dispatcher
// expect: this goes round the doors in .eslintrc.cjs: use import
const { getBuiltinModule } = process;
export const load: unknown = getBuiltinModule('node:module');
