// place: internal/telemetry
// expect: time comes in through lib/clock
export const nowMs = (): number => performance.now();
