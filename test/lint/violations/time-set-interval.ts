// place: cmd/monolith
// expect: time comes in through lib/clock
export const often = (run: () => void): unknown => setInterval(run, 1);
