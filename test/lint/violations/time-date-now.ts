// place: internal/dispatcher
// expect: time comes in through lib/clock
export const nowMs = (): number => Date.now();
