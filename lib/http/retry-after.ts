/** The longest wait a server can impose, 3 days (the longest ban a venue documents); it also fits a timer. */
export const retryAfterMsMax = 259_200_000;

/**
 * Reads a Retry-After header: whole seconds or an HTTP date.
 *
 * @param value the header as Node or undici gives it
 * @param nowWallMs the wall clock, to measure a date against
 * @returns milliseconds from now in [0, retryAfterMsMax]; -1 when there is no header or it makes no sense
 */
export function retryAfterMs(value: string | string[] | undefined, nowWallMs: number): number {
  const text = (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
  if (/^\d{1,12}$/.test(text)) return Math.min(Number(text) * 1_000, retryAfterMsMax);
  // `Date.parse` takes '-5' and '1.5' for years; an HTTP date starts with the name of a day.
  if (!/^[A-Z][a-z]{2}/.test(text)) return -1;
  const dueMs = Date.parse(text);
  if (Number.isNaN(dueMs)) return -1;
  return Math.min(Math.max(dueMs - nowWallMs, 0), retryAfterMsMax);
}
