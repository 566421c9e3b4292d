import { Side, type ObjectSchema, type Rules } from '../../../lib/simdjson/schema.ts';

/** Kraken v2: bare numbers whose zeros count, levels as objects, the channel before the data it describes. */
export const KrakenSlot = {
  Channel: 0,
  Time: 1,
  Symbol: 2,
  TradeId: 3,
  Price: 4,
  Quantity: 5,
  Checksum: 6,
  Side: 7,
  Kind: 8,
  BidPrice: 9,
  BidQuantity: 10,
  AskPrice: 11,
  AskQuantity: 12,
  RequestId: 13,
  IsSuccess: 14,
  Error: 15,
  Method: 16,
} as const;
const Slot = KrakenSlot;

const level: ObjectSchema = { name: 'kraken.level', keys: { price: 'levelPrice', qty: 'levelQuantity' } };

const book: ObjectSchema = {
  name: 'kraken.book',
  keys: {
    symbol: { atom: Slot.Symbol }, bids: { levelObjects: { side: Side.Bid, element: level } }, asks: { levelObjects: { side: Side.Ask, element: level } },
    checksum: { integer: Slot.Checksum }, timestamp: { time: Slot.Time },
  },
};

const trade: ObjectSchema = {
  name: 'kraken.trade',
  keys: {
    symbol: { atom: Slot.Symbol }, side: { atom: Slot.Side }, price: { decimal: Slot.Price }, qty: { decimal: Slot.Quantity }, ord_type: 'skip',
    trade_id: { integer: Slot.TradeId }, timestamp: { time: Slot.Time },
  },
};

const ticker: ObjectSchema = {
  name: 'kraken.ticker',
  keys: {
    symbol: { atom: Slot.Symbol }, bid: { decimal: Slot.BidPrice }, bid_qty: { decimal: Slot.BidQuantity }, ask: { decimal: Slot.AskPrice },
    ask_qty: { decimal: Slot.AskQuantity }, last: { decimal: Slot.Price }, volume: 'skip', vwap: 'skip', low: 'skip', high: 'skip', change: 'skip',
    change_pct: 'skip', timestamp: { time: Slot.Time },
  },
};

const other: ObjectSchema = { name: 'kraken.other', keys: {} };

export const kraken: Rules = {
  object: {
    name: 'kraken.frame',
    keys: {
      channel: { atom: Slot.Channel }, type: { atom: Slot.Kind },
      data: { eachBy: { slot: Slot.Channel, to: { book, trade, ticker }, otherwise: other } },
      method: { atom: Slot.Method }, req_id: { integer: Slot.RequestId }, result: 'skip', success: { flag: Slot.IsSuccess }, error: { text: Slot.Error },
      time_in: 'skip', time_out: 'skip',
    },
  },
};
