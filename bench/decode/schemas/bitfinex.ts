import type { Rules, TupleSchema } from '../../../lib/simdjson/schema.ts';

/**
 * Bitfinex speaks in arrays by position. What the numbers of a payload mean depends on the channel that the number in front
 * was subscribed for, so they are kept by position.
 *
 *   [18788,"te",[5690221201,1734237017719,0.00991467,102570],2]     trade: id, ms, amount, price
 *   [266343,[61837,3,-0.5],7]    [266343,[[61837,3,0.5],…],1]       book: price, count, amount
 *   [266343,"hb",8]              [266343,"cs",-1372036183,9]
 */
export const BitfinexSlot = { Channel: 10, Kind: 11, Checksum: 12, Sequence: 13, Event: 14, ChannelName: 15, Symbol: 16 } as const;
const Slot = BitfinexSlot;

const payload: TupleSchema = { name: 'bitfinex.payload', positions: Array.from({ length: 10 }, (_, position) => ({ decimal: position })) };

export const bitfinex: Rules = [
  {
    tuple: {
      name: 'bitfinex.frame',
      positions: [
        { integer: Slot.Channel },
        [{ atom: Slot.Kind }, { tuples: payload }],
        [{ integer: Slot.Checksum, from: 'number' }, { tuples: payload }],
        { integer: Slot.Sequence },
      ],
    },
  },
  {
    object: {
      name: 'bitfinex.event',
      keys: { event: { atom: Slot.Event }, channel: { atom: Slot.ChannelName }, chanId: { integer: Slot.Channel }, symbol: { atom: Slot.Symbol } },
    },
  },
];
