// place: internal/dispatcher
// expect: Use "@ts-expect-error" instead of "@ts-ignore"
// @ts-ignore because I say so
export const count: number = 'one';
