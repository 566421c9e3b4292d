/** `2026-08-09T21:05:48.123456Z` to nanoseconds since 1970. A blank may stand for the T, `+00:00` for the Z. */
import { byteAt, isDigit, no } from './bytes';
import { DOUBLES, EXACTS, POWERS_EXACT } from './layout';
import { WHY_TIME } from './ops';

/** False when the year is outside 1970 to 2261, which venues write for "no time": it counts as absent. */
export let isInRange: bool = false;

/** `p` is behind the opening quote; returns the place of the closing one. The double is whole microseconds. */
export function timeString(p: usize, slot: usize): usize {
  const year = two(p) * 100 + two(p + 2);
  const month = two(p + 5);
  const day = two(p + 8);
  const hour = two(p + 11);
  const minute = two(p + 14);
  const second = two(p + 17);
  if ((year | month | day | hour | minute | second) < 0) return no(WHY_TIME);
  const between = byteAt(p + 10);
  if (byteAt(p + 4) != 45 || byteAt(p + 7) != 45 || (between != 84 && between != 32)) return no(WHY_TIME);
  if (byteAt(p + 13) != 58 || byteAt(p + 16) != 58) return no(WHY_TIME);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59) return no(WHY_TIME);
  p += 19;
  let fraction: i64 = 0;
  let digits = 0;
  if (byteAt(p) == 46) {
    p++;
    while (isDigit(byteAt(p))) {
      if (digits == 9) return no(WHY_TIME);
      fraction = fraction * 10 + (byteAt(p) - 48);
      digits++;
      p++;
    }
    if (digits == 0) return no(WHY_TIME);
  }
  if (byteAt(p) == 90) p++;
  else if (byteAt(p) == 43 && two(p + 1) == 0) {
    p += 3;
    if (byteAt(p) == 58) p++;
    if (two(p) != 0) return no(WHY_TIME);
    p += 2;
  } else return no(WHY_TIME);
  if (byteAt(p) != 34) return no(WHY_TIME);
  isInRange = year >= 1970 && year <= 2261;
  if (!isInRange) return p;
  const seconds = daysSince1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  const nanoseconds = fraction * load<i64>(POWERS_EXACT + (9 - digits) * 8);
  store<i64>(EXACTS + slot * 8, seconds * 1000000000 + nanoseconds);
  store<f64>(DOUBLES + slot * 8, <f64>(seconds * 1000000 + nanoseconds / 1000));
  return p;
}

function two(p: usize): i32 {
  const tens = byteAt(p) - 48;
  const ones = byteAt(p + 1) - 48;
  return tens < 10 && ones < 10 ? <i32>(tens * 10 + ones) : -1000000;
}

function daysOf(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Years that begin in March have the leap day at their end. */
function daysSince1970(year: i32, month: i32, day: i32): i64 {
  const marchYear = year - (month <= 2 ? 1 : 0);
  const era = marchYear / 400;
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return <i64>era * 146097 + dayOfEra - 719468;
}
