// place: internal/dispatcher
// expect: Unexpected any
export const accept = (event: any): unknown => event;
