import { AppError } from '../../lib/errors/app-error.ts';
import { errors } from '../../schemas/errors.ts';
import { binanceMarkets, type BinanceMarket } from '../providers/binance/dialect.ts';
import { binanceVenue } from '../providers/binance/provider.ts';
import type { Venue } from '../providers/session/venue.ts';

/** The provider table: whom we can connect to, by venue and market. */
export function venueFor(venue: string, market: string): Venue {
  if (venue === 'binance' && binanceMarkets.includes(market as BinanceMarket)) return binanceVenue(market as BinanceMarket);
  throw new AppError(errors.venueUnknown, { venue, market });
}
