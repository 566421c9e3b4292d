import type { BinanceMarket } from '../../providers/binance/dialect.ts';
import { instrumentOf, type InstrumentRow, type SimulatedInstrument } from '../instrument.ts';

/**
 * What the simulated venue lists, at prices of late 2024 and with the venue's own ticks and steps (ETHBTC's step is ten
 * times coarser, so that its turnover has 8 decimals and is exact).
 */
export function listingsOf(market: BinanceMarket): readonly SimulatedInstrument[] {
  return (market === 'usdm' ? futures : spot).map((row) => instrumentOf(row));
}

function row(symbol: string, tick: string, step: string, start: string, typical: string, activity: number): InstrumentRow {
  const [base, quote] = symbol.split('-') as [string, string];
  return { venueSymbol: base + quote, base, quote, tick, step, start, typical, activity, notionalMin: quote === 'BTC' ? '0.0001' : '5' };
}

const spot = [
  row('BTC-USDT', '0.01', '0.00001', '61837.63', '0.08', 8),
  row('ETH-USDT', '0.01', '0.0001', '2634.21', '1.2', 6),
  row('SOL-USDT', '0.01', '0.001', '154.37', '14', 4),
  row('XRP-USDT', '0.0001', '0.1', '0.5812', '2400', 3),
  row('DOGE-USDT', '0.00001', '1', '0.10547', '9000', 3),
  row('BNB-USDT', '0.01', '0.001', '512.46', '2.5', 2),
  row('ADA-USDT', '0.0001', '0.1', '0.3547', '3000', 2),
  row('ETH-BTC', '0.00001', '0.001', '0.04259', '1.5', 1),
  row('LTC-USDT', '0.01', '0.001', '63.42', '12', 1),
  row('LINK-USDT', '0.01', '0.01', '10.43', '110', 1),
  row('AVAX-USDT', '0.01', '0.01', '22.18', '60', 1),
  row('SHIB-USDT', '0.00000001', '1', '0.00001376', '60000000', 1),
];

const futures = [
  row('BTC-USDT', '0.1', '0.001', '61812.3', '0.4', 8),
  row('ETH-USDT', '0.01', '0.001', '2633.05', '5', 6),
  row('SOL-USDT', '0.01', '1', '154.29', '40', 4),
  row('XRP-USDT', '0.0001', '0.1', '0.5809', '6000', 3),
  row('DOGE-USDT', '0.00001', '1', '0.10541', '22000', 3),
  row('BNB-USDT', '0.01', '0.01', '512.31', '6', 2),
  row('ADA-USDT', '0.0001', '1', '0.3546', '7000', 2),
  row('ETH-BTC', '0.000001', '0.001', '0.042585', '3', 1),
  row('LTC-USDT', '0.01', '0.001', '63.41', '30', 1),
  row('LINK-USDT', '0.001', '0.01', '10.428', '250', 1),
  row('AVAX-USDT', '0.001', '1', '22.176', '150', 1),
  row('1000SHIB-USDT', '0.000001', '1', '0.013754', '160000', 1),
];
