// place: internal/dispatcher
// expect: rules are not switched off in a file; a new door goes into PLACES of .eslintrc.cjs
/* eslint-disable */
export const read = (text: string): unknown => text;
