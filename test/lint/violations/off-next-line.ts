// place: internal/dispatcher
// expect: Unexpected 'eslint-disable' comment
// eslint-disable-next-line no-restricted-globals, no-restricted-properties
export const read = (text: string): unknown => text;
