import type { Decoder } from '../../lib/simdjson/decoder.ts';
import type { Levels } from '../../lib/simdjson/levels.ts';
import { Slot as BinanceSlot } from '../../internal/providers/binance/schema.ts';
import { BitfinexSlot } from './schemas/bitfinex.ts';
import { BybitSlot } from './schemas/bybit.ts';
import { CoinbaseSlot } from './schemas/coinbase.ts';
import { KrakenSlot } from './schemas/kraken.ts';
import { OkxSlot } from './schemas/okx.ts';

/**
 * Reads a frame's fields once, in two ways that must give the same sum: from what JSON.parse made, with Number on every
 * decimal as usual practice has it, and from the decoder's slots.
 */
export interface VenueReader {
  readonly parsed: (message: Message) => number;
  readonly slots: (decoder: Decoder) => number;
}

/**
 * As much type as reading needs, for every venue at once; a field that is text here and a list there is both. The sums are
 * compared, so that a wrong guess is found.
 */
export interface Message {
  readonly lastUpdateId: number | undefined;
  readonly bids: Rows & readonly KrakenLevel[];
  readonly asks: (Rows & readonly KrakenLevel[]) | undefined;
  readonly data: (Message & readonly Message[]) | undefined;
  readonly e: string | undefined;
  readonly E: number;
  readonly T: number;
  readonly U: number;
  readonly u: number;
  readonly s: string;
  readonly S: string;
  readonly t: number;
  readonly p: string | undefined;
  readonly q: string;
  readonly v: string;
  readonly m: boolean;
  readonly a: string & Rows;
  readonly b: (string & Rows) | undefined;
  readonly A: string;
  readonly B: string;
  readonly k: Candle;
  readonly timestamp: string;
  readonly sequence_num: number;
  readonly channel: string;
  readonly events: readonly Message[];
  readonly updates: readonly CoinbaseLevel[] | undefined;
  readonly trades: readonly Message[] | undefined;
  readonly tickers: readonly Message[] | undefined;
  readonly product_id: string;
  readonly trade_id: number;
  readonly price: number;
  readonly size: string;
  readonly time: string;
  readonly side: string;
  readonly best_bid: string;
  readonly best_ask: string;
  readonly last_size: string;
  readonly type: string;
  readonly sequence: number;
  readonly changes: readonly (readonly [string, string, string])[];
  readonly checksum: number;
  readonly symbol: string;
  readonly qty: number;
  readonly bid: number;
  readonly bid_qty: number;
  readonly ask: number;
  readonly ask_qty: number;
  readonly last: number;
  readonly arg: { readonly instId: string };
  readonly ts: number;
  readonly tradeId: string | undefined;
  readonly px: string;
  readonly sz: string;
  readonly askPx: string;
  readonly askSz: string;
  readonly bidPx: string;
  readonly bidSz: string;
  readonly cts: number;
  readonly seq: number;
  readonly lastPrice: string | undefined;
}

interface Candle {
  readonly t: number;
  readonly T: number;
  readonly n: number;
  readonly o: string;
  readonly h: string;
  readonly l: string;
  readonly c: string;
  readonly v: string;
  readonly q: string;
  readonly x: boolean;
}

interface KrakenLevel {
  readonly price: number;
  readonly qty: number;
}

interface CoinbaseLevel {
  readonly side: string;
  readonly price_level: string;
  readonly new_quantity: string;
}

type Rows = readonly (readonly [string, string])[];

/** The same for both ways: the decoder's atoms. */
export type AtomOf = (text: string) => number;

const prices = [new Float64Array(131_072), new Float64Array(131_072)] as const;
const quantities = [new Float64Array(131_072), new Float64Array(131_072)] as const;

function keep(rows: Rows, side: 0 | 1): number {
  const ofPrices = prices[side];
  const ofQuantities = quantities[side];
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i]!;
    ofPrices[i] = Number(row[0]);
    ofQuantities[i] = Number(row[1]);
  }
  return rows.length;
}

