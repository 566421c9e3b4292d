import { describe, expect, test } from 'vitest';
import { topOfBook } from '../../../internal/consumers/builtin/top-of-book.ts';
import type { Plugin } from '../../../internal/consumers/plugin.ts';
import type { BookLevel, BookState, BookView } from '../../../internal/ports/book-reader.ts';
import { EventType, Quality } from '../../../schemas/events/event.ts';
import { Instrument } from '../../../schemas/market/instrument.ts';
import { book, instrument, ticker } from './support/events.ts';
import { Stage, turns, type FakeMailbox } from './support/fakes.ts';

const ether = new Instrument({ symbol: 'ETH-USDT', venueSymbol: 'ETHUSDT', base: 'ETH', quote: 'USDT', priceScale: 2, quantityScale: 4 }, 1);

class FakeView implements BookView {
  readonly provider = 'binance-spot';
  readonly symbol = instrument.symbol;
  state: BookState = 'live';
  best: readonly [BookLevel | null, BookLevel | null] = [{ price: '100', quantity: '1.5' }, { price: '100.1', quantity: '2' }];
  readonly sequence = 1;
  readonly bidCount = 1;
  readonly askCount = 1;
  bid(): BookLevel | null {
    return this.best[0];
  }
  ask(): BookLevel | null {
    return this.best[1];
  }
}

async function show(isInteractive: boolean): Promise<{ readonly stage: Stage; readonly mailbox: FakeMailbox }> {
  const stage = new Stage();
  stage.terminal.isInteractive = isInteractive;
  const { mailbox } = stage.add('top', topOfBook() as Plugin, { intervalMs: 1000 });
  await stage.host.start(1000);
  return { stage, mailbox };
}

/** The text since the last look. */
function taken(stage: Stage): string {
  const { text } = stage.terminal;
  stage.terminal.text = '';
  return text;
}

/** What a person sees: the escape sequences taken out, and one line for each line. */
function seen(text: string): string[] {
  return text.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, '').replace(/\r/g, '').split('\n').filter((line) => line !== '');
}

