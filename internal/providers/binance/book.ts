import type { BookEvent } from '../../../schemas/events/event.ts';
import { Verdict, type BookRule } from '../../ports/book-rule.ts';

/**
 * Spot and US, "How to manage a local order book correctly" (web-socket-streams.md):
 *
 *   snapshot {"lastUpdateId":160}   events U..u  150..155 drop   156..161 first   162..170 next   172..175 gap
 *
 * The first event must satisfy U <= lastUpdateId + 1 <= u, every later one U <= id + 1. An event is also taken when it begins
 * before what we hold (U <= id): quantities are absolute, so what it repeats does no harm.
 */
export const spotBookRule: BookRule = { first: afterId, next: afterId };

function afterId(update: BookEvent, last: number): Verdict {
  if (update.sequenceLast <= last) return Verdict.Old;
  return update.sequenceFirst <= last + 1 ? Verdict.Apply : Verdict.Gap;
}

/**
 * USD-M futures, "How to manage a local order book correctly": drop u < lastUpdateId; the first event has
 * U <= lastUpdateId and u >= lastUpdateId (it is taken even when u is the snapshot's id); after that `pu` must equal the
 * previous `u`. Ids are shared by all symbols, so U is not the previous u + 1 and tells nothing about a loss:
 *
 *   {"e":"depthUpdate","E":123456789,"T":123456788,"s":"BTCUSDT","U":157,"u":160,"pu":149,"b":[],"a":[]}
 *
 * An event whose `pu` is at or below the snapshot's id joins it as well: nothing of this symbol lies between.
 */
export const futuresBookRule: BookRule = {
  first(update: BookEvent, last: number): Verdict {
    if (update.sequenceLast < last) return Verdict.Old;
    return update.sequenceFirst <= last || update.sequencePrevious <= last ? Verdict.Apply : Verdict.Gap;
  },
  next(update: BookEvent, last: number): Verdict {
    if (update.sequencePrevious === last) return Verdict.Apply;
    return update.sequenceLast <= last ? Verdict.Old : Verdict.Gap;
  },
};
