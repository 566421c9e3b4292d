import type { Clock } from '../../../lib/clock/clock.ts';
import { printable } from '../../../lib/log/printable.ts';
import type { BookState } from '../../ports/book-reader.ts';
import type { BestRow } from './best-row.ts';
import type { Terminal } from './terminal.ts';

/**
 * A table that is drawn over itself where the cursor stands, so that what was in the terminal before stays there.
 *
 *   ▌                                                                     ◀─ the cursor waits here, on two empty lines
 *
 *   PROVIDER      SYMBOL    BID QTY       BID       ASK  ASK QTY   BPS   AGE  STATE
 *   binance-spot  BTC-USDT   0.4213  61837.63  61837.64   1.2001  0.00  12ms  live
 *   kraken-spot   BTC-USD    1.5000  61840.10  61842.90   0.0300  0.45  9.1s  stale
 *
 * The cursor waits above the table and not below it: a log line on the same terminal, which may well wrap once, is then
 * written there, and the next drawing begins under it. A change of the size needs no care either: everything below the cursor is ours.
 */
export class BestTable {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #leaveExit: () => void;
  #height = 0;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
    terminal.write(HIDE_CURSOR);
    this.#leaveExit = terminal.onExit(() => this.#giveBack());
  }

  show(rows: readonly BestRow[]): void {
    const columns = Math.max(20, this.#terminal.columns || 80);
    const rowsMax = Math.max(1, (this.#terminal.rows || 24) - GAP - 2);
    const sorted = [...rows].sort((a, b) => compare(a.symbol, b.symbol) || compare(a.provider, b.provider));
    const shown = sorted.length <= rowsMax ? sorted : sorted.slice(0, rowsMax - 1);
    const nowMs = this.#clock.monotonicMs();
    const lines = layOut(shown.map((row) => cellsOf(row, nowMs)), columns);
    if (shown.length < sorted.length) lines.push({ text: `… and ${sorted.length - shown.length} more`, style: DIM });
    const drawing = lines.map(({ text, style }) => `${style}${text}${style === '' ? '' : RESET}${CLEAR_LINE}\n`).join('');
    this.#height = GAP + lines.length;
    this.#terminal.write(`\r${`${CLEAR_LINE}\n`.repeat(GAP)}${drawing}${CLEAR_BELOW}\u001b[${this.#height}A`);
  }

  /** Leaves the last table on the screen. */
  close(): void {
    this.#leaveExit();
    this.#giveBack();
  }

  #giveBack(): void {
    this.#terminal.write('\n'.repeat(this.#height) + SHOW_CURSOR);
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
  row.priceDigits = Math.max(row.priceDigits, digitsOf(bid), digitsOf(ask));
  row.quantityDigits = Math.max(row.quantityDigits, digitsOf(bidQuantity), digitsOf(askQuantity));
  const [bidText, askText] = [bid, ask].map((text) => padded(text, row.priceDigits));
  const [bidSize, askSize] = [bidQuantity, askQuantity].map((text) => padded(text, row.quantityDigits));
  return { texts: [row.provider, printable(row.symbol), bidSize!, bidText!, askText!, askSize!, spreadBps, ageOf(nowMs - row.seenMonotonicMs), state], style: styleOf[state] };
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

function digitsOf(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/** With zeros at the end, so that a number that changes does not jump about. */
function padded(text: string, digits: number): string {
  if (digits === 0 || text === '-') return text;
  return `${text.includes('.') ? text : `${text}.`}${'0'.repeat(digits - digitsOf(text))}`;
}

function ageOf(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)}m` : `${Math.floor(ms / 3_600_000)}h`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const GAP = 2;
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
