import { Random } from '../../lib/random/random.ts';
import type { Rules } from '../../lib/simdjson/schema.ts';
import { combinedFrame, rawFrame, snapshotBody } from '../../internal/providers/binance/schema.ts';
import { bitfinex } from './schemas/bitfinex.ts';
import { bybit } from './schemas/bybit.ts';
import { coinbaseAdvanced, coinbaseExchange } from './schemas/coinbase.ts';
import { kraken } from './schemas/kraken.ts';
import { okx } from './schemas/okx.ts';

/** A kind of frame as a venue sends it: its schema, and a maker of frames with other values each time. */
export interface FrameKind {
  readonly name: string;
  readonly rules: Rules;
  readonly make: (desk: FrameDesk) => string;
}

/** `count` frames of a kind, as views into larger chunks at any offset, the way a socket gives them. */
export function makeFrames(kind: FrameKind, count: number, seed = 42): Buffer[] {
  const desk = new FrameDesk(seed);
  const frames: Buffer[] = [];
  let chunk = Buffer.allocUnsafeSlow(65_536);
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    const text = kind.make(desk);
    const bytes = Buffer.byteLength(text);
    if (at + bytes + 16 > chunk.length) {
      chunk = Buffer.allocUnsafeSlow(Math.max(65_536, bytes + 64));
      at = 0;
    }
    at += desk.random.integer(2, 9);
    chunk.write(text, at, 'utf8');
    frames.push(chunk.subarray(at, at + bytes));
    at += bytes;
  }
  return frames;
}

const BASES = [117_000, 4_300, 191, 870, 3.01, 0.2312, 0.0105, 0.8812];
const DECIMALS = [2, 2, 2, 2, 4, 5, 7, 4];
const COINS = ['BTC', 'ETH', 'SOL', 'BNB', 'XRP', 'DOGE', 'PEPE', 'ADA'];

/** Prices, quantities, ids and times that move on, from one seed. */
export class FrameDesk {
  readonly random: Random;
  nowMs = 1_755_600_000_000;
  updateId = 77_123_456_789;
  tradeId = 5_123_456_789;
  coin = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** Time goes on, and another coin is looked at. */
  tick(): void {
    this.nowMs += this.random.integer(0, 120);
    this.updateId += this.random.integer(1, 40);
    this.tradeId += this.random.integer(1, 9);
    this.coin = this.random.integer(0, COINS.length - 1);
  }

  symbol(between: string, quote: string): string {
    return `${COINS[this.coin]!}${between}${quote}`;
  }

  /** With the venue's number of decimals; -1: as many as the coin has ticks, filled up to 8. */
  price(decimals: number, level = 0): string {
    const base = BASES[this.coin]!;
    const value = base * (1 + (this.random.fraction() - 0.5) * 0.01) + level * base * 1e-5;
    if (decimals >= 0) return value.toFixed(decimals);
    const ticks = DECIMALS[this.coin]!;
    return value.toFixed(ticks) + '0'.repeat(8 - ticks);
  }

  quantity(decimals: number): string {
    const share = this.random.fraction();
    return (share < 0.12 ? 0 : share < 0.8 ? this.random.fraction() * 3 : this.random.fraction() * 5_000).toFixed(decimals);
  }

  /** Five decimals that count, filled up to eight. */
  paddedQuantity(): string {
    return `${this.quantity(5)}000`;
  }

  levels(count: number, priceDecimals: number, quantity: () => string, more: readonly string[] = []): string {
    return list(count, (level) => `["${this.price(priceDecimals, level)}","${quantity()}"${more.map((text) => `,"${text}"`).join('')}]`);
  }