function sum(ofPrices: Float64Array, ofQuantities: Float64Array, count: number, a: number, b: number): number {
  let total = 0;
  for (let i = 0; i < count; i += 1) total += ofPrices[i]! * a + ofQuantities[i]! * b;
  return total;
}

function keptSum(bids: number, asks: number): number {
  return sum(prices[0], quantities[0], bids, 1, 3) + sum(prices[1], quantities[1], asks, 2, 5);
}

function levelSum(bids: Levels, asks: Levels): number {
  return sum(bids.prices, bids.quantities, bids.count, 1, 3) + sum(asks.prices, asks.quantities, asks.count, 2, 5);
}

export function venueReaders(atomOf: AtomOf): Readonly<Record<string, VenueReader>> {
  return {
    binance: binance(atomOf),
    coinbaseAdvanced: coinbaseAdvanced(atomOf),
    coinbaseExchange: coinbaseExchange(atomOf),
    kraken: kraken(atomOf),
    okx: okx(atomOf),
    bybit: bybit(atomOf),
    bitfinex: bitfinex(),
  };
}

function binance(atomOf: AtomOf): VenueReader {
  const S = BinanceSlot;
  const [TRADE, AGGREGATE, DEPTH, KLINE] = ['trade', 'aggTrade', 'depthUpdate', 'kline'].map(atomOf) as [number, number, number, number];
  return {
    parsed: (frame) => {
      if (frame.lastUpdateId !== undefined) return keptSum(keep(frame.bids, 0), keep(frame.asks!, 1)) + frame.lastUpdateId;
      const o = frame.data ?? frame;
      const symbol = atomOf(o.s) * 7;
      switch (o.e) {
        case 'depthUpdate':
          return keptSum(keep(o.b!, 0), keep(o.a, 1)) + o.E + o.U + o.u + symbol;
        case 'trade':
          return o.t + o.T + Number(o.p) + Number(o.q) + symbol + (o.m ? 1 : 0);
        case 'aggTrade':
          return (o.a as unknown as number) + o.T + Number(o.p) + Number(o.q) + symbol + (o.m ? 1 : 0);
        case 'kline': {
          const k = o.k;
          return k.t + k.T + k.n + Number(k.o) + Number(k.h) + Number(k.l) + Number(k.c) + Number(k.v) + Number(k.q) + symbol + (k.x ? 1 : 0);
        }
        default:
          return o.u + Number(o.b) + Number(o.B) + Number(o.a) + Number(o.A) + symbol;
      }
    },
    slots: (d) => {
      const f = d.doubles;
      if (!d.has(0, S.Symbol)) return levelSum(d.bids, d.asks) + f[S.LastId]!;
      const symbol = d.atom(0, S.Symbol) * 7;
      const kind = d.has(0, S.Kind) ? d.atom(0, S.Kind) : -1;
      if (kind === DEPTH) return levelSum(d.bids, d.asks) + f[S.EventTime]! + f[S.Id]! + f[S.LastId]! + symbol;
      if (kind === TRADE || kind === AGGREGATE) return f[S.Id]! + f[S.Time]! + f[S.Price]! + f[S.Quantity]! + symbol + f[S.IsBuyerMaker]!;
      if (kind === KLINE) return f[S.OpenTime]! + f[S.CloseTime]! + f[S.TradeCount]! + f[S.Open]! + f[S.High]! + f[S.Low]! + f[S.Close]! + f[S.Volume]! + f[S.QuoteVolume]! + symbol + f[S.IsClosed]!;
      return f[S.Id]! + f[S.Price]! + f[S.Quantity]! + f[S.AskPrice]! + f[S.AskQuantity]! + symbol;
    },
  };
}

