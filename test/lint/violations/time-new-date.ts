// place: internal/dispatcher
// expect: time comes in through lib/clock
export const today = (): Date => new Date();
