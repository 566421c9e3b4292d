// place: internal/bus
// expect: rules are not switched off in a file; a new door goes into PLACES of .eslintrc.cjs
// eslint-disable-next-line no-inline-disabling
export const it = 1;
