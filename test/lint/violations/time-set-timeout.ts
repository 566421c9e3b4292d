// place: internal/sim
// expect: time comes in through lib/clock
export const later = (run: () => void): unknown => setTimeout(run, 1);
