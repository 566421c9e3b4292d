import type { Clock } from '../../../lib/clock/clock.ts';
import type { BookState } from '../../ports/book-reader.ts';
import type { BestRow } from './best-row.ts';
import type { Terminal } from './terminal.ts';

/**
 * A table that is drawn over itself where the cursor stands, so that what was in the terminal before stays there.
 *
 *   PROVIDER      SYMBOL     BID QTY        BID        ASK  ASK QTY   BPS   AGE  STATE
 *   binance-spot  BTC-USDT    0.4213   61837.63   61837.64   1.2001  0.00   12ms  live
 *   kraken-spot   BTC-USD     1.5      61840.1    61842.9    0.03    0.45  9.1s   stale
 */
export class BestTable {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #leaveExit: () => void;
  /** The lengths of the lines on the screen, to find their beginning again after a change of the width. */
  #drawn: readonly number[] = [];

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
    terminal.write(HIDE_CURSOR);
    this.#leaveExit = terminal.onExit(() => terminal.write(SHOW_CURSOR));
  }

  show(rows: readonly BestRow[]): void {
    const columns = Math.max(20, this.#terminal.columns || 80);
    const rowsMax = Math.max(1, (this.#terminal.rows || 24) - 3);
    const sorted = [...rows].sort((a, b) => compare(a.symbol, b.symbol) || compare(a.provider, b.provider));
    const shown = sorted.length <= rowsMax ? sorted : sorted.slice(0, rowsMax - 1);
    const nowMs = this.#clock.monotonicMs();
    const lines = layOut(shown.map((row) => cellsOf(row, nowMs)), columns);
    if (shown.length < sorted.length) lines.push({ text: `… and ${sorted.length - shown.length} more`, style: DIM });
    const drawing = lines.map(({ text, style }) => `${style}${text}${style === '' ? '' : RESET}${CLEAR_LINE}\n`).join('');
    this.#terminal.write(this.#home(columns) + drawing + CLEAR_BELOW);
    this.#drawn = lines.map(({ text }) => text.length);
  }

  /** Leaves the last table on the screen and gives the cursor back. */
  close(): void {
    this.#leaveExit();
    this.#terminal.write(SHOW_CURSOR);
  }

  /** To the first line of the last drawing; a line that is longer than the terminal is wide now takes several. */
  #home(columns: number): string {
    const height = this.#drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / columns)), 0);
    return height === 0 ? '' : `\u001b[${height}A\r`;
  }
}

interface Line {
  readonly text: string;
  readonly style: string;
}

interface Cells {
  readonly texts: readonly string[];
  readonly style: string;
}

const titles = ['PROVIDER', 'SYMBOL', 'BID QTY', 'BID', 'ASK', 'ASK QTY', 'BPS', 'AGE', 'STATE'] as const;
const isLeftAligned: readonly boolean[] = titles.map((title) => title === 'PROVIDER' || title === 'SYMBOL' || title === 'STATE');

function cellsOf(row: BestRow, nowMs: number): Cells {
  const { bidQuantity, bid, ask, askQuantity, spreadBps, state } = row.best();
  return { texts: [row.provider, row.symbol, bidQuantity, bid, ask, askQuantity, spreadBps, ageOf(nowMs - row.seenMonotonicMs), state], style: styleOf[state] };
}

/** Every column as wide as its widest cell; what does not fit the terminal is cut off at the right. */
function layOut(cells: readonly Cells[], columns: number): Line[] {
  const table: readonly Cells[] = [{ texts: titles, style: BOLD }, ...cells];
  const widths = titles.map((_, column) => Math.max(...table.map(({ texts }) => texts[column]!.length)));
  return table.map(({ texts, style }) => {
    const padded = texts.map((text, column) => (isLeftAligned[column] ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)));
    return { text: padded.join('  ').trimEnd().slice(0, columns - 1), style };
  });
}

function ageOf(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)}m` : `${Math.floor(ms / 3_600_000)}h`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const RESET = '\u001b[0m';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const YELLOW = '\u001b[33m';
const RED = '\u001b[31m';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** Only what cannot be trusted is coloured. */
const styleOf: Readonly<Record<BookState, string>> = { empty: DIM, syncing: YELLOW, live: '', suspect: RED, stale: RED };
