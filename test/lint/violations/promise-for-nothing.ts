// place: internal/dispatcher
// expect: Promise returned in function argument where a void return was expected
export const accept = (events: readonly number[]): void => events.forEach(async (event) => void event);
