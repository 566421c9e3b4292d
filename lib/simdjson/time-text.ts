/** `2026-08-09T21:05:48.123456Z` to nanoseconds since 1970, as the kernel reads it. */
export const TimeText = {
  /** No time. */
  Malformed: -1n,
  /** A time outside 1970 to 2261, which venues write for "no time". */
  OutOfRange: -2n,
} as const;

export function nanosecondsOf(text: string): bigint {
  const match = PATTERN.exec(text);
  if (match === null) return TimeText.Malformed;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  if (month < 1 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return TimeText.Malformed;
  if (year < 1970 || year > 2261) return TimeText.OutOfRange;
  at.setUTCHours(hour, minute, second);
  return BigInt(at.getTime()) * 1_000_000n + BigInt((match[7] ?? '').padEnd(9, '0'));
}

const PATTERN = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:?00)$/;