describe('outside a terminal', () => {
  test('one line per symbol and interval, when its best changed', async () => {
    const { stage, mailbox } = await show(false);
    mailbox.offer(ticker(), ticker(6_183_700), ticker(300_000, 10_000, 300_100, 20_000, ether));
    await turns();
    expect(taken(stage)).toBe('');
    stage.clock.advance(1000);
    expect(taken(stage)).toBe(
      '2021-04-05T18:33:23.463Z binance-spot BTC-USDT bid 61837 x 1.5 ask 61837.64 x 0.025 spread 0.10 bps live\n' +
        '2021-04-05T18:33:23.463Z binance-spot ETH-USDT bid 3000 x 1 ask 3001 x 2 spread 3.33 bps live\n',
    );
    mailbox.offer(ticker(6_183_700));
    await turns();
    stage.clock.advance(5000);
    expect(taken(stage)).toBe('');
    mailbox.offer(ticker(6_183_701));
    await turns();
    stage.clock.advance(1000);
    expect(taken(stage)).toContain('BTC-USDT bid 61837.01');
  });

  test('a symbol that is a command to the terminal is shown, not obeyed', async () => {
    const evil = new Instrument({ symbol: '\u001b[2JUSDT', venueSymbol: 'X', base: 'X', quote: 'USDT', priceScale: 2, quantityScale: 4 }, 1);
    for (const isInteractive of [false, true]) {
      const { stage, mailbox } = await show(isInteractive);
      mailbox.offer(ticker(1, 1, 2, 1, evil));
      await turns();
      stage.clock.advance(1000);
      const text = taken(stage);
      expect(text).toContain('\\u001b[2JUSDT');
      expect(text).not.toContain('\u001b[2J');
      await stage.host.stop(1000);
    }
  });

  test('what came since the last line is shown at the stop, and nothing is left behind', async () => {
    const { stage, mailbox } = await show(false);
    mailbox.offer(ticker());
    await stage.host.stop(1000);
    expect(seen(taken(stage))).toHaveLength(1);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('a book tells its own state, also when it changes without an event', async () => {
    const { stage, mailbox } = await show(false);
    const view = new FakeView();
    stage.books.views.set('binance-spot BTC-USDT', view);
    mailbox.offer(book(EventType.BookUpdate, [1, 1], []));
    await turns();
    stage.clock.advance(1000);
    expect(taken(stage)).toContain('bid 100 x 1.5 ask 100.1 x 2 spread 10.00 bps live');
    view.state = 'stale';
    stage.clock.advance(1000);
    expect(taken(stage)).toContain('spread 10.00 bps stale');
    view.best = [null, { price: '100.1', quantity: '2' }];
    view.state = 'suspect';
    stage.clock.advance(1000);
    expect(taken(stage)).toContain('bid - x - ask 100.1 x 2 spread - bps suspect');
  });

  test('a ticker that cannot be trusted says so', async () => {
    const { stage, mailbox } = await show(false);
    const event = ticker();
    event.quality = Quality.Suspect;
    mailbox.offer(event);
    await turns();
    stage.clock.advance(1000);
    expect(taken(stage)).toContain('suspect');
  });

  test('a book of which nothing is known yet is empty, not live', async () => {
    const { stage, mailbox } = await show(false);
    mailbox.offer(book(EventType.BookUpdate, [1, 1], []));
    await turns();
    stage.clock.advance(1000);
    expect(taken(stage)).toContain('bid - x - ask - x - spread - bps empty');
  });
});

describe('in a terminal', () => {
  test('a table is drawn over itself, at most five times a second', async () => {
    const { stage, mailbox } = await show(true);
    mailbox.offer(ticker(), ticker(300_000, 10_000, 300_100, 20_000, ether));
    await turns();
    expect(taken(stage)).toBe('\u001b[?25l');
    stage.clock.advance(250);
    const first = taken(stage);
    expect(first.endsWith('\u001b[5A')).toBe(true);
    expect(seen(first)).toEqual([
      'PROVIDER      SYMBOL    BID QTY       BID       ASK  ASK QTY   BPS    AGE  STATE',
      'binance-spot  BTC-USDT    1.500  61837.63  61837.64    0.025  0.00  250ms  live',
      'binance-spot  ETH-USDT        1      3000      3001        2  3.33  250ms  live',
    ]);
    stage.clock.advance(249);
    expect(taken(stage)).toBe('');
    stage.clock.advance(1);
    expect(taken(stage).startsWith('\r\u001b[K\n\u001b[K\n')).toBe(true);
  });

  test('numbers keep the digits they once had, so that they do not jump about', async () => {
    const { stage, mailbox } = await show(true);
    mailbox.offer(ticker());
    await turns();
    stage.clock.advance(250);
    taken(stage);
    mailbox.offer(ticker(6_183_700, 200_000, 6_184_000, 300_000));
    await turns();
    stage.clock.advance(250);
    expect(seen(taken(stage))[1]).toContain('2.000  61837.00  61840.00    3.000');
  });

  test('only what cannot be trusted is coloured', async () => {
    const { stage, mailbox } = await show(true);
    const stale = ticker(300_000, 10_000, 300_100, 20_000, ether);
    stale.quality = Quality.Stale;
    mailbox.offer(ticker(), stale);
    await turns();
    stage.clock.advance(250);
    const lines = taken(stage).split('\n');
    expect(lines.find((line) => line.includes('BTC'))).not.toContain('\u001b[3');
    expect(lines.find((line) => line.includes('ETH'))).toContain('\u001b[31m');
  });

  test('lines are cut to the width, rows to the height, and the rest is counted', async () => {
    const { stage, mailbox } = await show(true);
    stage.terminal.columns = 40;
    stage.terminal.rows = 8;
    for (let id = 2; id < 12; id += 1) {
      mailbox.offer(ticker(1, 1, 2, 1, new Instrument({ ...ether, priceScale: 2, quantityScale: 4, symbol: `C${id}-USDT` }, id)));
    }
    await turns();
    stage.clock.advance(250);
    const lines = seen(taken(stage));
    // Two empty lines above and the line of the cursor below are part of the eight.
    expect(lines).toHaveLength(5);
    expect(lines.every((line) => line.length < 40)).toBe(true);
    expect(lines.at(-1)).toBe('… and 7 more');
  });

  test('the cursor is hidden while it draws and given back at the stop', async () => {
    const { stage } = await show(true);
    expect(stage.terminal.text).toContain('\u001b[?25l');
    expect(stage.terminal.exitListeners).toBe(1);
    await stage.host.stop(1000);
    expect(stage.terminal.text.endsWith('\n\n\u001b[?25h')).toBe(true);
    expect(stage.terminal.exitListeners).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('ages grow from milliseconds to hours', async () => {
    const { stage, mailbox } = await show(true);
    mailbox.offer(ticker());
    await turns();
    const ages: (string | undefined)[] = [];
    for (const advance of [500, 8500, 120_000, 7_200_000]) {
      stage.clock.advance(advance);
      const lines = seen(taken(stage));
      ages.push(/(\S+)  live$/.exec(lines.at(-1)!)?.[1]);
    }
    expect(ages).toEqual(['500ms', '9.0s', '2m', '2h']);
  });
});
