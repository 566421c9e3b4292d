import { Side, type ObjectSchema, type Rules } from '../../../lib/simdjson/schema.ts';

/** OKX: `arg.channel` names what the elements of `data` are. */
export const OkxSlot = {
  Channel: 0,
  Time: 1,
  Instrument: 2,
  PreviousId: 3,
  Id: 4,
  Checksum: 5,
  Action: 6,
  Event: 7,
  TradeId: 8,
  Price: 9,
  Quantity: 10,
  Side: 11,
  Count: 12,
  BidPrice: 13,
  BidQuantity: 14,
  AskPrice: 15,
  AskQuantity: 16,
  Code: 17,
  Message: 18,
} as const;
const Slot = OkxSlot;

const book: ObjectSchema = {
  name: 'okx.book',
  keys: {
    asks: { levels: Side.Ask }, bids: { levels: Side.Bid }, ts: { integer: Slot.Time }, checksum: { integer: Slot.Checksum },
    seqId: { integer: Slot.Id }, prevSeqId: { integer: Slot.PreviousId },
  },
};

const trade: ObjectSchema = {
  name: 'okx.trade',
  keys: {
    instId: { atom: Slot.Instrument }, tradeId: { integer: Slot.TradeId }, px: { decimal: Slot.Price }, sz: { decimal: Slot.Quantity },
    side: { atom: Slot.Side }, ts: { integer: Slot.Time }, count: { integer: Slot.Count }, source: 'skip', seqId: { integer: Slot.Id },
  },
};

const ticker: ObjectSchema = {
  name: 'okx.ticker',
  keys: {
    instType: 'skip', instId: { atom: Slot.Instrument }, last: { decimal: Slot.Price }, lastSz: { decimal: Slot.Quantity },
    askPx: { decimal: Slot.AskPrice }, askSz: { decimal: Slot.AskQuantity }, bidPx: { decimal: Slot.BidPrice }, bidSz: { decimal: Slot.BidQuantity },
    open24h: 'skip', high24h: 'skip', low24h: 'skip', sodUtc0: 'skip', sodUtc8: 'skip', volCcy24h: 'skip', vol24h: 'skip', ts: { integer: Slot.Time },
  },
};

const other: ObjectSchema = { name: 'okx.other', keys: { ts: { integer: Slot.Time } } };

const books = { 'books': book, 'books5': book, 'bbo-tbt': book, 'books-l2-tbt': book, 'books50-l2-tbt': book };

export const okx: Rules = {
  object: {
    name: 'okx.frame',
    keys: {
      event: { atom: Slot.Event },
      arg: { object: { name: 'okx.arg', keys: { channel: { atom: Slot.Channel }, instId: { atom: Slot.Instrument } } } },
      action: { atom: Slot.Action },
      data: { eachBy: { slot: Slot.Channel, to: { ...books, trades: trade, tickers: ticker }, otherwise: other } },
      code: { integer: Slot.Code }, msg: { text: Slot.Message }, connId: 'skip',
    },
  },
};
