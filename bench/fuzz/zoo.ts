import type { FrameKind } from '../decode/frames.ts';
import { Side, type ObjectSchema, type Rules } from '../../lib/simdjson/schema.ts';

/** Frames that no venue sends, for the rules that no venue of ours needs. */
const inner: ObjectSchema = { name: 'zoo.inner', keys: { d: { decimal: 8 }, when: { time: 9 }, label: { text: 10 } }, others: 'refuse' };
const apple: ObjectSchema = { name: 'zoo.apple', keys: { weight: { decimal: 12 }, kind: 'skip' } };
const pear: ObjectSchema = { name: 'zoo.pear', keys: { weight: { integer: 13 }, ripe: { flag: 14 } } };
const anyFruit: ObjectSchema = { name: 'zoo.any', keys: { weight: { text: 15 } } };

const zoo: Rules = {
  object: {
    name: 'zoo',
    keys: {
      id: [{ integer: 0, from: 'number' }, { text: 1 }],
      error: 'refuse',
      fruit: { atom: 2 },
      basket: { eachBy: { slot: 2, to: { apple, pear } } },
      best: { objectBy: { slot: 2, to: { apple, pear }, otherwise: anyFruit } },
      inner: { object: inner },
      point: { tuple: { name: 'zoo.point', positions: [{ decimal: 3 }, { decimal: 4 }, [{ atom: 5 }, { flag: 6 }]], others: 'refuse' } },
      path: { eachTuple: { name: 'zoo.step', positions: [{ integer: 16 }, { text: 17 }, 'skip', { time: 18 }] } },
      bids: { levels: { side: Side.Bid, price: 2, quantity: 1 } },
      mixed: { levels: { side: { column: 3, bid: ['B', 'long'], ask: ['S', 'shorter'] }, price: 1, quantity: 0 } },
      asks: { levels: Side.Ask },
      quotes: { levelObjects: { element: { name: 'zoo.quote', keys: { a_rather_long_key_for_price: 'levelPrice', q: 'levelQuantity', s: { levelSide: { bid: ['b'], ask: ['a'] } }, note: 'skip' }, others: 'refuse' } } },
    },
    others: 'refuse',
  },
};

const shape: Rules = {
  each: {
    name: 'zoo.shape',
    keys: {
      kind: {
        switch: {
          slot: 0,
          to: { circle: { name: 'zoo.circle', keys: { radius: { decimal: 1 }, kind: { atom: 0 } } }, square: { name: 'zoo.square', keys: { side: { decimal: 2 } }, others: 'refuse' } },
          otherwise: { name: 'zoo.otherShape', keys: { radius: { decimal: 3 } } },
        },
      },
      radius: { integer: 4 },
      asks: { levels: Side.Ask },
    },
  },
};

export const zooKinds: readonly FrameKind[] = [
  {
    name: 'zoo',
    rules: zoo,
    make: (d) => {
      const { random } = d;
      const fruit = random.pick(['apple', 'pear', 'plum']);
      const weight = (): string => `{"weight":"${random.integer(1, 500)}"}`;
      return `{"id":${d.either('17', '"x-17"')},"fruit":"${fruit}","basket":[${fruit === 'plum' ? '' : `${weight()},${weight()}`}],"best":${weight()},"inner":{"d":${d.quantity(8)},"when":"${d.isoTime()}","label":"ünï"},"point":[${d.quantity(3)},"${d.quantity(12)}",${d.either('"mark"', 'true')}],"path":[[1,"a",null,"2024-02-29T00:00:00Z"],[2],[]],"bids":[["x","${d.quantity(4)}",${d.quantity(2)}]],"mixed":[["1",${d.quantity(2)},0,"${d.either('B', 'shorter')}"],[1,2,{},"${d.either('S', 'long')}",[]]],"asks":[["1","2"],[3,4,"5"]],"quotes":[{"a_rather_long_key_for_price":1.5,"q":"2","s":"${d.either('a', 'b')}","note":[{}]}]}`;
    },
  },
  {
    name: 'zoo.shapes',
    rules: shape,
    make: (d) => `[{"kind":"circle","radius":${d.quantity(3)}},{"radius":12,"asks":[["1","1"]],"kind":"${d.either('circle', 'disc')}"},{"kind":"square","side":2},{"radius":3},{"asks":[]}]`,
  },
];
