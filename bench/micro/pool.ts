import { createPool } from 'generic-pool';
import { systemClock } from '../../lib/clock/system-clock.ts';
import { Pool } from '../../lib/pool/pool.ts';
import { Ring } from '../../lib/ring/ring.ts';
import { eventFor, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { BenchOptions, BenchRow } from '../harness.ts';
import { duel, type Contender } from './duel.ts';

/** As many as a mailbox holds by default (dispatcher.tapeMax). */
const QUEUE_LENGTH = 16_384;

/** A trade event made anew, lent by a pool, and lent by a promise; for events that die in the call and for events that wait. */
export async function poolBench(bench: BenchOptions): Promise<BenchRow[]> {
  const pool = new Pool<CanonicalEvent>({ name: 'bench', capacity: 2 * QUEUE_LENGTH, create: () => eventFor('trade'), clock: systemClock });
  const make = (): CanonicalEvent => eventFor('trade');
  const lend = (): CanonicalEvent => pool.tryAcquire()!;
  const giveBack = (event: CanonicalEvent): void => pool.release(event);
  const forget = (): void => undefined;
  return [
    ...(await duel({
      case: 'event that dies in the call',
      operations: 1_000_000,
      bench,
      contenders: [
        atOnce('new', make, forget),
        atOnce('meltica', lend, giveBack),
        { name: 'awaited', run: (operations) => awaited(pool, operations) },
        { name: 'generic-pool', run: byGenericPool },
      ],
    })),
    ...(await duel({
      case: `event among ${QUEUE_LENGTH} waiting`,
      operations: 1_000_000,
      bench,
      contenders: [waiting('new', make, forget), waiting('meltica', lend, giveBack)],
    })),
  ];
}

function atOnce(name: string, take: () => CanonicalEvent, leave: (event: CanonicalEvent) => void): Contender {
  const run = (operations: number): number => {
    let total = 0;
    for (let done = 0; done < operations; done += 1) {
      const event = take();
      event.sequence = done;
      total += event.sequence & 1;
      leave(event);
    }
    return total;
  };
  return { name, run };
}

/** The same pool by its asynchronous door: what every pool whose `acquire` is a promise costs at least. */
async function awaited(pool: Pool<CanonicalEvent>, operations: number): Promise<number> {
  let total = 0;
  for (let done = 0; done < operations; done += 1) {
    const event = await pool.acquire();
    event.sequence = done;
    total += event.sequence & 1;
    pool.release(event);
  }
  return total;
}

/** The package made for what is borrowed asynchronously. */
async function byGenericPool(operations: number): Promise<number> {
  const pool = createPool<CanonicalEvent>({ create: () => Promise.resolve(eventFor('trade')), destroy: () => Promise.resolve() }, { min: 16, max: 16 });
  let total = 0;
  for (let done = 0; done < operations; done += 1) {
    const event = await pool.acquire();
    event.sequence = done;
    total += event.sequence & 1;
    await pool.release(event);
  }
  await pool.drain();
  await pool.clear();
  return total;
}

/** Every event waits until as many as the queue holds have come after it. */
function waiting(name: string, take: () => CanonicalEvent, leave: (event: CanonicalEvent) => void): Contender {
  const run = (operations: number): number => {
    const queue = new Ring<CanonicalEvent>(QUEUE_LENGTH);
    let total = 0;
    const finish = (event: CanonicalEvent): void => {
      total += event.sequence & 1;
      leave(event);
    };
    for (let done = 0; done < operations; done += 1) {
      if (queue.size === QUEUE_LENGTH) finish(queue.poll()!);
      const event = take();
      event.sequence = done;
      queue.offer(event);
    }
    for (let event = queue.poll(); event !== null; event = queue.poll()) finish(event);
    return total;
  };
  return { name, run };
}
