import { Side, type ObjectSchema, type Rules } from '../../../lib/simdjson/schema.ts';

/**
 * What Binance's frames are made of, as data for lib/simdjson: streams of spot, USD-M and COIN-M, and the REST depth snapshot.
 *
 *   raw       {"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782136,"m":true,"M":true}
 *   combined  {"stream":"bnbbtc@trade","data":{…the same…}}
 *
 * The kind stands in `e`; only spot's best bid/ask has none (and no time either):
 *
 *   {"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}
 *
 * Prices and quantities are text, ids and times are numbers in milliseconds (web-socket-streams.md). Either form of a number is
 * taken for either: both are read from their digits.
 */
export const Slot = {
  Kind: 0,
  EventTime: 1,
  Symbol: 2,
  Id: 3,
  LastId: 4,
  PreviousId: 5,
  Time: 6,
  Price: 7,
  Quantity: 8,
  AskPrice: 9,
  AskQuantity: 10,
  IsBuyerMaker: 11,
  FirstTradeId: 12,
  LastTradeId: 13,
  Origin: 14,
  Interval: 15,
  OpenTime: 16,
  CloseTime: 17,
  Open: 18,
  High: 19,
  Low: 20,
  Close: 21,
  Volume: 22,
  QuoteVolume: 23,
  TradeCount: 24,
  IsClosed: 25,
  Stream: 26,
} as const;
export type Slot = (typeof Slot)[keyof typeof Slot];

const event = { e: { atom: Slot.Kind } } satisfies Record<string, Rules>;
const timedEvent = { ...event, E: { integer: Slot.EventTime } } satisfies Record<string, Rules>;

const trade: ObjectSchema = {
  name: 'binance.trade',
  keys: {
    ...event, E: 'skip', T: { integer: Slot.Time }, s: { atom: Slot.Symbol }, t: { integer: Slot.Id }, p: { decimal: Slot.Price },
    q: { decimal: Slot.Quantity }, X: { atom: Slot.Origin }, m: { flag: Slot.IsBuyerMaker }, M: 'skip',
  },
};

/** Sums the fills `f` to `l` of one taker order at one price. */
const aggregateTrade: ObjectSchema = {
  name: 'binance.aggTrade',
  keys: {
    ...event, E: 'skip', s: { atom: Slot.Symbol }, a: { integer: Slot.Id }, p: { decimal: Slot.Price }, q: { decimal: Slot.Quantity },
    f: { integer: Slot.FirstTradeId }, l: { integer: Slot.LastTradeId }, T: { integer: Slot.Time }, m: { flag: Slot.IsBuyerMaker }, M: 'skip',
    X: { atom: Slot.Origin },
  },
};

const bestOfBook: Record<string, Rules> = {
  u: { integer: Slot.Id }, s: { atom: Slot.Symbol }, b: { decimal: Slot.Price }, B: { decimal: Slot.Quantity },
  a: { decimal: Slot.AskPrice }, A: { decimal: Slot.AskQuantity },
};

const bookTicker: ObjectSchema = {
  name: 'binance.bookTicker',
  keys: { ...event, ...bestOfBook, ps: 'skip', T: { integer: Slot.Time }, E: 'skip' },
};

const depthUpdate: ObjectSchema = {
  name: 'binance.depthUpdate',
  keys: {
    ...timedEvent, T: 'skip', s: { atom: Slot.Symbol }, ps: 'skip', U: { integer: Slot.Id }, u: { integer: Slot.LastId },
    pu: { integer: Slot.PreviousId }, b: { levels: Side.Bid }, a: { levels: Side.Ask },
  },
};

const candle: ObjectSchema = {
  name: 'binance.kline.k',
  keys: {
    t: { integer: Slot.OpenTime }, T: { integer: Slot.CloseTime }, s: 'skip', i: { atom: Slot.Interval }, f: 'skip', L: 'skip',
    o: { decimal: Slot.Open }, c: { decimal: Slot.Close }, h: { decimal: Slot.High }, l: { decimal: Slot.Low }, v: { decimal: Slot.Volume },
    n: { integer: Slot.TradeCount }, x: { flag: Slot.IsClosed }, q: { decimal: Slot.QuoteVolume }, V: 'skip', Q: 'skip', B: 'skip',
  },
};

const kline: ObjectSchema = { name: 'binance.kline', keys: { ...timedEvent, s: { atom: Slot.Symbol }, k: { object: candle } } };

/** {"e":"serverShutdown","E":1770123456789}, and every kind that is not known. */
const other: ObjectSchema = { name: 'binance.other', keys: event };

/** Our names of the kinds in `e`. */
export const kindNames = ['trade', 'aggTrade', 'bookTicker', 'depthUpdate', 'kline', 'serverShutdown'] as const;
export type KindName = (typeof kindNames)[number];
const kinds: Readonly<Record<KindName, ObjectSchema>> = { trade, aggTrade: aggregateTrade, bookTicker, depthUpdate, kline, serverShutdown: other };

const message: ObjectSchema = {
  name: 'binance.message',
  keys: { e: { switch: { slot: Slot.Kind, to: kinds, otherwise: other } }, ...bestOfBook },
};

/** A raw frame, or the answer to a request, which names none of these keys. */
export const rawFrame: Rules = { object: message };

/** A frame of a combined stream. Lists come from streams that nobody asks for. Keys beside the two belong to nobody. */
export const combinedFrame: Rules = {
  object: {
    name: 'binance.combined',
    keys: { stream: { text: Slot.Stream }, data: [{ object: message }, { tuple: { name: 'binance.list', positions: [] } }] },
  },
};

/** {"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]}; futures add E and T. */
export const snapshotBody: Rules = {
  object: {
    name: 'binance.snapshot',
    keys: {
      lastUpdateId: { integer: Slot.LastId }, E: 'skip', T: { integer: Slot.Time }, bids: { levels: Side.Bid },
      asks: { levels: Side.Ask },
    },
  },
};