  isoTime(): string {
    return `${new Date(this.nowMs).toISOString().slice(0, -1)}${String(this.random.integer(0, 999)).padStart(3, '0')}Z`;
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.random.pick([...'0123456789abcdef'])).join('');
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`;
  }

  either(one: string, other: string): string {
    return this.random.chance(0.5) ? one : other;
  }
}

function list(count: number, make: (index: number) => string): string {
  return `[${Array.from({ length: count }, (_, index) => make(index)).join(',')}]`;
}

const binanceTrade = (d: FrameDesk): string => {
  d.tick();
  return `{"e":"trade","E":${d.nowMs},"s":"${d.symbol('', 'USDT')}","t":${d.tradeId},"p":"${d.price(-1)}","q":"${d.paddedQuantity()}","T":${d.nowMs - 1},"m":${d.either('true', 'false')},"M":true}`;
};

const binanceDepth = (levelCount: number) => (d: FrameDesk): string => {
  d.tick();
  const levels = (): string => d.levels(levelCount >> 1, -1, () => d.paddedQuantity());
  return `{"e":"depthUpdate","E":${d.nowMs},"s":"${d.symbol('', 'USDT')}","U":${d.updateId - 7},"u":${d.updateId},"b":${levels()},"a":${levels()}}`;
};

const combined = (stream: string, make: (d: FrameDesk) => string) => (d: FrameDesk): string => {
  const data = make(d);
  return `{"stream":"${d.symbol('', 'USDT').toLowerCase()}@${stream}","data":${data}}`;
};

const krakenSymbol = (d: FrameDesk): string => d.symbol('/', 'USD');
const KRAKEN_DECIMALS = [1, 2, 2, 2, 5, 7, 9, 6];

export const frameKinds: readonly FrameKind[] = [
  { name: 'binance.trade', rules: rawFrame, make: binanceTrade },
  {
    name: 'binance.aggTrade',
    rules: rawFrame,
    make: (d) => {
      d.tick();
      return `{"e":"aggTrade","E":${d.nowMs},"s":"${d.symbol('', 'USDT')}","a":${d.tradeId},"p":"${d.price(-1)}","q":"${d.paddedQuantity()}","f":${d.tradeId + 100},"l":${d.tradeId + 103},"T":${d.nowMs - 1},"m":${d.either('true', 'false')},"M":true}`;
    },
  },
  {
    name: 'binance.bookTicker',
    rules: rawFrame,
    make: (d) => {
      d.tick();
      return `{"u":${d.updateId},"s":"${d.symbol('', 'USDT')}","b":"${d.price(-1)}","B":"${d.paddedQuantity()}","a":"${d.price(-1)}","A":"${d.paddedQuantity()}"}`;
    },
  },
  { name: 'binance.depth5', rules: rawFrame, make: binanceDepth(5) },
  { name: 'binance.depth20', rules: rawFrame, make: binanceDepth(20) },
  { name: 'binance.depth100', rules: rawFrame, make: binanceDepth(100) },
  { name: 'binance.depth1000', rules: rawFrame, make: binanceDepth(1_000) },
  { name: 'binance.combined.trade', rules: combinedFrame, make: combined('trade', binanceTrade) },
  { name: 'binance.combined.depth20', rules: combinedFrame, make: combined('depth@100ms', binanceDepth(20)) },
  {
    name: 'binance.kline',
    rules: rawFrame,
    make: (d) => {
      d.tick();
      const open = d.nowMs - (d.nowMs % 60_000);
      const price = (): string => d.price(-1);
      return `{"e":"kline","E":${d.nowMs},"s":"${d.symbol('', 'USDT')}","k":{"t":${open},"T":${open + 59_999},"s":"${d.symbol('', 'USDT')}","i":"1m","f":${d.tradeId},"L":${d.tradeId + 99},"o":"${price()}","c":"${price()}","h":"${price()}","l":"${price()}","v":"${d.paddedQuantity()}","n":100,"x":${d.either('true', 'false')},"q":"${d.quantity(8)}","V":"500","Q":"0.500","B":"0"}}`;
    },
  },
  {
    name: 'binance.usdm.depth20',
    rules: combinedFrame,
    make: (d) => {
      d.tick();
      const levels = (): string => d.levels(10, 2, () => d.quantity(3));
      return `{"stream":"x@depth@0ms","data":{"e":"depthUpdate","E":${d.nowMs},"T":${d.nowMs - 2},"s":"${d.symbol('', 'USDT')}","U":${d.updateId - 9},"u":${d.updateId},"pu":${d.updateId - 10},"b":${levels()},"a":${levels()}}}`;
    },
  },
  {
    name: 'binance.usdm.bookTicker',
    rules: combinedFrame,
    make: (d) => {
      d.tick();
      return `{"stream":"x@bookTicker","data":{"e":"bookTicker","u":${d.updateId},"s":"${d.symbol('', 'USDT')}","b":"${d.price(2)}","B":"${d.quantity(3)}","a":"${d.price(2)}","A":"${d.quantity(3)}","T":${d.nowMs - 1},"E":${d.nowMs}}}`;
    },
  },
  {
    name: 'binance.coinm.bookTicker',
    rules: combinedFrame,
    make: (d) => {
      d.tick();
      return `{"stream":"x@bookTicker","data":{"u":${d.updateId},"e":"bookTicker","s":"${d.symbol('', 'USD_PERP')}","ps":"${d.symbol('', 'USD')}","b":"${d.price(1)}","B":"${d.random.integer(0, 900)}","a":"${d.price(1)}","A":"${d.random.integer(1, 900)}","T":${d.nowMs - 1},"E":${d.nowMs}}}`;
    },
  },
  {
    name: 'binance.snapshot100',
    rules: snapshotBody,
    make: (d) => {
      d.tick();
      const levels = (): string => d.levels(50, -1, () => d.paddedQuantity());
      return `{"lastUpdateId":${d.updateId},"bids":${levels()},"asks":${levels()}}`;
    },
  },
  {
    name: 'coinbase.advanced.l2_data',
    rules: coinbaseAdvanced,
    make: (d) => {
      d.tick();
      const update = (): string => `{"side":"${d.either('bid', 'offer')}","event_time":"${d.isoTime()}","price_level":"${d.price(2)}","new_quantity":"${d.quantity(8)}"}`;
      return `{"channel":"l2_data","client_id":"","timestamp":"${d.isoTime()}","sequence_num":${d.random.integer(0, 9_999)},"events":[{"type":"update","product_id":"${d.symbol('-', 'USD')}","updates":${list(d.random.integer(1, 8), update)}}]}`;
    },
  },
  {
    name: 'coinbase.advanced.market_trades',
    rules: coinbaseAdvanced,
    make: (d) => {
      d.tick();
      const trade = (): string => `{"trade_id":"${d.tradeId}","product_id":"${d.symbol('-', 'USD')}","price":"${d.price(2)}","size":"${d.quantity(8)}","side":"${d.either('BUY', 'SELL')}","time":"${d.isoTime()}"}`;
      return `{"channel":"market_trades","client_id":"","timestamp":"${d.isoTime()}","sequence_num":${d.random.integer(0, 9_999)},"events":[{"type":"update","trades":${list(d.random.integer(1, 3), trade)}}]}`;
    },
  },
  {
    name: 'coinbase.advanced.ticker',
    rules: coinbaseAdvanced,
    make: (d) => {
      d.tick();
      return `{"channel":"ticker","client_id":"","timestamp":"${d.isoTime()}","sequence_num":${d.random.integer(0, 9_999)},"events":[{"type":"update","tickers":[{"type":"ticker","product_id":"${d.symbol('-', 'USD')}","price":"${d.price(2)}","volume_24_h":"2867.5","low_24_h":"1.2","high_24_h":"1.5","low_52_w":"0.5","high_52_w":"126296","price_percent_chg_24_h":"0.096","best_bid":"${d.price(2)}","best_ask":"${d.price(2)}","best_bid_quantity":"${d.quantity(8)}","best_ask_quantity":"${d.quantity(8)}"}]}]}`;
    },
  },
  {
    name: 'coinbase.exchange.l2update',
    rules: coinbaseExchange,
    make: (d) => {
      d.tick();
      const change = (): string => `["${d.either('buy', 'sell')}","${d.price(2)}","${d.quantity(8)}"]`;
      return `{"type":"l2update","product_id":"${d.symbol('-', 'USD')}","changes":${list(d.random.integer(1, 4), change)},"time":"${d.isoTime()}"}`;
    },
  },
  {
    name: 'coinbase.exchange.match',
    rules: coinbaseExchange,
    make: (d) => {
      d.tick();
      return `{"type":"match","trade_id":${d.tradeId},"maker_order_id":"${d.uuid()}","taker_order_id":"${d.uuid()}","side":"${d.either('buy', 'sell')}","size":"${d.quantity(8)}","price":"${d.price(2)}","product_id":"${d.symbol('-', 'USD')}","sequence":${d.updateId},"time":"${d.isoTime()}"}`;
    },
  },
  {
    name: 'kraken.book10',
    rules: kraken,
    make: (d) => {
      d.tick();
      const level = (): string => `{"price":${d.price(KRAKEN_DECIMALS[d.coin]!)},"qty":${d.quantity(8)}}`;
      return `{"channel":"book","type":"update","data":[{"symbol":"${krakenSymbol(d)}","bids":${list(5, level)},"asks":${list(5, level)},"checksum":${d.random.uint32()},"timestamp":"${d.isoTime()}"}]}`;
    },
  },
  {
    name: 'kraken.trade',
    rules: kraken,
    make: (d) => {
      d.tick();
      const trade = (): string => `{"symbol":"${krakenSymbol(d)}","side":"${d.either('buy', 'sell')}","price":${d.price(KRAKEN_DECIMALS[d.coin]!)},"qty":${d.quantity(8)},"ord_type":"market","trade_id":${d.tradeId},"timestamp":"${d.isoTime()}"}`;
      return `{"channel":"trade","type":"update","data":${list(d.random.integer(1, 3), trade)}}`;
    },
  },
  {
    name: 'kraken.ticker',
    rules: kraken,
    make: (d) => {
      d.tick();
      const price = (): string => d.price(KRAKEN_DECIMALS[d.coin]!);
      return `{"channel":"ticker","type":"update","data":[{"symbol":"${krakenSymbol(d)}","bid":${price()},"bid_qty":${d.quantity(8)},"ask":${price()},"ask_qty":${d.quantity(8)},"last":${price()},"volume":997038.98383185,"vwap":${price()},"low":${price()},"high":${price()},"change":-0.00017,"change_pct":-0.17,"timestamp":"${d.isoTime()}"}]}`;
    },
  },
  {
    name: 'okx.books40',
    rules: okx,
    make: (d) => {
      d.tick();
      const levels = (): string => d.levels(20, 4, () => d.quantity(8), ['0', String(d.random.integer(1, 30))]);
      return `{"arg":{"channel":"books","instId":"${d.symbol('-', 'USDT')}"},"action":"update","data":[{"asks":${levels()},"bids":${levels()},"ts":"${d.nowMs}","checksum":${d.random.uint32() | 0},"seqId":${d.updateId},"prevSeqId":${d.updateId - 11}}]}`;
    },
  },
  {
    name: 'okx.trades',
    rules: okx,
    make: (d) => {
      d.tick();
      return `{"arg":{"channel":"trades","instId":"${d.symbol('-', 'USDT')}"},"data":[{"instId":"${d.symbol('-', 'USDT')}","tradeId":"${d.tradeId}","px":"${d.price(4)}","sz":"${d.quantity(8)}","side":"${d.either('buy', 'sell')}","ts":"${d.nowMs}","count":"3","source":"0","seqId":${d.updateId}}]}`;
    },
  },
  {
    name: 'bybit.orderbook24',
    rules: bybit,
    make: (d) => {
      d.tick();
      const levels = (): string => d.levels(12, 2, () => d.quantity(6));
      return `{"topic":"orderbook.50.${d.symbol('', 'USDT')}","type":"delta","ts":${d.nowMs},"data":{"s":"${d.symbol('', 'USDT')}","b":${levels()},"a":${levels()},"u":${d.updateId % 1_000_000_000},"seq":${d.updateId}},"cts":${d.nowMs - 3}}`;
    },
  },
  {
    name: 'bybit.publicTrade',
    rules: bybit,
    make: (d) => {
      d.tick();
      const trade = (): string => `{"T":${d.nowMs},"s":"${d.symbol('', 'USDT')}","S":"${d.either('Buy', 'Sell')}","v":"${d.quantity(3)}","p":"${d.price(2)}","L":"PlusTick","i":"${d.uuid()}","BT":false,"RPI":false,"seq":${d.updateId}}`;
      return `{"topic":"publicTrade.${d.symbol('', 'USDT')}","type":"snapshot","ts":${d.nowMs},"data":${list(d.random.integer(1, 3), trade)}}`;
    },
  },
  {
    name: 'bitfinex.trade',
    rules: bitfinex,
    make: (d) => {
      d.tick();
      return `[18788,"${d.either('te', 'tu')}",[${d.tradeId},${d.nowMs},${d.either('', '-')}${d.quantity(8)},${d.price(3)}],${d.random.integer(1, 9_999)}]`;
    },
  },
  {
    name: 'bitfinex.book25',
    rules: bitfinex,
    make: (d) => {
      d.tick();
      const level = (): string => `[${d.price(3)},${d.random.integer(0, 9)},${d.either('', '-')}${d.quantity(8)}]`;
      return d.random.chance(0.5) ? `[266343,${list(25, level)},1]` : `[266343,${level()},${d.random.integer(2, 9_999)}]`;
    },
  },
];
