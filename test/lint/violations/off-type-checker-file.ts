// place: internal/dispatcher
// expect: Do not use "@ts-nocheck"
// @ts-nocheck
export const count: number = 'one';
