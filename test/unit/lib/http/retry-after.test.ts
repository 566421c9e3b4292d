import { expect, test } from 'vitest';
import { retryAfterMs, retryAfterMsMax } from '../../../../lib/http/retry-after.ts';

const nowMs = Date.UTC(2024, 0, 1);

test.for([
  [undefined, -1],
  ['', -1],
  ['0', 0],
  ['3', 3_000],
  [' 3 ', 3_000],
  [['7', '9'], 7_000],
  ['999999999999', retryAfterMsMax],
  ['9999999999999', -1],
  ['-5', -1],
  ['1.5', -1],
  ['soon', -1],
  ['Soon', -1],
  ['Mon, 01 Jan 2024 00:00:10 GMT', 10_000],
  ['Sun, 31 Dec 2023 23:59:59 GMT', 0],
  ['Thu, 01 Jan 2099 00:00:00 GMT', retryAfterMsMax],
] as [string | string[] | undefined, number][])('Retry-After %j is %i ms', ([value, expected]) => {
  expect(retryAfterMs(value, nowMs)).toBe(expected);
});
