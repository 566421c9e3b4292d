// place: examples/printer
// expect: JSON goes in and out only through lib/simdjson and lib/json
export const print = (event) => process.stdout.write(JSON.stringify(event));
