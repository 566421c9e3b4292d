// place: internal/dispatcher
// expect: Expected '===' and instead saw '=='
export const isEmpty = (count: number): boolean => count == 0;
