// place: lib/http
// expect: time comes in through lib/clock
export const limit = (): AbortSignal => AbortSignal.timeout(1);
