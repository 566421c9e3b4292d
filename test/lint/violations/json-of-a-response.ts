// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
export const get = async (url: string): Promise<unknown> => (await fetch(url)).json();