function coinbaseAdvanced(atomOf: AtomOf): VenueReader {
  const S = CoinbaseSlot;
  const [BOOK, TRADES, TICKER] = ['l2_data', 'market_trades', 'ticker'].map(atomOf) as [number, number, number];
  return {
    parsed: (m) => {
      let total = Date.parse(m.timestamp) + m.sequence_num;
      let bids = 0;
      let asks = 0;
      const channel = m.channel;
      if (channel !== 'l2_data' && channel !== 'market_trades' && channel !== 'ticker') return total;
      for (const event of m.events) {
        if (event.updates !== undefined) {
          total += atomOf(event.product_id) * 7;
          for (const update of event.updates) {
            if (update.side === 'bid') {
              prices[0][bids] = Number(update.price_level);
              quantities[0][bids++] = Number(update.new_quantity);
            } else {
              prices[1][asks] = Number(update.price_level);
              quantities[1][asks++] = Number(update.new_quantity);
            }
          }
        }
        for (const t of event.trades ?? []) total += Number(t.trade_id) + Number(t.price) + Number(t.size) + Date.parse(t.time) + atomOf(t.product_id) * 7 + atomOf(t.side);
        for (const t of event.tickers ?? []) total += Number(t.price) + Number(t.best_bid) + Number(t.best_ask) + atomOf(t.product_id) * 7;
      }
      return total + keptSum(bids, asks);
    },
    slots: (d) => {
      const f = d.doubles;
      let total = Math.trunc(f[S.Time]! / 1_000) + f[S.Sequence]!;
      const channel = d.atom(0, S.Kind);
      const count = d.recordCount;
      if (channel !== BOOK && channel !== TRADES && channel !== TICKER) return total;
      for (let r = 1; r < count; r += 1) {
        const at = r * 32;
        if (channel === BOOK) total += d.atom(r, S.Product) * 7;
        else if (channel === TRADES && d.has(r, S.TradeId)) total += f[at + S.TradeId]! + f[at + S.Price]! + f[at + S.Quantity]! + Math.trunc(f[at + S.Time]! / 1_000) + d.atom(r, S.Product) * 7 + d.atom(r, S.Side);
        else if (channel === TICKER && d.has(r, S.Price)) total += f[at + S.Price]! + f[at + S.BidPrice]! + f[at + S.AskPrice]! + d.atom(r, S.Product) * 7;
      }
      return total + levelSum(d.bids, d.asks);
    },
  };
}

function coinbaseExchange(atomOf: AtomOf): VenueReader {
  const S = CoinbaseSlot;
  const [SNAPSHOT, TICKER, UPDATE, MATCH, LAST_MATCH] = ['snapshot', 'ticker', 'l2update', 'match', 'last_match'].map(atomOf) as [number, number, number, number, number];
  return {
    parsed: (m) => {
      switch (m.type) {
        case 'snapshot':
          return atomOf(m.product_id) * 7 + keptSum(keep(m.bids, 0), keep(m.asks!, 1));
        case 'ticker':
          return m.time === undefined ? 0 : m.sequence + m.trade_id + Number(m.price) + Number(m.best_bid) + Number(m.best_ask) + Number(m.last_size) + atomOf(m.product_id) * 7;
        case 'l2update': {
          let bids = 0;
          let asks = 0;
          for (const change of m.changes) {
            if (change[0] === 'buy') {
              prices[0][bids] = Number(change[1]);
              quantities[0][bids++] = Number(change[2]);
            } else {
              prices[1][asks] = Number(change[1]);
              quantities[1][asks++] = Number(change[2]);
            }
          }
          return Date.parse(m.time) + atomOf(m.product_id) * 7 + keptSum(bids, asks);
        }
        case 'match':
        case 'last_match':
          return m.trade_id + m.sequence + Number(m.price) + Number(m.size) + atomOf(m.side) + atomOf(m.product_id) * 7 + Date.parse(m.time);
        default:
          return 0;
      }
    },
    slots: (d) => {
      const f = d.doubles;
      const kind = d.atom(0, S.Kind);
      const product = d.atom(0, S.Product) * 7;
      if (kind === UPDATE) return Math.trunc(f[S.Time]! / 1_000) + product + levelSum(d.bids, d.asks);
      if (kind === SNAPSHOT) return product + levelSum(d.bids, d.asks);
      if (kind === TICKER) return d.has(0, S.Time) ? f[S.Sequence]! + f[S.TradeId]! + f[S.Price]! + f[S.BidPrice]! + f[S.AskPrice]! + f[S.Quantity]! + product : 0;
      if (kind === MATCH || kind === LAST_MATCH) return f[S.TradeId]! + f[S.Sequence]! + f[S.Price]! + f[S.Quantity]! + d.atom(0, S.Side) + product + Math.trunc(f[S.Time]! / 1_000);
      return 0;
    },
  };
}

