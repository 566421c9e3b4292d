/** The operations behind the rules, and the types of JSON values. The kernel has the same numbers (assembly/ops.ts). */
export const Op = {
  Skip: 0,
  Decimal: 1,
  Integer: 2,
  Flag: 3,
  Atom: 4,
  Text: 5,
  Time: 6,
  Object: 7,
  Each: 8,
  Tuple: 9,
  EachTuple: 10,
  Tuples: 11,
  ObjectBy: 12,
  EachBy: 13,
  Switch: 14,
  Levels: 15,
  LevelRows: 16,
  LevelObjects: 17,
  LevelPrice: 18,
  LevelQuantity: 19,
  LevelSide: 20,
  Refuse: 21,
  NoRule: 22,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

export const JsonType = { String: 0, Number: 1, Object: 2, Array: 3, Literal: 4 } as const;
export type JsonType = (typeof JsonType)[keyof typeof JsonType];
export const JSON_TYPES = 5;
