import { AppError } from '../errors/app-error.ts';
import type { Entry, LevelSpec, Program, Switch } from './compile.ts';
import { simdjsonErrors } from './errors.ts';
import * as limits from './limits.ts';
import { moduleBase64 } from './module.ts';
import { JSON_TYPES } from './ops.ts';
import type { SlotPlaces } from './slots.ts';

/**
 * The wasm module: compiled once per process, one instance (and 20 MB of address space) per decoder. This file knows its
 * memory, writes the tables it works by, and nothing else touches it.
 */
export class Kernel {
  /** Frames are copied here. */
  readonly input: Uint8Array;
  /** Address, offset and length of each double that JavaScript reads. */
  readonly fixups: Uint32Array;
  /** All memory as doubles, for the addresses of fix-ups. */
  readonly allDoubles: Float64Array;
  readonly places: SlotPlaces;
  readonly #exports: KernelExports;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** Null where the machine has no 128-bit vectors in wasm. */
  static load(): Kernel | null {
    const module = compiled();
    return module === null ? null : new Kernel(module);
  }

  private constructor(module: WasmModule) {
    this.#exports = new WebAssembly.Instance(module, {}).exports as KernelExports;
    const { buffer } = this.#exports.memory;
    this.#exports.init();
    this.#checkLimits();
    this.input = new Uint8Array(buffer, this.#at(Layout.Input), limits.INPUT_BYTES_MAX + 64);
    this.fixups = new Uint32Array(buffer, this.#at(Layout.Fixups), limits.FIXUPS_MAX * 3);
    this.allDoubles = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.places = {
      buffer,
      doubles: this.#at(Layout.Doubles),
      exacts: this.#at(Layout.Exacts),
      metas: this.#at(Layout.Metas),
      presence: this.#at(Layout.Presence),
      counts: this.#at(Layout.Counts),
      prices: this.#at(Layout.Prices),
      quantities: this.#at(Layout.Quantities),
      priceMantissas: this.#at(Layout.PriceMantissas),
      quantityMantissas: this.#at(Layout.QuantityMantissas),
      scales: this.#at(Layout.LevelScales),
    };
  }

  /** The `length` bytes in `input`. 0: decoded. Otherwise a Reason, plus NON_ASCII and HAS_FIXUPS where it is 0. */
  decode(length: number, root: number): number {
    return this.#exports.decode(length, root);
  }

  addAtom(bytes: Buffer, id: number): void {
    this.input.fill(0, 0, 64);
    this.input.set(bytes);
    this.#exports.addAtom(bytes.length, id);
  }

  /** Writes everything anew: a later schema may have added entries to an earlier one. */
  write(program: Program): void {
    for (const plan of program.plans) {
      const base = this.#at(Layout.Schemas) + plan.index * this.#at(Layout.SchemaBytes);
      this.#view.setUint32(base, plan.entries.length, true);
      this.#view.setUint32(base + 4, 0, true);
      this.#view.setUint32(base + 8, plan.isStrict ? 1 : 0, true);
      this.#view.setUint32(base + 12, plan.switchEntry >= 0 ? 1 : 0, true);
      for (const [index, entry] of plan.entries.entries()) this.#writeEntry(base + SCHEMA_HEAD + index * ENTRY, entry, index + 1);
    }
    for (const [index, root] of program.roots.entries()) this.#writeEntry(this.#at(Layout.Roots) + index * ENTRY, root, 0);
    for (const [index, table] of program.switches.entries()) this.#writeSwitch(this.#at(Layout.Switches) + index * this.#at(Layout.SwitchBytes), table);
    for (const [index, spec] of program.levelSpecs.entries()) this.#writeSpec(this.#at(Layout.Specs) + index * this.#at(Layout.SpecBytes), spec);
  }

  /** The key with the quote and the colon behind it, a mask as long, and the operation for each JSON type. */
  #writeEntry(at: number, entry: Entry, next: number): void {
    this.#bytes.fill(0, at, at + ENTRY);
    const key = Buffer.from(`${entry.key}":`, 'latin1').subarray(0, KEY_ROOM);
    this.#bytes.set(key, at);
    this.#bytes.fill(255, at + KEY_ROOM, at + KEY_ROOM + key.length);
    this.#bytes[at + ENTRY_KEY_LENGTH] = entry.key.length;
    this.#bytes[at + ENTRY_NEXT] = next;
    for (let type = 0; type < JSON_TYPES; type += 1) {
      this.#bytes[at + ENTRY_OPS + type] = entry.ops[type]!;
      this.#bytes[at + ENTRY_OPS + JSON_TYPES + type] = entry.args[type]!;
    }
  }

  #writeSwitch(at: number, table: Switch): void {
    const bytes = this.#at(Layout.SwitchBytes);
    this.#bytes.fill(0, at, at + bytes);
    this.#view.setUint32(at, table.slot, true);
    if (table.otherwise !== null) this.#view.setUint32(at + 4, packed(table.otherwise), true);
    for (const [atom, branch] of table.kinds) {
      let place = atom % CASES;
      while (this.#view.getUint32(at + SWITCH_HEAD + place * 8, true) !== 0) place = (place + 1) % CASES;
      this.#view.setUint32(at + SWITCH_HEAD + place * 8, atom + 1, true);
      this.#view.setUint32(at + SWITCH_HEAD + place * 8 + 4, packed(branch), true);
    }
  }

  #writeSpec(at: number, spec: LevelSpec): void {
    this.#bytes.fill(0, at, at + this.#at(Layout.SpecBytes));
    this.#bytes.set([spec.side, spec.sideColumn, spec.price, spec.quantity, spec.plan], at);
    const words = [spec.words.bid[0], spec.words.bid[1], spec.words.ask[0], spec.words.ask[1]];
    for (const [index, word] of words.entries()) {
      if (word === undefined) continue;
      const text = Buffer.from(`${word}"`, 'latin1');
      this.#bytes.set(text, at + SPEC_WORDS + index * 16);
      this.#bytes.fill(255, at + SPEC_WORDS + index * 16 + 8, at + SPEC_WORDS + index * 16 + 8 + text.length);
    }
  }

