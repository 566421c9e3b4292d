import { Side, type ObjectSchema, type Rules } from '../../../lib/simdjson/schema.ts';

/** Coinbase: the advanced trade feed (objects in lists of events) and the exchange feed (flat, times at the end). */
export const CoinbaseSlot = {
  Kind: 0,
  Time: 1,
  Product: 2,
  TradeId: 3,
  Price: 4,
  Quantity: 5,
  Side: 6,
  Sequence: 7,
  BidPrice: 8,
  BidQuantity: 9,
  AskPrice: 10,
  AskQuantity: 11,
  MakerOrder: 12,
  TakerOrder: 13,
  EventKind: 14,
} as const;
const Slot = CoinbaseSlot;

const level: ObjectSchema = {
  name: 'coinbase.level',
  keys: { side: { levelSide: { bid: ['bid'], ask: ['offer', 'ask'] } }, event_time: 'skip', price_level: 'levelPrice', new_quantity: 'levelQuantity' },
};

const trade: ObjectSchema = {
  name: 'coinbase.trade',
  keys: {
    trade_id: { integer: Slot.TradeId }, product_id: { atom: Slot.Product }, price: { decimal: Slot.Price }, size: { decimal: Slot.Quantity },
    time: { time: Slot.Time }, side: { atom: Slot.Side },
  },
};

const ticker: ObjectSchema = {
  name: 'coinbase.ticker',
  keys: {
    type: 'skip', product_id: { atom: Slot.Product }, price: { decimal: Slot.Price }, volume_24_h: 'skip', low_24_h: 'skip', high_24_h: 'skip',
    low_52_w: 'skip', high_52_w: 'skip', price_percent_chg_24_h: 'skip', best_bid: { decimal: Slot.BidPrice }, best_ask: { decimal: Slot.AskPrice },
    best_bid_quantity: { decimal: Slot.BidQuantity }, best_ask_quantity: { decimal: Slot.AskQuantity },
  },
};

const event: ObjectSchema = {
  name: 'coinbase.event',
  keys: {
    type: { atom: Slot.EventKind }, product_id: { atom: Slot.Product }, updates: { levelObjects: { element: level } }, trades: { each: trade },
    tickers: { each: ticker }, subscriptions: 'skip', candles: 'skip', current_time: 'skip', heartbeat_counter: 'skip',
  },
};

export const coinbaseAdvanced: Rules = {
  object: {
    name: 'coinbase.advanced',
    keys: {
      channel: { atom: Slot.Kind }, client_id: 'skip', timestamp: { time: Slot.Time }, sequence_num: { integer: Slot.Sequence }, events: { each: event },
    },
  },
};

const l2update: ObjectSchema = {
  name: 'coinbase.l2update',
  keys: {
    type: { atom: Slot.Kind }, product_id: { atom: Slot.Product },
    changes: { levels: { side: { column: 0, bid: ['buy'], ask: ['sell'] }, price: 1, quantity: 2 } }, time: { time: Slot.Time },
  },
};

const match: ObjectSchema = {
  name: 'coinbase.match',
  keys: {
    type: { atom: Slot.Kind }, trade_id: { integer: Slot.TradeId }, maker_order_id: { text: Slot.MakerOrder }, taker_order_id: { text: Slot.TakerOrder },
    side: { atom: Slot.Side }, size: { decimal: Slot.Quantity }, price: { decimal: Slot.Price }, product_id: { atom: Slot.Product },
    sequence: { integer: Slot.Sequence }, time: { time: Slot.Time },
  },
};

const snapshot: ObjectSchema = {
  name: 'coinbase.snapshot',
  keys: {
    type: { atom: Slot.Kind }, product_id: { atom: Slot.Product }, asks: { levels: Side.Ask }, bids: { levels: Side.Bid }, time: { time: Slot.Time },
  },
};

const exchangeTicker: ObjectSchema = {
  name: 'coinbase.exchange.ticker',
  keys: {
    type: { atom: Slot.Kind }, sequence: { integer: Slot.Sequence }, product_id: { atom: Slot.Product }, price: { decimal: Slot.Price },
    open_24h: 'skip', volume_24h: 'skip', low_24h: 'skip', high_24h: 'skip', volume_30d: 'skip', best_bid: { decimal: Slot.BidPrice },
    best_bid_size: { decimal: Slot.BidQuantity }, best_ask: { decimal: Slot.AskPrice }, best_ask_size: { decimal: Slot.AskQuantity },
    side: { atom: Slot.Side }, time: { time: Slot.Time }, trade_id: { integer: Slot.TradeId }, last_size: { decimal: Slot.Quantity },
  },
};

const others: ObjectSchema = { name: 'coinbase.other', keys: {} };

export const coinbaseExchange: Rules = {
  object: {
    name: 'coinbase.exchange',
    keys: {
      type: {
        switch: { slot: Slot.Kind, to: { l2update, match, last_match: match, snapshot, ticker: exchangeTicker, heartbeat: others, subscriptions: others } },
      },
    },
  },
};
