// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
import table from './table.txt' with { type: 'json' };
export const value: unknown = table;
