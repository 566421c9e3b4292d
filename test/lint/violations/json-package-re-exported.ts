// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
export * from 'json5';
