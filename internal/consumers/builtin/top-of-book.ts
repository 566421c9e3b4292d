import type { Timer } from '../../../lib/clock/clock.ts';
import type { CanonicalEvent } from '../../../schemas/events/event.ts';
import { definePlugin, type BookReader, type ConfigOf, type ConfigTable, type Plugin } from '../plugin.ts';
import { BestLines } from './best-lines.ts';
import { BestRow } from './best-row.ts';
import { BestTable } from './best-table.ts';
import { servicesOf } from './services.ts';

/**
 * Shows the best bid and ask of every symbol: as a live table in a terminal, as lines elsewhere.
 *
 * Handlers only note that something came; text is made a few times a second, from what is true at that moment.
 */
export function topOfBook(): Plugin<TopOfBookConfig> {
  /** By instrument id, which is dense and one per symbol of a provider. */
  const rows: (BestRow | undefined)[] = [];
  let view: BestTable | BestLines | null = null;
  let timer: Timer | null = null;

  function note(event: CanonicalEvent, books: BookReader): BestRow {
    const { instrument, provider } = event.stream;
    const row = (rows[instrument.id] ??= new BestRow(provider, instrument.symbol, books));
    row.seenMonotonicMs = event.receivedMonotonicMs;
    row.seenWallMs = event.receivedTimeUs / 1000;
    row.eventQuality = event.quality;
    return row;
  }

  function present(): BestRow[] {
    return rows.filter((row) => row !== undefined);
  }

  return definePlugin({
    name: 'top-of-book',
    configSchema,
    start(context) {
      const { clock, terminal } = servicesOf(context);
      view = terminal.isInteractive ? new BestTable(terminal, clock) : new BestLines(terminal);
      const periodMs = terminal.isInteractive ? REDRAW_PERIOD_MS : context.config.intervalMs;
      timer = clock.every(periodMs, () => view?.show(present()));
    },
    onTicker(event, { books }) {
      note(event, books).takeTicker(event);
    },
    onBook(event, { books }) {
      note(event, books).hasBook = true;
    },
    stop() {
      timer?.cancel();
      view?.show(present());
      view?.close();
      view = null;
    },
  });
}

const configSchema = {
  intervalMs: { type: 'integer', default: 1000, min: 10, unit: 'ms', doc: 'Outside a terminal: at most one line per symbol in this time' },
} as const satisfies ConfigTable;

type TopOfBookConfig = ConfigOf<typeof configSchema>;

const REDRAW_PERIOD_MS = 250;
