import type { Reading } from '../../lib/metrics/registry.ts';
import { bookStates } from '../ports/book-reader.ts';
import type { House } from './wire.ts';

/**
 * Declares what the rooms count, `meltica_<room>_<what>_<unit>`. Nothing is written while it runs: the rooms keep plain
 * numbers, and these functions read them when somebody asks for the text.
 */
export function declareMetrics(house: House): void {
  const { metrics } = house;

  const perProvider = (name: string, help: string, read: (session: House['sessions'][number]) => number): void =>
    metrics.counter({ name: `meltica_provider_${name}_total`, help }, () =>
      house.sessions.map((session): Reading => ({ labels: { provider: session.wanted.provider }, value: read(session) })),
    );
  perProvider('frames', 'WebSocket frames received', ({ ledger }) => ledger.frames);
  perProvider('received_bytes', 'Bytes of frames received', ({ ledger }) => ledger.bytes);
  perProvider('unknown_frames', 'Frames of a kind that is not known', ({ ledger }) => ledger.unknown);
  perProvider('ignored_frames', 'Frames nobody asked for', ({ ledger }) => ledger.ignored);
  perProvider('decode_errors', 'Frames and snapshots that could not be read', ({ ledger }) => ledger.decodeErrors);
  perProvider('schema_drift', 'Frames and snapshots that lack a key of the schema', ({ ledger }) => [...ledger.drift.values()].reduce((sum, count) => sum + count, 0));
  metrics.counter({ name: 'meltica_provider_decoded_frames_total', help: 'Frames and snapshots decoded, by the kernel with its vectors or by the slow fallback' }, () =>
    house.sessions.flatMap(({ wanted, decoding }) =>
      (['kernel', 'fallback'] as const).map((by): Reading => ({ labels: { provider: wanted.provider, by }, value: decoding[by] })),
    ),
  );
  metrics.counter({ name: 'meltica_provider_decode_fallbacks_total', help: 'Frames and snapshots that the kernel left to the fallback, by reason' }, () =>
    house.sessions.flatMap(({ wanted, decoding }) =>
      Object.entries(decoding.fallbackReasons).map(([reason, value]): Reading => ({ labels: { provider: wanted.provider, reason }, value })),
    ),
  );
  perProvider('reconnects', 'Connections made again after a loss', ({ feed }) => feed.totals.reconnects);

  metrics.gauge({ name: 'meltica_book_count', help: 'Books by state' }, () =>
    bookStates.map((state): Reading => ({ labels: { state }, value: house.books.books.filter((kept) => kept.state === state).length })),
  );
  const perBook = (name: string, help: string, read: (kept: House['books']['books'][number]) => number): void =>
    metrics.counter({ name: `meltica_book_${name}_total`, help }, () =>
      house.books.books.map((kept): Reading => ({ labels: { provider: kept.stream.provider, symbol: kept.stream.instrument.symbol }, value: read(kept) })),
    );
  perBook('updates', 'Updates applied', (kept) => kept.updates);
  perBook('snapshots', 'Snapshots applied', (kept) => kept.snapshots);
  perBook('gaps', 'Updates that did not follow the one before', (kept) => kept.gaps);
  perBook('suspect_moves', 'Times a book became suspect', (kept) => kept.moves.suspect);
  perBook('refresh_mismatches', 'Times a fresh snapshot differed from the live book', (kept) => kept.refreshDifferent);

  const perStream = (name: string, help: string, read: (order: House['dispatcher']['orders'][number]) => number): void =>
    metrics.counter({ name: `meltica_dispatcher_${name}_total`, help }, () =>
      house.dispatcher.orders.map((order): Reading => {
        const { provider, channel, instrument } = order.stream;
        return { labels: { provider, symbol: instrument.symbol, type: channel }, value: read(order) };
      }),
    );
  perStream('events', 'Events emitted', (order) => order.outTotal);
  perStream('gaps', 'Holes in the venue sequence that were waited for in vain', (order) => order.gaps);
  perStream('late', 'Events dropped because later ones had been emitted', (order) => order.late);
  perStream('duplicates', 'Events dropped because they had been emitted', (order) => order.duplicates);
  metrics.gauge({ name: 'meltica_dispatcher_held_events', help: 'Events waiting for what is missing before them', unit: 'events' }, () => house.dispatcher.heldTotal);

  metrics.gauge({ name: 'meltica_mailbox_waiting_events', help: 'Events waiting for a consumer', unit: 'events' }, () =>
    house.mailboxes.map((mailbox): Reading => ({ labels: { consumer: mailbox.id }, value: mailbox.size })),
  );
  metrics.gauge({ name: 'meltica_pool_lent_objects', help: 'Objects out of their pool', unit: 'objects' }, () =>
    [house.frames.counters(), ...house.events.counters()].map((pool): Reading => ({ labels: { pool: pool.name }, value: pool.inUse })),
  );
  metrics.counter({ name: 'meltica_dead_letters_total', help: 'What nobody could read or take, by reason' }, () =>
    [...house.deadLetters.counts].map(([reason, value]): Reading => ({ labels: { reason }, value })),
  );
}
