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
  RequestId: 27,
  ErrorCode: 28,
  ErrorText: 29,
} as const;
export type Slot = (typeof Slot)[keyof typeof Slot];

const event: Record<string, Rules> = { e: { atom: Slot.Kind }, E: { integer: Slot.EventTime } };

const trade: ObjectSchema = {
  name: 'binance.trade',
  keys: {
    ...event, T: { integer: Slot.Time }, s: { atom: Slot.Symbol }, t: { integer: Slot.Id }, p: { decimal: Slot.Price },
    q: { decimal: Slot.Quantity }, X: { atom: Slot.Origin }, m: { flag: Slot.IsBuyerMaker }, M: 'skip',
  },
};

/** Sums the fills `f` to `l` of one taker order at one price. */
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
    t: { integer: Slot.OpenTime }, T: { integer: Slot.CloseTime }, s: 'skip', i: { atom: Slot.Interval }, f: 'skip', L: 'skip',
    o: { decimal: Slot.Open }, c: { decimal: Slot.Close }, h: { decimal: Slot.High }, l: { decimal: Slot.Low }, v: { decimal: Slot.Volume },
    n: { integer: Slot.TradeCount }, x: { flag: Slot.IsClosed }, q: { decimal: Slot.QuoteVolume }, V: 'skip', Q: 'skip', B: 'skip',
  },
};

const kline: ObjectSchema = { name: 'binance.kline', keys: { ...event, s: { atom: Slot.Symbol }, k: { object: candle } } };

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

/**
 * {"result":null,"id":1} accepts a request. {"code":2,"msg":"Invalid request: …","id":1} refuses it on stream hosts,
 * {"error":{"code":…,"msg":…},"id":1} on newer ones.
 */
const refusal: Record<string, Rules> = { code: { integer: Slot.ErrorCode }, msg: { text: Slot.ErrorText } };

/** A frame of a stream, combined or raw, or the answer to a request. */
export const streamFrame: Rules = {
  object: {
    name: 'binance.frame',
    keys: {
      stream: { text: Slot.Stream }, data: { object: message }, ...message.keys, id: { integer: Slot.RequestId }, result: 'skip',
      ...refusal, error: { object: { name: 'binance.error', keys: refusal } },
    },
  },
};

/** {"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]}; futures add E and T. */
export const snapshotBody: Rules = {
  object: {
    name: 'binance.snapshot',
    keys: {
      lastUpdateId: { integer: Slot.LastId }, E: { integer: Slot.EventTime }, T: { integer: Slot.Time }, bids: { levels: Side.Bid },
      asks: { levels: Side.Ask },
    },
  },
};

/** One frame of each form, for the optimising compiler to learn by before the first real one comes. */
export const sampleFrames: readonly string[] = [
  '{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.00100000","q":"100.00000000","T":1672515782136,"m":true,"M":true}',
  '{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.00100000","q":"100.00000000","f":100,"l":105,"T":1672515782136,"m":true,"M":true}',
  '{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}',
  '{"stream":"bnbusdt@depth","data":{"e":"depthUpdate","E":1672515782136,"T":1672515782130,"s":"BNBUSDT","U":157,"u":160,"pu":149,"b":[["25.35190000","31.21000000"],["25.35180000","0.00000000"]],"a":[["25.36520000","40.66000000"]]}}',
  '{"stream":"bnbusdt@bookTicker","data":{"e":"bookTicker","u":400900217,"s":"BNBUSDT","b":"25.3519","B":"31.21","a":"25.3652","A":"40.66","T":1672515782130,"E":1672515782136}}',
  '{"e":"kline","E":1672515782136,"s":"BNBBTC","k":{"t":1672515780000,"T":1672515839999,"s":"BNBBTC","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":false,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}',
  '{"result":null,"id":1}',
];
