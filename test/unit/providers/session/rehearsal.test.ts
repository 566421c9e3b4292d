import { expect, it } from 'vitest';
import { binanceMarkets } from '../../../../internal/providers/binance/dialect.ts';
import { binanceVenue } from '../../../../internal/providers/binance/provider.ts';
import { rehearse } from '../../../../internal/providers/session/rehearsal.ts';

it.each(binanceMarkets)('binance %s takes every sample frame of the rehearsal', (market) => {
  expect(rehearse(binanceVenue(market))).toBe(true);
});

it('says so when a sample is not taken', () => {
  const venue = binanceVenue('spot');
  expect(rehearse({ ...venue, samples: { ...venue.samples, frames: ['{"e":"news"}'] } })).toBe(false);
  expect(rehearse({ ...venue, samples: { ...venue.samples, snapshot: '{}' } })).toBe(false);
});
