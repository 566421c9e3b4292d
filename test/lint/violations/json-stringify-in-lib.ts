// place: lib/log
// expect: JSON goes in and out only through lib/simdjson and lib/json
export const write = (value: unknown): string => JSON.stringify(value);
