// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
const { stringify } = JSON;
export const write = (value: unknown): string => stringify(value);