function kraken(atomOf: AtomOf): VenueReader {
  const S = KrakenSlot;
  const [BOOK, TRADE, TICKER] = ['book', 'trade', 'ticker'].map(atomOf) as [number, number, number];
  const keepObjects = (levels: readonly KrakenLevel[], side: 0 | 1): number => {
    for (let i = 0; i < levels.length; i += 1) {
      prices[side][i] = levels[i]!.price;
      quantities[side][i] = levels[i]!.qty;
    }
    return levels.length;
  };
  return {
    parsed: (m) => {
      let total = 0;
      switch (m.channel) {
        case 'book': {
          const book = m.data![0]!!;
          const time = book.timestamp === undefined ? 0 : Date.parse(book.timestamp);
          return time + book.checksum + atomOf(book.symbol) * 7 + keptSum(keepObjects(book.bids, 0), keepObjects(book.asks!, 1));
        }
        case 'trade':
          for (const t of m.data!) total += t.trade_id + t.price + t.qty + Date.parse(t.timestamp) + atomOf(t.symbol) * 7 + atomOf(t.side);
          return total;
        case 'ticker':
          for (const t of m.data!) total += t.bid + t.bid_qty + t.ask + t.ask_qty + t.last + atomOf(t.symbol) * 7;
          return total;
        default:
          return 0;
      }
    },
    slots: (d) => {
      const f = d.doubles;
      const channel = d.atom(0, S.Channel);
      if (!d.has(0, S.Channel)) return 0;
      if (channel === BOOK) return (d.has(1, S.Time) ? Math.trunc(f[32 + S.Time]! / 1_000) : 0) + f[32 + S.Checksum]! + d.atom(1, S.Symbol) * 7 + levelSum(d.bids, d.asks);
      let total = 0;
      const count = d.recordCount;
      for (let r = 1; r < count; r += 1) {
        const at = r * 32;
        if (channel === TRADE) total += f[at + S.TradeId]! + f[at + S.Price]! + f[at + S.Quantity]! + Math.trunc(f[at + S.Time]! / 1_000) + d.atom(r, S.Symbol) * 7 + d.atom(r, S.Side);
        else if (channel === TICKER) total += f[at + S.BidPrice]! + f[at + S.BidQuantity]! + f[at + S.AskPrice]! + f[at + S.AskQuantity]! + f[at + S.Price]! + d.atom(r, S.Symbol) * 7;
      }
      return total;
    },
  };
}

