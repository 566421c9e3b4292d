import type { TakerSide } from '../../schemas/events/payloads.ts';

/** One fill. Integers at the instrument's scales. */
export interface Trade {
  /** 1 more than the one before, per instrument. */
  readonly id: number;
  readonly price: number;
  readonly quantity: number;
  readonly takerSide: TakerSide;
  readonly timeMs: number;
  /** Which of the fills that one taker order had at this price, from 0. */
  readonly fillIndex: number;
  readonly fillCount: number;
}
