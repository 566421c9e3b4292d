import { expect } from 'vitest';
import { BookAssembler, type AssemblerOptions } from '../../../internal/book/assembler.ts';
import type { KeptBook } from '../../../internal/book/kept-book.ts';
import { EventPools } from '../../../internal/dispatcher/event-pools.ts';
import type { SnapshotTerms } from '../../../internal/ports/book-keeper.ts';
import type { BookRule } from '../../../internal/ports/book-rule.ts';
import { ManualClock } from '../../../lib/clock/manual-clock.ts';
import { silentLogger } from '../../../lib/log/logger.ts';
import { EventType, qualityNames, type BookEvent, type CanonicalEvent } from '../../../schemas/events/event.ts';
import type { Stream } from '../../../schemas/market/stream.ts';
import { fillBook, RecordingSink, streamsOf } from '../../support/events.ts';

/** Snapshots of the whole book, as many as one likes. */
export const snapshotTerms: SnapshotTerms = { depth: 1_000, isRepeatable: true };
export const bookOptions: AssemblerOptions = { waitingMax: 4, staleAfterMs: 10_000, refreshMs: 0, audits: false };

/** A book room with its doors open: a pool that checks every lease, a clock that stands still, and what it asked and said. */
export class BookBench {
  readonly clock = new ManualClock();
  readonly pools: EventPools;
  readonly sink: RecordingSink;
  readonly assembler: BookAssembler;
  readonly stream: Stream;
  readonly asked: Stream[] = [];

  constructor(rule: BookRule, options: Partial<AssemblerOptions> = {}, capacity = 16, tracesLeases = true, terms: SnapshotTerms = snapshotTerms) {
    this.pools = new EventPools(capacity, this.clock, tracesLeases);
    this.sink = new RecordingSink(this.pools);
    this.assembler = new BookAssembler({ ...bookOptions, ...options }, this.clock, silentLogger, this.pools, this.sink);
    this.stream = streamsOf('book')[0]!;
    this.assembler.start({ requestSnapshot: (stream) => this.asked.push(stream) });
    this.assembler.add(this.stream, rule, terms);
  }

  get kept(): KeptBook {
    return this.assembler.books[0]!;
  }

  get lent(): number {
    return this.pools.counters().reduce((sum, { inUse }) => sum + inUse, 0);
  }

  accept(type: EventType, facts: Parameters<typeof fillBook>[3]): void {
    const event = this.pools.tryAcquire('book') as BookEvent;
    this.assembler.accept(fillBook(event, type, this.stream, { receivedMs: this.clock.monotonicMs(), ...facts }));
  }
}

/**
 * Plays a table: one line a step, `command | state after it | what was asked and published`.
 *
 *   disconnect refused   the venue does not deliver the stream; without the word the connection is lost
 *   diff 157..160 149    U..u, pu on futures. The bid at 1 becomes u lots: a book at id n has the level 1:n, and nothing else
 *   snapshot 160         the same at id 160; `snapshot 160 wrong` has another quantity
 *
 * Published: `snapshot 160`, `update 161..162`, `notice stale`; `!` marks gapBefore; `e2` the epoch when it is not 1.
 */
export function play(rule: BookRule, table: string, options: Partial<AssemblerOptions> = {}): BookBench {
  const bench = new BookBench(rule, options);
  const wanted = table.trim().split('\n').map((line) => line.split('|').map((cell) => cell.trim()).join(' | ').trim());
  let epoch = 1;
  let heard = 0;
  let asked = 0;
  const found = wanted.map((line) => {
    const command = line.split(' | ')[0]!;
    const [verb, first = '', second = ''] = command.split(/\s+/) as [string, string?, string?];
    switch (verb) {
      case 'add':
        bench.assembler.add(bench.stream, rule, snapshotTerms);
        break;
      case 'connect':
        epoch = Number(first);
        bench.assembler.connected(bench.stream, epoch);
        break;
      case 'subscribe':
        bench.assembler.subscribed(bench.stream);
        break;
      case 'disconnect':
        bench.assembler.disconnected(bench.stream, first === 'refused' ? first : 'lost');
        break;
      case 'fail':
        bench.assembler.snapshotFailed(bench.stream);
        break;
      case 'wait':
        bench.clock.advance(Number(first));
        break;
      case 'dry':
        while (bench.pools.tryAcquire('book') !== null);
        break;
      case 'snapshot':
        bench.accept(EventType.BookSnapshot, { last: Number(first), bids: [['1', second === 'wrong' ? '999999' : first]], epoch: 0 });
        break;
      case 'diff': {
        const [from, to] = first.split('..').map(Number) as [number, number];
        const previous = second === '' ? from - 1 : Number(second);
        bench.accept(EventType.BookUpdate, { first: from, last: to, previous, bids: [['1', String(to)]], epoch });
        break;
      }
      default:
        throw new Error(`no such command: ${command}`);
    }
    const said = bench.asked.slice(asked).map(() => 'ask');
    asked = bench.asked.length;
    said.push(...bench.sink.events.slice(heard).map(textOf));
    heard = bench.sink.events.length;
    return `${command} | ${bench.kept.state} | ${said.join(', ')}`.trim();
  });
  expect(found).toEqual(wanted);
  const level = bench.assembler.books[0]!.book.level(0, 0);
  if (bench.kept.state === 'live') expect(level).toEqual({ price: '1', quantity: String(bench.kept.book.last) });
  return bench;
}

function textOf(event: CanonicalEvent): string {
  const marks = `${event.gapBefore ? '!' : ''}${event.epoch === 1 ? '' : ` e${event.epoch}`}`;
  if (event.type === EventType.BookSnapshot) return `snapshot ${event.sequenceLast}${marks}`;
  if (event.sequenceLast === 0) return `notice ${qualityNames[event.quality]}${marks}`;
  return `update ${event.sequenceFirst}..${event.sequenceLast}${marks}`;
}
