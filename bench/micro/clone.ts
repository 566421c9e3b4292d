import { eventFor, EventType, type BookEvent, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { BenchOptions, BenchRow } from '../harness.ts';
import { duel, type Contender } from './duel.ts';

/** What a subscriber's own copy costs, for the events that there are most of. */
export function cloneBench(bench: BenchOptions): Promise<BenchRow[]> {
  return duel({
    case: 'copy for one subscriber',
    operations: 1_000_000,
    bench,
    contenders: [cloning('trade', eventFor('trade')), cloning('book update of 2 levels', bookUpdate(1)), cloning('book update of 20 levels', bookUpdate(10))],
  });
}

function cloning(name: string, event: CanonicalEvent): Contender {
  const run = (operations: number): number => {
    let total = 0;
    for (let done = 0; done < operations; done += 1) {
      event.sequence = done;
      total += event.clone().sequence & 1;
    }
    return total;
  };
  return { name, run };
}

function bookUpdate(levelsASide: number): BookEvent {
  const event = eventFor('book') as BookEvent;
  event.type = EventType.BookUpdate;
  for (let level = 0; level < levelsASide; level += 1) {
    event.payload.pushBid(6_183_763 - level, 1_500 + level);
    event.payload.pushAsk(6_183_764 + level, 1_500 + level);
  }
  return event;
}
