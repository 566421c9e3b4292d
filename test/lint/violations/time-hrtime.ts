// place: lib/ring
// expect: time comes in through lib/clock
export const nowNs = (): bigint => process.hrtime.bigint();