  #at(what: Layout): number {
    return this.#exports.layout(what) >>> 0;
  }

  #checkLimits(): void {
    for (const [what, ours] of sharedLimits) {
      const theirs = this.#at(what);
      if (theirs !== ours) throw new AppError(simdjsonErrors.kernel, { limit: what, expected: ours, was: theirs });
    }
    if (this.#at(Layout.End) > this.#exports.memory.buffer.byteLength) throw new AppError(simdjsonErrors.kernel, { limit: 'memory', was: this.#at(Layout.End) });
  }
}

/** Bits of the kernel's answer beside the reason. */
export const NON_ASCII = 256;
export const HAS_FIXUPS = 512;
export const REASON_BITS = 255;

interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  init(): void;
  decode(length: number, root: number): number;
  addAtom(length: number, id: number): number;
  layout(what: number): number;
}

/** The numbers of `layout` in assembly/index.ts. */
const Layout = {
  Input: 0,
  Doubles: 1,
  Exacts: 2,
  Metas: 3,
  Presence: 4,
  Prices: 5,
  Quantities: 6,
  PriceMantissas: 7,
  QuantityMantissas: 8,
  LevelScales: 9,
  Counts: 10,
  Fixups: 11,
  Schemas: 12,
  Roots: 13,
  Switches: 14,
  Specs: 15,
  End: 16,
  SchemaBytes: 31,
  SwitchBytes: 32,
  SpecBytes: 33,
} as const;
type Layout = number;

const sharedLimits: readonly (readonly [Layout, number])[] = [
  [20, limits.INPUT_BYTES_MAX],
  [21, limits.LEVELS_MAX],
  [22, limits.RECORDS_MAX],
  [23, limits.SLOTS],
  [24, limits.SCHEMAS_MAX],
  [25, limits.ENTRIES_MAX],
  [26, limits.ROOTS_MAX],
  [27, limits.SWITCHES_MAX],
  [28, limits.LEVEL_SPECS_MAX],
  [29, limits.FIXUPS_MAX],
  [30, limits.ATOMS_MAX],
];

const ENTRY = 80;
const KEY_ROOM = 32;
const ENTRY_KEY_LENGTH = 64;
const ENTRY_NEXT = 65;
const ENTRY_OPS = 68;
const SCHEMA_HEAD = 16;
const SWITCH_HEAD = 16;
const CASES = 64;
const SPEC_WORDS = 16;

function packed({ plan, entry }: { readonly plan: number; readonly entry: number }): number {
  return (plan + 1) | (entry << 16);
}

let cache: WasmModule | null | undefined;

function compiled(): WasmModule | null {
  if (cache === undefined) {
    const bytes = Buffer.from(moduleBase64, 'base64');
    cache = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  }
  return cache;
}

/** The little of WebAssembly that is used here: Node has it, TypeScript declares it only together with the DOM. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => { readonly exports: unknown };
};
interface WasmModule {
  readonly isWasmModule?: never;
}
