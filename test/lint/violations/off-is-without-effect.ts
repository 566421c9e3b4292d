// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
// eslint-disable-next-line
export const read = (text: string): unknown => JSON.parse(text);
