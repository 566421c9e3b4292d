// place: internal/sim
// expect: randomness comes in through lib/random (seeded)
export const draw = (): number => Math.random();
