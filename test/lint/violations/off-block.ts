// place: internal/dispatcher
// expect: Unexpected 'eslint-disable' comment
/* eslint-disable */
export const read = (text: string): unknown => text;
