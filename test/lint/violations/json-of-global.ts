// place: internal/dispatcher
// expect: globalThis goes round the doors
export const codec: unknown = global.JSON;
