// place: internal/dispatcher
// expect: Unexpected 'eslint-disable' comment
export const read = (text: string): unknown => text; // eslint-disable-line
