import { Side, type ObjectSchema, type Rules } from '../../../lib/simdjson/schema.ts';

/**
 * Binance frames of the spot, USD-M and COIN-M streams, and the REST depth snapshot.
 *
 *   {"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782136,"m":true,"M":true}
 *   {"stream":"bnbbtc@trade","data":{…the same…}}
 *   {"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}    without `e`
 */
export const BinanceSlot = {
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
  RequestId: 27,
  ErrorCode: 28,
  ErrorText: 29,
} as const;
const Slot = BinanceSlot;

const event: Record<string, Rules> = { e: { atom: Slot.Kind }, E: { integer: Slot.EventTime } };

const trade: ObjectSchema = {
  name: 'binance.trade',
  keys: {
    ...event, T: { integer: Slot.Time }, s: { atom: Slot.Symbol }, t: { integer: Slot.Id }, p: { decimal: Slot.Price },
    q: { decimal: Slot.Quantity }, X: { atom: Slot.Origin }, m: { flag: Slot.IsBuyerMaker }, M: 'skip',
  },
};

const aggregateTrade: ObjectSchema = {
  name: 'binance.aggTrade',
  keys: {
    ...event, s: { atom: Slot.Symbol }, a: { integer: Slot.Id }, p: { decimal: Slot.Price }, q: { decimal: Slot.Quantity },
    f: { integer: Slot.FirstTradeId }, l: { integer: Slot.LastTradeId }, T: { integer: Slot.Time }, m: { flag: Slot.IsBuyerMaker }, M: 'skip',
  },
};

const bestOfBook: Record<string, Rules> = {
  u: { integer: Slot.Id }, s: { atom: Slot.Symbol }, b: { decimal: Slot.Price }, B: { decimal: Slot.Quantity },
  a: { decimal: Slot.AskPrice }, A: { decimal: Slot.AskQuantity },
};

const bookTicker: ObjectSchema = {
  name: 'binance.bookTicker',
  keys: { e: { atom: Slot.Kind }, ...bestOfBook, ps: 'skip', T: { integer: Slot.Time }, E: { integer: Slot.EventTime } },
};

const depthUpdate: ObjectSchema = {
  name: 'binance.depthUpdate',
  keys: {
    ...event, T: { integer: Slot.Time }, s: { atom: Slot.Symbol }, ps: 'skip', U: { integer: Slot.Id }, u: { integer: Slot.LastId },
    pu: { integer: Slot.PreviousId }, b: { levels: Side.Bid }, a: { levels: Side.Ask },
  },
};

const candle: ObjectSchema = {
  name: 'binance.kline.k',
  keys: {
    t: { integer: Slot.OpenTime }, T: { integer: Slot.CloseTime }, s: 'skip', i: { atom: Slot.Interval }, f: { integer: Slot.FirstTradeId },
    L: { integer: Slot.LastTradeId }, o: { decimal: Slot.Open }, c: { decimal: Slot.Close }, h: { decimal: Slot.High }, l: { decimal: Slot.Low },
    v: { decimal: Slot.Volume }, n: { integer: Slot.TradeCount }, x: { flag: Slot.IsClosed }, q: { decimal: Slot.QuoteVolume },
    V: 'skip', Q: 'skip', B: 'skip',
  },
};

const kline: ObjectSchema = { name: 'binance.kline', keys: { ...event, s: { atom: Slot.Symbol }, k: { object: candle } } };
const shutdown: ObjectSchema = { name: 'binance.serverShutdown', keys: event };

const message: ObjectSchema = {
  name: 'binance.message',
  keys: {
    e: { switch: { slot: Slot.Kind, to: { trade, aggTrade: aggregateTrade, bookTicker, depthUpdate, kline, serverShutdown: shutdown } } },
    ...bestOfBook,
  },
};

/** A frame of a stream: combined, raw, or the reply to a request. */
export const binanceStream: Rules = {
  object: {
    name: 'binance.frame',
    keys: {
      stream: { text: Slot.Stream }, data: { object: message }, ...message.keys, id: { integer: Slot.RequestId }, result: 'skip',
      code: { integer: Slot.ErrorCode }, msg: { text: Slot.ErrorText },
    },
  },
};

/** {"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]}; futures add E and T. */
export const binanceSnapshot: Rules = {
  object: {
    name: 'binance.snapshot',
    keys: {
      lastUpdateId: { integer: Slot.LastId }, E: { integer: Slot.EventTime }, T: { integer: Slot.Time }, bids: { levels: Side.Bid },
      asks: { levels: Side.Ask },
    },
  },
};
