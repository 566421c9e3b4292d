// place: internal/dispatcher
// expect: code made from text goes round the doors
export const run = (text: string): unknown => new Function(text);
