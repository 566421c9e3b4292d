// place: internal/dispatcher
// expect: Promises must be awaited
const send = async (): Promise<void> => undefined;
export const accept = (): void => {
  send();
};
