import { Decoder, type Root } from '../../../../lib/simdjson/decoder.ts';
import { SLOTS } from '../../../../lib/simdjson/limits.ts';
import type { Levels } from '../../../../lib/simdjson/levels.ts';
import type { Rules } from '../../../../lib/simdjson/schema.ts';
import { reasonNames, Status } from '../../../../lib/simdjson/status.ts';

const statusNames = Object.keys(Status);

/** A decoder with one root, and what it says in words. */
export class Desk {
  readonly decoder: Decoder;
  readonly root: Root;

  constructor(rules: Rules, forceFallback = false) {
    this.decoder = new Decoder({ forceFallback });
    this.root = this.decoder.root('test', rules);
  }

  /** `Ok`, or the status and the reason: `Bad NotJson`. */
  decode(frame: string | Buffer): string {
    const status = this.decoder.decode(typeof frame === 'string' ? Buffer.from(frame) : frame, this.root);
    return status === Status.Ok ? 'Ok' : `${statusNames[status]} ${reasonNames[this.decoder.reason]}`;
  }

  get kernelReason(): string {
    return reasonNames[this.decoder.kernelReason]!;
  }

  /** A number slot: `61837.63 = 6183763 at 2`, `absent`, or `inexact` with its digits. */
  number(slot: number, record = 0): string {
    const { decoder } = this;
    if (!decoder.has(record, slot)) return 'absent';
    const double = String(Object.is(decoder.number(record, slot), -0) ? '-0' : decoder.number(record, slot));
    if (!decoder.isExact(record, slot)) return `${double} inexact ${decoder.text(record, slot)}`;
    return `${double} = ${decoder.exacts[record * SLOTS + slot]} at ${decoder.scale(record, slot)}`;
  }
}

/** `price mantissa/scale x quantity mantissa/scale`, level by level. */
export function shown(levels: Levels): string[] {
  return Array.from({ length: levels.count }, (_, i) => {
    const part = (mantissa: number, scale: number): string => `${mantissa}/${scale}`;
    return `${part(levels.priceMantissas[i]!, levels.scales[i * 2]!)} x ${part(levels.quantityMantissas[i]!, levels.scales[i * 2 + 1]!)}`;
  });
}

/** With the kernel where the machine has one, and without it. */
export const WAYS = [
  ['kernel', false],
  ['fallback', true],
] as const;
