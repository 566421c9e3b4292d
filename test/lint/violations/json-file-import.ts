// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
import own from '../../package.json' with { type: 'json' };
export const name: unknown = own;
