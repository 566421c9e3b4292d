/** What became of a frame, as a small integer: nothing here throws. */
export const Status = {
  /** Every field the schema names and the frame has lies in its slot. */
  Ok: 0,
  /** Refused: it is not JSON, not UTF-8, or not what the schema describes. `reason` says which. */
  Bad: 1,
  /** The kernel alone does not decide; only `decodeKernel` answers this, `decode` goes on to the fallback. */
  Fallback: 2,
  /** JSON, but more of it than there is room for, also in the fallback. */
  TooBig: 3,
  /** JSON whose discriminator names no schema; `unknownKind()` is its text. */
  UnknownKind: 4,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Why a frame was not taken, by the kernel (`kernelReason`) and in the end (`reason`). */
export const Reason = {
  None: 0,
  /** Structure, literals, numbers, escapes, control characters, or something behind the end. */
  NotJson: 1,
  /** The machine has no 128-bit vectors, or the fallback was forced. */
  NoKernel: 2,
  /** The frame is longer than INPUT_BYTES_MAX (kernel) or FALLBACK_BYTES_MAX (in the end). */
  Bytes: 3,
  /** A side has more levels than LEVELS_MAX (kernel) or FALLBACK_LEVELS_MAX (in the end). */
  Levels: 4,
  /** More than RECORDS_MAX records. */
  Records: 5,
  /** More than FIXUPS_MAX doubles that need more than one division (kernel only). */
  Fixups: 6,
  /** More than DEPTH_MAX open brackets. */
  Depth: 7,
  /** An escape in a key or an atom (kernel only: the fallback reads it). */
  Escape: 8,
  /** A key of the schema stands twice in its object. */
  DuplicateKey: 9,
  /** The kind stands behind what it decides (kernel), or is missing altogether (in the end). */
  LateKind: 10,
  UnknownKind: 11,
  /** A JSON type that the key has no rule for, a level without price or quantity, a row that is none. */
  Form: 12,
  /** A key or position that the schema does not name, where it says `others: 'refuse'`. */
  UnknownKey: 13,
  /** A key whose rule is `'refuse'`. */
  Refused: 14,
  /** Text that is no decimal or no integer, where the schema has one. */
  Decimal: 15,
  /** A word for a side that the schema does not know. */
  Side: 16,
  NotUtf8: 17,
  /** Text that is no time, where the schema has one. */
  Time: 18,
} as const;
export type Reason = (typeof Reason)[keyof typeof Reason];

export const reasonNames: readonly string[] = Object.keys(Reason);

/** The status a frame ends with for a reason. */
export function statusOf(reason: Reason): Status {
  switch (reason) {
    case Reason.None:
      return Status.Ok;
    case Reason.Bytes:
    case Reason.Levels:
    case Reason.Records:
      return Status.TooBig;
    case Reason.UnknownKind:
      return Status.UnknownKind;
    default:
      return Status.Bad;
  }
}
