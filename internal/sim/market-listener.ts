import type { Side } from '../../lib/ladder/ladder.ts';
import type { Candle } from './candle.ts';
import type { Trade } from './trade.ts';

/**
 * What a market tells, in the order it happens. `index` is the instrument's place in the market's list.
 *
 *   one step:   trade trade level │ trade level │ level │ … │ stepped
 *               └ one price ────┘
 */
export interface MarketListener {
  trade(index: number, trade: Trade): void;
  /** A price level has a new absolute quantity; 0: it is gone. Comes after the trades that made it. */
  level(index: number, side: Side, price: number, quantity: number): void;
  /** The action on this instrument is over; only now is its book a state to look at. */
  stepped(index: number, nowMs: number): void;
  /** A minute is over. The candle is reused: read it now. */
  candleClosed(index: number, candle: Candle, nowMs: number): void;
}
