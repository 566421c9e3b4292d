import type { Frame } from '../support.ts';

/**
 * A client's book by the rule of the protocol sheet (A6, B5) and nothing else: written here a second time on purpose, so
 * that the simulator is not measured with the product's own code.
 */
export class Rebuilt {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  lastId: number;
  applied = 0;
  readonly #isFutures: boolean;

  constructor(snapshot: Snapshot, isFutures: boolean) {
    this.lastId = snapshot.lastUpdateId;
    this.#isFutures = isFutures;
    for (const [price, quantity] of snapshot.bids) this.bids.set(price, quantity);
    for (const [price, quantity] of snapshot.asks) this.asks.set(price, quantity);
  }

  /** Throws on a gap: nobody lost anything, so there must be none. */
  apply({ U = 0, u = 0, pu = 0, b = [], a = [] }: Frame): void {
    const isOld = this.#isFutures ? u < this.lastId || (u === this.lastId && this.applied > 0) : u <= this.lastId;
    if (isOld) return;
    const isNext = this.#isFutures
      ? pu === this.lastId || (this.applied === 0 && U <= this.lastId && u >= this.lastId)
      : this.applied === 0 ? U <= this.lastId + 1 && this.lastId + 1 <= u : U === this.lastId + 1;
    if (!isNext) throw new Error(`gap: have ${this.lastId}, got U=${U} u=${u} pu=${pu}`);
    for (const [price, quantity] of b) change(this.bids, price, quantity);
    for (const [price, quantity] of a) change(this.asks, price, quantity);
    this.lastId = u;
    this.applied += 1;
  }

  /** Best first, decimal text without trailing zeros. */
  levels(side: 'bids' | 'asks'): string[][] {
    const sign = side === 'bids' ? -1 : 1;
    return [...this[side]].sort(([a], [b]) => sign * (Number(a) - Number(b))).map((pair) => pair.map((text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)));
  }
}

export interface Snapshot {
  readonly lastUpdateId: number;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
}

function change(side: Map<string, string>, price: string, quantity: string): void {
  if (Number(quantity) === 0) side.delete(price);
  else side.set(price, quantity);
}
