import { describe, expect, it } from 'vitest';
import { readAddress } from '../../../../internal/sim/binance/address.ts';

describe('the address of a stream connection', () => {
  it.each([
    ['/ws', false, { route: 'any', isCombined: false, streamNames: [] }],
    ['/ws/btcusdt@trade', false, { route: 'any', isCombined: false, streamNames: ['btcusdt@trade'] }],
    ['/ws/btcusdt%40trade/ethusdt@trade', false, { route: 'any', isCombined: false, streamNames: ['btcusdt@trade', 'ethusdt@trade'] }],
    ['/ws/%zz', false, { route: 'any', isCombined: false, streamNames: ['%zz'] }],
    ['/stream', false, { route: 'any', isCombined: true, streamNames: [] }],
    ['/stream?streams=a@trade/b@depth', false, { route: 'any', isCombined: true, streamNames: ['a@trade', 'b@depth'] }],
    ['/public/ws/a@depth', true, { route: 'public', isCombined: false, streamNames: ['a@depth'] }],
    ['/market/stream?streams=a@aggTrade', true, { route: 'market', isCombined: true, streamNames: ['a@aggTrade'] }],
    ['/ws', true, { route: 'public', isCombined: false, streamNames: [] }],
    ['/public/ws', false, null],
    ['/private/ws', true, null],
    ['/stream/a@trade', false, null],
    ['/wsx', false, null],
    ['/', false, null],
  ])('%s (routes: %s)', (url, hasRoutes, expected) => {
    expect(readAddress(url, hasRoutes)).toEqual(expected);
  });
});
