// place: test/unit/bus
// expect: JSON goes in and out only through lib/simdjson and lib/json
import stringify from 'safe-stable-stringify';
export const write: unknown = stringify;
