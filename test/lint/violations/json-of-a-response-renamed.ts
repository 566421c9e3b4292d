// place: internal/dispatcher
// expect: JSON goes in and out only through lib/simdjson and lib/json
export function read(response: Response): Promise<unknown> {
  const body = response.json;
  return body.call(response);
}
