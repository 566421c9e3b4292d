import { Side, type ObjectSchema, type Rules } from '../../../lib/simdjson/schema.ts';

/** Bybit v5: `data` is one object of a book or ticker, or a list of trades. */
export const BybitSlot = {
  Kind: 0,
  Time: 1,
  Symbol: 2,
  Sequence: 3,
  Id: 4,
  MatchTime: 5,
  TradeId: 6,
  Price: 7,
  Quantity: 8,
  Side: 9,
  BidPrice: 10,
  BidQuantity: 11,
  AskPrice: 12,
  AskQuantity: 13,
  TradeTime: 14,
  Topic: 15,
  IsSuccess: 16,
  Message: 17,
  Operation: 18,
  TickerSymbol: 19,
} as const;
const Slot = BybitSlot;

const trade: ObjectSchema = {
  name: 'bybit.trade',
  keys: {
    i: { text: Slot.TradeId }, T: { integer: Slot.TradeTime }, p: { decimal: Slot.Price }, v: { decimal: Slot.Quantity }, S: { atom: Slot.Side },
    s: { atom: Slot.Symbol }, L: 'skip', BT: 'skip', RPI: 'skip', seq: { integer: Slot.Sequence },
  },
};

const bookOrTicker: ObjectSchema = {
  name: 'bybit.data',
  keys: {
    s: { atom: Slot.Symbol }, b: { levels: Side.Bid }, a: { levels: Side.Ask }, u: { integer: Slot.Id }, seq: { integer: Slot.Sequence },
    symbol: { atom: Slot.TickerSymbol }, lastPrice: { decimal: Slot.Price }, bid1Price: { decimal: Slot.BidPrice }, bid1Size: { decimal: Slot.BidQuantity },
    ask1Price: { decimal: Slot.AskPrice }, ask1Size: { decimal: Slot.AskQuantity },
  },
};

export const bybit: Rules = {
  object: {
    name: 'bybit.frame',
    keys: {
      topic: { text: Slot.Topic }, type: { atom: Slot.Kind }, ts: { integer: Slot.Time }, data: [{ object: bookOrTicker }, { each: trade }],
      cts: { integer: Slot.MatchTime }, cs: 'skip', success: { flag: Slot.IsSuccess }, ret_msg: { text: Slot.Message }, op: { atom: Slot.Operation },
      conn_id: 'skip', req_id: 'skip',
    },
  },
};
