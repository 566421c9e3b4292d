const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest a timer of Node can wait: 24.8 days. */
const DURATION_MS_MAX = 2 ** 31 - 1;

/** `500ms`, `60s`, `5m`, `1.5h` in milliseconds; null when it is no such text, not above 0, or longer than 24 days. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) return null;
  const durationMs = Number(match[1]) * UNIT_MS[match[2]!]!;
  return durationMs > 0 && durationMs <= DURATION_MS_MAX ? durationMs : null;
}
