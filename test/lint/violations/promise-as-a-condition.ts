// place: internal/dispatcher
// expect: Expected non-Promise value in a boolean conditional
const ready = async (): Promise<boolean> => true;
export const accept = (): number => (ready() ? 1 : 0);
