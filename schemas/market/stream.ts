import { Instrument } from './instrument.ts';

/** What a subscription asks for; snapshots and updates of one book are one channel, because their order matters. */
export const channels = ['trade', 'ticker', 'book', 'kline'] as const;
export type Channel = (typeof channels)[number];

/** (provider, instrument, channel): the unit of ordering. Made once at subscription, found by its integer id ever after. */
export interface Stream {
  /** Process-wide, dense from 0. */
  readonly id: number;
  /** The provider as configured, such as `binance-spot`. */
  readonly provider: string;
  readonly venue: string;
  readonly market: string;
  readonly channel: Channel;
  readonly instrument: Instrument;
}

/** Stands in an event that rests in its pool. */
export const NO_STREAM: Stream = Object.freeze({
  id: -1,
  provider: '',
  venue: '',
  market: '',
  channel: 'trade',
  instrument: new Instrument({ symbol: '', venueSymbol: '', base: '', quote: '', priceScale: 0, quantityScale: 0 }, -1),
});
