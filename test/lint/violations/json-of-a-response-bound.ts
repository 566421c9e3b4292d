// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
export const reader = (response: Response): (() => Promise<unknown>) => response.json.bind(response);
