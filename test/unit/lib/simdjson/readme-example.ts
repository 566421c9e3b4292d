import { Decoder } from '../../../../lib/simdjson/decoder.ts';
import { Side, type ObjectSchema } from '../../../../lib/simdjson/schema.ts';
import { Status } from '../../../../lib/simdjson/status.ts';

const Slot = { Kind: 0, Symbol: 1, Time: 2, Price: 3, Quantity: 4, FirstId: 5, LastId: 6 };

const trade: ObjectSchema = {
  name: 'trade',
  keys: { e: { atom: Slot.Kind }, s: { atom: Slot.Symbol }, p: { decimal: Slot.Price }, q: { decimal: Slot.Quantity }, T: { integer: Slot.Time } },
};
const depth: ObjectSchema = {
  name: 'depth',
  keys: { s: { atom: Slot.Symbol }, U: { integer: Slot.FirstId }, u: { integer: Slot.LastId }, b: { levels: Side.Bid }, a: { levels: Side.Ask } },
};

const decoder = new Decoder();
const root = decoder.root('spot', { object: { name: 'frame', keys: { e: { switch: { slot: Slot.Kind, to: { trade, depthUpdate: depth } } } } } });

export function read(frame: Buffer): string {
  const status = decoder.decode(frame, root);
  if (status === Status.UnknownKind) return `unknown kind ${decoder.unknownKind()}`;
  if (status !== Status.Ok) return decoder.fault();
  if (decoder.bids.wasMet) {
    decoder.bids.rescale(2, 5); // integers at the instrument's scales
    return `${decoder.bids.count} bids, the first ${decoder.bids.ownPrices[0]} x ${decoder.bids.ownQuantities[0]}`;
  }
  if (!decoder.has(0, Slot.Price)) return 'no price';
  return `${decoder.text(0, Slot.Symbol)} ${decoder.mantissa(0, Slot.Price)} at ${decoder.scale(0, Slot.Price)}`;
}