function okx(atomOf: AtomOf): VenueReader {
  const S = OkxSlot;
  return {
    parsed: (m) => {
      if (m.data === undefined) return 0;
      let total = atomOf(m.arg.instId) * 7;
      let bids = 0;
      let asks = 0;
      for (const x of m.data!) {
        total += Number(x.ts);
        if (x.asks !== undefined) {
          asks = keep(x.asks, 1);
          bids = keep(x.bids, 0);
          total += x.checksum;
        } else if (x.tradeId !== undefined) total += Number(x.tradeId) + Number(x.px) + Number(x.sz) + atomOf(x.side);
        // An empty text is no price: Number('') would make it 0.
        else if (x.last !== undefined) total += numberOr0(x.last as unknown as string) + numberOr0(x.askPx) + numberOr0(x.askSz) + numberOr0(x.bidPx) + numberOr0(x.bidSz);
      }
      return total + keptSum(bids, asks);
    },
    slots: (d) => {
      const f = d.doubles;
      const count = d.recordCount;
      if (count < 2) return 0;
      let total = d.atom(0, S.Instrument) * 7;
      for (let r = 1; r < count; r += 1) {
        const at = r * 32;
        total += f[at + S.Time]!;
        if (d.has(r, S.Checksum)) total += f[at + S.Checksum]!;
        else if (d.has(r, S.TradeId)) total += f[at + S.TradeId]! + f[at + S.Price]! + f[at + S.Quantity]! + d.atom(r, S.Side);
        else for (const slot of [S.Price, S.AskPrice, S.AskQuantity, S.BidPrice, S.BidQuantity]) if (d.has(r, slot)) total += f[at + slot]!;
      }
      return total + levelSum(d.bids, d.asks);
    },
  };
}

function numberOr0(text: string): number {
  return text === '' ? 0 : Number(text);
}

function bybit(atomOf: AtomOf): VenueReader {
  const S = BybitSlot;
  return {
    parsed: (m) => {
      const data = m.data;
      if (data === undefined) return 0;
      let total = m.ts;
      if (Array.isArray(data)) {
        for (const t of data as readonly Message[]) if (t.p !== undefined) total += t.T + Number(t.p) + Number(t.v) + atomOf(t.s) * 7 + atomOf(t.S) + t.seq;
        return total;
      }
      if (data.b !== undefined) return total + m.cts + data.u + data.seq + atomOf(data.s) * 7 + keptSum(keep(data.b, 0), keep(data.a, 1));
      if (data.lastPrice !== undefined) total += Number(data.lastPrice);
      return total + atomOf(data.symbol) * 7;
    },
    slots: (d) => {
      const f = d.doubles;
      if (!d.has(0, S.Time)) return 0;
      let total = f[S.Time]!;
      const count = d.recordCount;
      if (count > 1) {
        for (let r = 1; r < count; r += 1) {
          const at = r * 32;
          if (d.has(r, S.Price)) total += f[at + S.TradeTime]! + f[at + S.Price]! + f[at + S.Quantity]! + d.atom(r, S.Symbol) * 7 + d.atom(r, S.Side) + f[at + S.Sequence]!;
        }
        return total;
      }
      if (d.bids.wasMet) return total + f[S.MatchTime]! + f[S.Id]! + f[S.Sequence]! + d.atom(0, S.Symbol) * 7 + levelSum(d.bids, d.asks);
      if (d.has(0, S.Price)) total += f[S.Price]!;
      return d.has(0, S.TickerSymbol) ? total + d.atom(0, S.TickerSymbol) * 7 : total;
    },
  };
}

function bitfinex(): VenueReader {
  const S = BitfinexSlot;
  const total = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);
  return {
    parsed: (m) => {
      if (!Array.isArray(m)) return 0;
      const [channel, second, third] = m as unknown as [number, unknown, unknown];
      const payload = Array.isArray(second) ? second : Array.isArray(third) ? third : [];
      return channel + (Array.isArray(payload[0]) ? (payload as number[][]).reduce((all, row) => all + total(row), 0) : total(payload as number[]));
    },
    slots: (d) => {
      if (!d.has(0, S.Channel) || d.has(0, S.Event)) return 0;
      let all = 0;
      const count = d.recordCount;
      for (let r = 1; r < count; r += 1) {
        let own = 0;
        // A tuple has no gaps: the bits are those of its first positions.
        const length = 32 - Math.clz32(d.presence[r]!);
        for (let slot = 0; slot < length; slot += 1) own += d.doubles[r * 32 + slot]!;
        all += own;
      }
      return d.doubles[S.Channel]! + all;
    },
  };
}
