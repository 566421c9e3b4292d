import { printable } from '../../../lib/log/printable.ts';
import type { BestRow } from './best-row.ts';
import type { Terminal } from './terminal.ts';

/** One line per symbol whose best changed since the last look, for pipes and files. */
export class BestLines {
  readonly #terminal: Terminal;
  readonly #shown = new Map<BestRow, string>();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(rows: readonly BestRow[]): void {
    let text = '';
    for (const row of rows) {
      const { bidQuantity, bid, ask, askQuantity, spreadBps, state } = row.best();
      const what = `${row.provider} ${printable(row.symbol)} bid ${bid} x ${bidQuantity} ask ${ask} x ${askQuantity} spread ${spreadBps} bps ${state}`;
      if (this.#shown.get(row) === what) continue;
      this.#shown.set(row, what);
      text += `${new Date(row.seenWallMs).toISOString()} ${what}\n`;
    }
    if (text !== '') this.#terminal.write(text);
  }

  close(): void {
    // Nothing to restore.
  }
}
