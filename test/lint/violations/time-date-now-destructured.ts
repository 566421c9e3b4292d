// place: internal/dispatcher
// expect: time comes in through lib/clock
const { now } = Date;
export const nowMs = (): number => now();
