import { describe, expect, test } from 'vitest';
import { summarize } from '../../../../lib/simdjson/counters.ts';
import { Decoder } from '../../../../lib/simdjson/decoder.ts';
import { Side, type ObjectSchema, type Rules } from '../../../../lib/simdjson/schema.ts';
import { Status } from '../../../../lib/simdjson/status.ts';
import { Desk, shown, WAYS } from './desk.ts';

const object = (keys: ObjectSchema['keys'], others?: 'skip' | 'refuse'): Rules => ({ object: { name: 'test', keys, ...(others === undefined ? {} : { others }) } });

test('the machine of these tests has a kernel, so that the two ways are two', () => {
  expect(new Decoder().hasKernel).toBe(true);
  expect(new Decoder({ forceFallback: true }).hasKernel).toBe(false);
});

describe.each(WAYS)('%s', (way, forceFallback) => {
  const isKernel = way === 'kernel';

  describe('decimals', () => {
    const desk = new Desk(object({ d: { decimal: 0 } }), forceFallback);
    test.each([
      ['"61837.63"', '61837.63 = 6183763 at 2'],
      ['61837.63', '61837.63 = 6183763 at 2'],
      ['"0.00100000"', '0.001 = 100000 at 8'],
      ['0.00100000', '0.001 = 100000 at 8'],
      ['"0"', '0 = 0 at 0'],
      ['0.00', '0 = 0 at 2'],
      ['"-0"', '-0 = 0 at 0'],
      ['-5.25', '-5.25 = -525 at 2'],
      ['"00012.50"', '12.5 = 1250 at 2'],
      ['"123456789012345"', '123456789012345 = 123456789012345 at 0'],
      ['"1234567890.00000000"', '1234567890 = 1234567890000000 at 6'],
      ['12345678901234.5678', '12345678901234.568 = 123456789012345678 at 4'],
      ['"0.1234567890123456789"', '0.12345678901234568 = 1234567890123456789 at 19'],
      ['1e5', '100000 = 100000 at 0'],
      ['"1.50e1"', '15 = 150 at 1'],
      ['1E-8', '1e-8 = 1 at 8'],
      ['"1.5E+3"', '1500 = 1500 at 0'],
      ['9007199254740993', '9007199254740992 = 9007199254740993 at 0'],
      ['"9223372036854775807"', '9223372036854776000 = 9223372036854775807 at 0'],
      ['"9223372036854775808"', '9223372036854776000 inexact 9223372036854775808'],
      ['"922337203685477580.7000"', '922337203685477600 = 9223372036854775807 at 1'],
      ['"922337203685477580.8000"', '922337203685477600 inexact 922337203685477580.8000'],
      ['1e400', 'Infinity inexact 1e400'],
      ['1e-400', '0 inexact 1e-400'],
      ['0e-400', '0 = 0 at 200'],
      ['1000000000000000000000e-5', '10000000000000000 = 1000000000000000000 at 2'],
      ['""', 'absent'],
      ['null', 'absent'],
    ])('%s is %s', (text, expected) => {
      expect(desk.decode(`{"d":${text}}`)).toBe('Ok');
      expect(desk.number(0)).toBe(expected);
      expect(desk.kernelReason).toBe(isKernel ? 'None' : 'NoKernel');
    });

    test.each(['".5"', '"5."', '"."', '"-"', '"+1"', '"1.2.3"', '"NaN"', '" 1"', '"1 "', '"0x10"', '"1e"', '"1e+"', '"1_000"', '"1,5"', '"١"', '"\\u0031"', '"1\\n"'])(
      'the text %s is no decimal',
      (text) => {
        expect(desk.decode(`{"d":${text}}`)).toBe('Bad Decimal');
      },
    );

    test.each(['.5', '5.', '01', '-', '+1', '1.2.3', 'NaN', '0x10', '1e', '1.e5', '-01', 'Infinity'])('the number %s is no JSON', (text) => {
      expect(desk.decode(`{"d":${text}}`)).toBe('Bad NotJson');
    });

    test('a mantissa comes without BigInt up to 2^53, and is NaN beyond', () => {
      const mantissaOf = (text: string): number => {
        expect(desk.decode(`{"d":${text}}`)).toBe('Ok');
        return desk.decoder.mantissa(0, 0);
      };
      expect(mantissaOf('"-61837.63"')).toBe(-6_183_763);
      expect(mantissaOf('9007199254740992')).toBe(2 ** 53);
      expect(mantissaOf('-9007199254740991')).toBe(-(2 ** 53 - 1));
      expect(mantissaOf('-9007199254740992')).toBe(-(2 ** 53));
      // A double would round these to 2^53.
      expect(mantissaOf('9007199254740993')).toBeNaN();
      expect(mantissaOf('-9007199254740993')).toBeNaN();
      expect(mantissaOf('90071992547409930')).toBeNaN();
      expect(mantissaOf('1e30')).toBeNaN();
    });
  });

  describe('integers', () => {
    const desk = new Desk(object({ i: { integer: 3 } }), forceFallback);
    test.each([
      ['12345', '12345 = 12345 at 0'],
      ['"12345"', '12345 = 12345 at 0'],
      ['-1', '-1 = -1 at 0'],
      ['1e3', '1000 = 1000 at 0'],
      ['9223372036854775807', '9223372036854776000 = 9223372036854775807 at 0'],
      ['12345678901234567890', '12345678901234567000 inexact 12345678901234567890'],
      ['""', 'absent'],
      ['null', 'absent'],
    ])('%s is %s', (text, expected) => {
      expect(desk.decode(`{"i":${text}}`)).toBe('Ok');
      expect(desk.number(3)).toBe(expected);
    });

    test.each(['1.5', '"1.0"', '1e-3', '"x"'])('%s is no integer', (text) => {
      expect(desk.decode(`{"i":${text}}`)).toBe('Bad Decimal');
    });
  });

  describe('times', () => {
    const desk = new Desk(object({ t: { time: 1 } }), forceFallback);
    const nanoseconds = (): bigint => desk.decoder.exacts[1]!;
    test.each([
      ['1970-01-01T00:00:00Z', 0n],
      ['2026-08-09T21:05:48.123456Z', 1_786_309_548_123_456_000n],
      ['2026-08-09T21:05:48.228568804Z', 1_786_309_548_228_568_804n],
      ['2026-08-09 21:05:48+00:00', 1_786_309_548_000_000_000n],
      ['2026-08-09T21:05:48.5+0000', 1_786_309_548_500_000_000n],
      ['2024-02-29T23:59:59.999999999Z', 1_709_251_199_999_999_999n],
      ['2261-12-31T23:59:59Z', 9_214_646_399_000_000_000n],
    ])('%s is %i ns', (text, expected) => {
      expect(desk.decode(`{"t":"${text}"}`)).toBe('Ok');
      expect(nanoseconds()).toBe(expected);
      expect(desk.decoder.timeUs(0, 1)).toBe(Number(expected / 1_000n));
    });

    test.each(['', '0001-01-01T00:00:00.000000Z', '2262-01-01T00:00:00Z', '1969-12-31T23:59:59Z'])('%j is absent', (text) => {
      expect(desk.decode(`{"t":"${text}"}`)).toBe('Ok');
      expect(desk.decoder.has(0, 1)).toBe(false);
    });

    test.each(['2026-02-30T00:00:00Z', '2023-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-01-01T00:00:60Z', '2026-01-01T00:00:00', '2026-01-01T00:00:00+02:00', '2026-01-01T00:00:00.Z', '2026-01-01T00:00:00.1234567890Z', '2026-1-01T00:00:00Z', '2026-01-01t00:00:00Z', '2026-01-01T00:00:00Zx'])(
      '%s is no time',
      (text) => {
        expect(desk.decode(`{"t":"${text}"}`)).toBe('Bad Time');
      },
    );
  });

  test('flags are true, false or absent', () => {
    const desk = new Desk(object({ f: { flag: 0 } }), forceFallback);
    const read = (text: string): string => `${desk.decode(`{"f":${text}}`)} ${desk.decoder.has(0, 0) ? desk.decoder.flag(0, 0) : 'absent'}`;
    expect(read('true')).toBe('Ok true');
    expect(read('false')).toBe('Ok false');
    expect(read('null')).toBe('Ok absent');
    expect(desk.decode('{"f":"true"}')).toBe('Bad Form');
    expect(desk.decode('{"f":tru}')).toBe('Bad NotJson');
  });

  test('texts are read when asked for, with escapes and in any script', () => {
    const desk = new Desk(object({ t: { text: 0 } }), forceFallback);
    for (const text of ['', 'plain', 'with "quotes"', 'back\\slash', 'tab\tand\nline', 'ünï', '币安人生', '𝄞', 'a'.repeat(100)]) {
      const written = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\t', '\\t').replaceAll('\n', '\\u000a');
      expect(desk.decode(`{"t":"${written}"}`)).toBe('Ok');
      expect(desk.decoder.text(0, 0)).toBe(text);
    }
  });

  test('atoms are small integers; what is none is -1 with its text, until it is interned', () => {
    const desk = new Desk(object({ s: { atom: 2 } }), forceFallback);
    const { decoder } = desk;
    const btc = decoder.atoms.intern('BTCUSDT');
    const chinese = decoder.atoms.intern('币安人生USDT');
    const long = decoder.atoms.intern('exactly-thirty-two-bytes-long-ab');
    const middle = decoder.atoms.intern('seventeen-bytes-x');
    const atomOf = (text: string): number => {
      expect(desk.decode(`{"s":"${text}"}`)).toBe('Ok');
      return decoder.atom(0, 2);
    };
    expect([btc, chinese, long, middle]).toEqual([0, 1, 2, 3]);
    expect(['BTCUSDT', '币安人生USDT', 'exactly-thirty-two-bytes-long-ab', 'seventeen-bytes-x'].map(atomOf)).toEqual([0, 1, 2, 3]);
    expect(['BTCUSD', 'BTCUSDTX', 'seventeen-bytes-', 'exactly-thirty-two-bytes-long-abc'].map(atomOf)).toEqual([-1, -1, -1, -1]);
    expect(atomOf('\\u0042TCUSDT')).toBe(0);
    expect(atomOf('NEWUSDT')).toBe(-1);
    expect(decoder.text(0, 2)).toBe('NEWUSDT');
    expect(decoder.internAtom(0, 2)).toBe(4);
    expect(atomOf('NEWUSDT')).toBe(4);
    expect(decoder.atoms.textOf(4)).toBe('NEWUSDT');
    expect(desk.decode('{"s":""}')).toBe('Ok');
    expect(decoder.has(0, 2)).toBe(false);
  });

  test('one key may be a number, a string or a list, each with its own rule', () => {
    const desk = new Desk(object({ a: [{ integer: 2, from: 'number' }, { decimal: 7, from: 'string' }, { levels: Side.Ask }] }), forceFallback);
    expect(desk.decode('{"a":17}')).toBe('Ok');
    expect([desk.number(2), desk.number(7)]).toEqual(['17 = 17 at 0', 'absent']);
    expect(desk.decode('{"a":"1.7"}')).toBe('Ok');
    expect([desk.number(2), desk.number(7)]).toEqual(['absent', '1.7 = 17 at 1']);
    expect(desk.decode('{"a":[["1","2"]]}')).toBe('Ok');
    expect(shown(desk.decoder.asks)).toEqual(['1/0 x 2/0']);
    expect(desk.decode('{"a":{}}')).toBe('Bad Form');
    expect(desk.decode('{"a":true}')).toBe('Bad Form');
  });

  describe('levels', () => {
    const desk = new Desk(object({ b: { levels: Side.Bid }, a: { levels: Side.Ask } }), forceFallback);
    test('rows of price and quantity, whatever stands behind them, however they are spaced', () => {
      expect(desk.decode('{"b":[["61837.63","0.500"],[61837.6,2,"0",[1]],[ "1" , "2" , {"x":"]"} ]],"a":[]}')).toBe('Ok');
      expect(shown(desk.decoder.bids)).toEqual(['6183763/2 x 500/3', '618376/1 x 2/0', '1/0 x 2/0']);
      expect([...desk.decoder.bids.prices.subarray(0, 3)]).toEqual([61_837.63, 61_837.6, 1]);
      expect([...desk.decoder.bids.quantities.subarray(0, 3)]).toEqual([0.5, 2, 1 + 1]);
      expect([desk.decoder.asks.count, desk.decoder.bids.wasMet, desk.decoder.asks.wasMet]).toEqual([0, true, true]);
    });

    test('a side that the frame does not name was not met', () => {
      expect(desk.decode('{"a":[["1","1"]]}')).toBe('Ok');
      expect([desk.decoder.bids.wasMet, desk.decoder.asks.wasMet]).toEqual([false, true]);
    });

    test('a mantissa beyond 2^53 loses zeros first, and is inexact then', () => {
      expect(desk.decode('{"b":[["1234567890.00000000","12345678901234567890"],["9007199254740992","-0.10"]]}')).toBe('Ok');
      expect(shown(desk.decoder.bids)).toEqual(['1234567890000000/6 x NaN/253', '9007199254740992/0 x -10/2']);
      expect(desk.decoder.bids.quantities[0]).toBe(12_345_678_901_234_567_000);
    });

    test.each([
      ['[["1"]]', 'Form'],
      ['[[]]', 'Form'],
      ['[["1",null]]', 'Form'],
      ['[["1",[]]]', 'Form'],
      ['[{"p":1}]', 'Form'],
      ['["1","2"]', 'Form'],
      ['[["1","2"],3]', 'Form'],
      ['[["1",""]]', 'Decimal'],
      ['[["x","2"]]', 'Decimal'],
      ['[["1","2"],]', 'NotJson'],
      ['[["1","2"]["1","2"]]', 'NotJson'],
      ['[["1""2"]]', 'NotJson'],
      ['[["1","2",]]', 'NotJson'],
      ['[["1","2"', 'NotJson'],
    ])('%s is refused: %s', (text, reason) => {
      expect(desk.decode(`{"b":${text}}`)).toBe(`Bad ${reason}`);
    });

    test('rows with other columns, the side in one of them', () => {
      const rows = new Desk(
        object({ c: { levels: { side: { column: 0, bid: ['buy', 'B'], ask: ['sell'] }, price: 2, quantity: 1 } }, d: { levels: { side: Side.Ask, price: 1, quantity: 2 } } }),
        forceFallback,
      );
      expect(rows.decode('{"c":[["buy","1","100"],["sell",2,101,"x"],["B","3","99.5"]],"d":[["new",7,8]]}')).toBe('Ok');
      expect(shown(rows.decoder.bids)).toEqual(['100/0 x 1/0', '995/1 x 3/0']);
      expect(shown(rows.decoder.asks)).toEqual(['101/0 x 2/0', '7/0 x 8/0']);
      expect(rows.decode('{"c":[["hold","1","100"]]}')).toBe('Bad Side');
      expect(rows.decode('{"c":[["buys","1","100"]]}')).toBe('Bad Side');
      expect(rows.decode('{"c":[[1,"1","100"]]}')).toBe('Bad Form');
      expect(rows.decode('{"c":[["buy","1"]]}')).toBe('Bad Form');
      expect(rows.decode('{"c":[[]]}')).toBe('Bad Form');
    });

    test('objects, the side known or in the element, wherever it stands there', () => {
      const element: ObjectSchema = { name: 'element', keys: { s: { levelSide: { bid: ['bid'], ask: ['offer', 'ask'] } }, p: 'levelPrice', q: 'levelQuantity', t: 'skip' } };
      const objects = new Desk(object({ u: { levelObjects: { element } }, b: { levelObjects: { side: Side.Bid, element: { name: 'e2', keys: { p: 'levelPrice', q: 'levelQuantity' } } } } }), forceFallback);
      expect(objects.decode('{"u":[{"s":"bid","p":"1.5","q":2},{"q":"3","p":4,"s":"offer","more":[{}]},{"s":"ask","t":{},"p":123456789012345678,"q":1}],"b":[{"q":1,"p":2}]}')).toBe('Ok');
      expect(shown(objects.decoder.bids)).toEqual(['15/1 x 2/0', '2/0 x 1/0']);
      expect(shown(objects.decoder.asks)).toEqual(['4/0 x 3/0', 'NaN/253 x 1/0']);
      expect(objects.decoder.asks.prices[1]).toBe(123_456_789_012_345_680);
      expect(objects.decode('{"u":[{"p":"1","q":"2"}]}')).toBe('Bad Form');
      expect(objects.decode('{"u":[{"s":"bid","p":"1"}]}')).toBe('Bad Form');
      expect(objects.decode('{"u":[{"s":"bid","p":"1","q":null}]}')).toBe('Bad Form');
      expect(objects.decode('{"u":[{"s":"up","p":"1","q":"2"}]}')).toBe('Bad Side');
      expect(objects.decode('{"u":[{"s":"bid","p":"1","q":"2","p":"1"}]}')).toBe('Bad DuplicateKey');
      expect(objects.decode('{"u":[["bid",1,2]]}')).toBe('Bad Form');
    });
  });

  describe('objects', () => {
    const inner: ObjectSchema = { name: 'inner', keys: { x: { integer: 5 } } };
    const desk = new Desk(object({ one: { object: inner }, many: { each: inner }, a_key_of_twenty_chars: { integer: 1 } }), forceFallback);
    test('fill the record they stand in, or one of their own each', () => {
      expect(desk.decode('{"one":{"x":1},"many":[{"x":2},{},{"x":4}],"a_key_of_twenty_chars":9}')).toBe('Ok');
      expect(desk.decoder.recordCount).toBe(4);
      expect([0, 1, 2, 3].map((record) => desk.number(5, record))).toEqual(['1 = 1 at 0', '2 = 2 at 0', 'absent', '4 = 4 at 0']);
      expect(desk.number(1)).toBe('9 = 9 at 0');
    });

    test('may come in any order, with spaces and keys nobody knows', () => {
      for (let round = 0; round < 3; round += 1) {
        expect(desk.decode(' {\n"what" : [1,{"y":null}] , "a_key_of_twenty_chars" :\t1, "many":[ ] ,"zz":"\\u0000", "one":{ "x" : 7 , "y":{} } }\r\n')).toBe('Ok');
        expect([desk.number(5), desk.number(1)]).toEqual(['7 = 7 at 0', '1 = 1 at 0']);
        expect(desk.decode('{"one":{"x":1},"a_key_of_twenty_charz":9}')).toBe('Ok');
        expect(desk.number(1)).toBe('absent');
      }
    });

    test('a slot that is not present keeps what an older frame left there, and says so', () => {
      expect(desk.decode('{"a_key_of_twenty_chars":9}')).toBe('Ok');
      expect(desk.decode('{}')).toBe('Ok');
      expect([desk.decoder.has(0, 1), desk.decoder.number(0, 1)]).toEqual([false, 9]);
    });

    test.each([
      ['{"one":[]}', 'Bad Form'],
      ['{"many":{}}', 'Bad Form'],
      ['{"many":[1]}', 'Bad Form'],
      ['{"many":[{},[]]}', 'Bad Form'],
      ['{"one":{"x":1},"one":{"x":1}}', 'Bad DuplicateKey'],
      ['{"one":{"x":1,"x":1}}', 'Bad DuplicateKey'],
      ['{"one":{"x":1,"\\u0078":1}}', 'Bad DuplicateKey'],
      ['{"one":{"x":1}', 'Bad NotJson'],
      ['{"one":{"x":1}}}', 'Bad NotJson'],
      ['{"one":{"x":1},}', 'Bad NotJson'],
      ['{"one":{"x":1}"many":[]}', 'Bad NotJson'],
      ['{"one" {"x":1}}', 'Bad NotJson'],
      ["{'one':{}}", 'Bad NotJson'],
      ['{one:{}}', 'Bad NotJson'],
      ['', 'Bad NotJson'],
      ['   ', 'Bad NotJson'],
      ['null', 'Ok'],
      ['[]', 'Bad Form'],
      ['17', 'Bad Form'],
      ['"one"', 'Bad Form'],
      ['{}{}', 'Bad NotJson'],
      ['{"zz":"\\x"}', 'Bad NotJson'],
      ['{"zz":"\\u12g4"}', 'Bad NotJson'],
      ['{"zz":"a\tb"}', 'Bad NotJson'],
      ['{"zz":"a\u0000"}', 'Bad NotJson'],
      ['{"zz":01}', 'Bad NotJson'],
      ['{"zz":nul}', 'Bad NotJson'],
      ['{"zz":[1,]}', 'Bad NotJson'],
      ['{"zz":[1 2]}', 'Bad NotJson'],
      ['{"zz":{"a":1,}}', 'Bad NotJson'],
      ['{"zz":{"a"}}', 'Bad NotJson'],
      ['\ufeff{}', 'Bad NotJson'],
      ['{}\u0000', 'Bad NotJson'],
    ])('%j is %s', (text, expected) => {
      expect(desk.decode(text)).toBe(expected);
    });

    test('a key may be written with escapes: the fallback knows it', () => {
      expect(desk.decode('{"\\u006fne":{"x":3}}')).toBe('Ok');
      expect(desk.number(5)).toBe('3 = 3 at 0');
      expect(desk.kernelReason).toBe(isKernel ? 'Escape' : 'NoKernel');
    });

    test('keys that nobody asked for may come twice', () => {
      expect(desk.decode('{"zz":1,"zz":2}')).toBe('Ok');
    });

    test("others: 'refuse' and a 'refuse' rule", () => {
      const strict = new Desk(object({ a: 'skip', error: 'refuse' }, 'refuse'), forceFallback);
      expect(strict.decode('{"a":[1,{"b":2}]}')).toBe('Ok');
      expect(strict.decode('{"b":1}')).toBe('Bad UnknownKey');
      for (const text of ['1', '"x"', 'null', 'true', '{}', '[]']) expect(strict.decode(`{"error":${text}}`)).toBe('Bad Refused');
    });
  });

  describe('kinds', () => {
    const trade: ObjectSchema = { name: 'trade', keys: { t: { integer: 1 }, p: { decimal: 2 } } };
    const book: ObjectSchema = { name: 'book', keys: { e: { atom: 0 }, t: { integer: 3 }, b: { levels: Side.Bid } }, others: 'refuse' };
    const kinds = { slot: 0, to: { trade, book } };

    test('the discriminator chooses the schema, wherever it stands', () => {
      const desk = new Desk(object({ e: { switch: kinds }, t: { integer: 9 }, b: { levels: Side.Ask } }), forceFallback);
      expect(desk.decode('{"e":"trade","t":1,"p":"2.5"}')).toBe('Ok');
      expect([desk.number(1), desk.number(2), desk.number(9), desk.decoder.atoms.textOf(desk.decoder.atom(0, 0))]).toEqual(['1 = 1 at 0', '2.5 = 25 at 1', 'absent', 'trade']);
      expect(desk.decode('{"t":1,"b":[["1","1"]],"e":"book"}')).toBe('Ok');
      expect([desk.number(3), desk.number(9), desk.decoder.bids.count, desk.decoder.asks.count, desk.decoder.asks.wasMet]).toEqual(['1 = 1 at 0', 'absent', 1, 0, false]);
      expect(desk.kernelReason).toBe(isKernel ? 'None' : 'NoKernel');
      expect(desk.decode('{"t":1}')).toBe('Ok');
      expect([desk.number(9), desk.decoder.has(0, 0)]).toEqual(['1 = 1 at 0', false]);
      expect(desk.decode('{"e":"book","x":1}')).toBe('Bad UnknownKey');
      expect(desk.decode('{"e":"trade","e":"trade"}')).toBe('Bad DuplicateKey');
      expect(desk.decode('{"t":1,"e":"trade","e":"book"}')).toBe('Bad DuplicateKey');
      expect(desk.decode('{"e":7}')).toBe('Bad Form');
    });

    test('a kind that stands behind a key to which it gives another rule is for the fallback, by the reason that the kernel saw', () => {
      const desk = new Desk(object({ e: { switch: kinds }, p: { levels: Side.Bid }, b: { decimal: 9 } }), forceFallback);
      for (const [text, reason] of [['{"p":"2.5","e":"trade"}', 'Form'], ['{"b":[["1","1"]],"e":"book"}', 'Form'], ['{"e":"trade","p":"2.5"}', 'None']] as const) {
        expect(desk.decode(text)).toBe('Ok');
        expect(desk.kernelReason).toBe(isKernel ? reason : 'NoKernel');
      }
      expect(desk.number(2)).toBe('2.5 = 25 at 1');
    });

    test('a kind without a schema is unknown, by name, unless there is one for all others', () => {
      const desk = new Desk(object({ e: { switch: kinds } }), forceFallback);
      expect(desk.decode('{"e":"kline","k":{}}')).toBe('UnknownKind UnknownKind');
      expect(desk.decoder.unknownKind()).toBe('kline');
      expect(desk.decode('{"e":"kline","k":{}')).toBe('Bad NotJson');
      const open = new Desk(object({ e: { switch: { ...kinds, otherwise: { name: 'other', keys: { k: { integer: 5 } } } } } }), forceFallback);
      expect(open.decode('{"e":"kline","k":7}')).toBe('Ok');
      expect([open.number(5), open.decoder.text(0, 0)]).toEqual(['7 = 7 at 0', 'kline']);
    });

    test('an atom read before chooses the schema of an object or of a list', () => {
      const other: ObjectSchema = { name: 'other', keys: {} };
      const desk = new Desk(object({ arg: { object: { name: 'arg', keys: { channel: { atom: 0 } } } }, data: { eachBy: { slot: 0, to: { trade, book } } }, last: { objectBy: { slot: 0, to: { trade }, otherwise: other } } }), forceFallback);
      expect(desk.decode('{"arg":{"channel":"trade"},"data":[{"t":1},{"t":2}],"last":{"t":3}}')).toBe('Ok');
      expect([0, 1, 2].map((record) => desk.number(1, record))).toEqual(['3 = 3 at 0', '1 = 1 at 0', '2 = 2 at 0']);
      expect(desk.decode('{"data":[{"t":1}],"arg":{"channel":"trade"}}')).toBe('Ok');
      expect(desk.number(1, 1)).toBe('1 = 1 at 0');
      expect(desk.kernelReason).toBe(isKernel ? 'LateKind' : 'NoKernel');
      expect(desk.decode('{"arg":{"channel":"ticker"},"data":[]}')).toBe('UnknownKind UnknownKind');
      expect(desk.decoder.unknownKind()).toBe('ticker');
      expect(desk.decode('{"data":[{"t":1}]}')).toBe('Bad LateKind');
      expect(desk.decode('{"arg":{"channel":"ticker"},"last":{"t":1}}')).toBe('Ok');
    });
  });

  describe('tuples', () => {
    const step = { name: 'step', positions: [{ integer: 1 }, { decimal: 2 }, [{ atom: 3 }, { flag: 4 }]] } as const;
    test('one array by position, in the same record', () => {
      const desk = new Desk({ tuple: { name: 'root', positions: [{ integer: 0 }, { text: 5 }, { tuple: step }], others: 'refuse' } }, forceFallback);
      expect(desk.decode('[18788,"tu",[5690221201,-0.00991467,true,"more"]]')).toBe('Ok');
      expect([desk.number(0), desk.decoder.text(0, 5), desk.number(1), desk.number(2), desk.decoder.flag(0, 4)]).toEqual(['18788 = 18788 at 0', 'tu', '5690221201 = 5690221201 at 0', '-0.00991467 = -991467 at 8', true]);
      expect(desk.decode('[18788]')).toBe('Ok');
      expect(desk.decode('[]')).toBe('Ok');
      expect(desk.decode('[null,null,null]')).toBe('Ok');
      expect(desk.decoder.presence[0]).toBe(0);
      expect(desk.decode('[1,"hb",[],4]')).toBe('Bad UnknownKey');
      expect(desk.decode('["x"]')).toBe('Bad Decimal');
      expect(desk.decode('[1,2]')).toBe('Bad Form');
      expect(desk.decode('[1,"x",{}]')).toBe('Bad Form');
      expect(desk.decode('[1,]')).toBe('Bad NotJson');
      expect(desk.decode('[1 2]')).toBe('Bad NotJson');
      expect(desk.decode('[1')).toBe('Bad NotJson');
      expect(desk.decode('{}')).toBe('Bad Form');
    });

    test('a list of arrays, or one array or a list of them, a record each', () => {
      const desk = new Desk(object({ each: { eachTuple: step }, any: { tuples: step } }), forceFallback);
      const read = (text: string): string[] => {
        expect(desk.decode(text)).toBe('Ok');
        return Array.from({ length: desk.decoder.recordCount - 1 }, (_, i) => desk.number(1, i + 1));
      };
      expect(read('{"each":[[1],[2,"3"],[]]}')).toEqual(['1 = 1 at 0', '2 = 2 at 0', 'absent']);
      expect(read('{"any":[7,"3"]}')).toEqual(['7 = 7 at 0']);
      expect(read('{"any":[[7],[8]]}')).toEqual(['7 = 7 at 0', '8 = 8 at 0']);
      expect(read('{"any":[]}')).toEqual([]);
      expect(desk.decode('{"each":[1]}')).toBe('Bad Form');
      expect(desk.decode('{"any":[[1],2]}')).toBe('Bad Form');
    });

    test('a root may be an array or an object', () => {
      const desk = new Desk([{ tuple: step }, { object: { name: 'event', keys: { event: { text: 6 } } } }], forceFallback);
      expect(desk.decode('[1,2]')).toBe('Ok');
      expect(desk.decode('{"event":"info"}')).toBe('Ok');
      expect(desk.decoder.text(0, 6)).toBe('info');
      expect(new Desk({ each: { name: 'row', keys: { a: { integer: 0 } } } }, forceFallback).decode('[{"a":1},{"a":2}]')).toBe('Ok');
    });
  });

  test('a byte beyond ASCII is fine in a string, and wrong UTF-8 is refused wherever it stands', () => {
    const desk = new Desk(object({ t: { text: 0 } }), forceFallback);
    expect(desk.decode('{"skipped":"ü","t":"é"}')).toBe('Ok');
    for (const bytes of [[0xff], [0xc3], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc0, 0xaf]]) {
      for (const key of ['t', 'skipped']) {
        expect(desk.decode(Buffer.concat([Buffer.from(`{"${key}":"`), Buffer.from(bytes), Buffer.from('"}')]))).toBe('Bad NotUtf8');
      }
    }
    expect(desk.decode('{"t":"plain again"}')).toBe('Ok');
  });

  test('what became of the frames is counted by root and reason', () => {
    const desk = new Desk(object({ x: { integer: 0 } }), forceFallback);
    for (const text of ['{"x":1}', '{"x":2}', '{"\\u0078":3}', '{"x":1.5}', '{']) desk.decode(text);
    expect(summarize([desk.root.counters])).toEqual(
      isKernel
        ? { kernel: 2, fallback: 1, refused: 2, fallbackReasons: { Escape: 1 }, refusedReasons: { NotJson: 1, Decimal: 1 } }
        : { kernel: 0, fallback: 3, refused: 2, fallbackReasons: { NoKernel: 3 }, refusedReasons: { NotJson: 1, Decimal: 1 } },
    );
  });

  test('the counts of several roots add up, and a root that had no frame adds nothing', () => {
    const decoder = new Decoder({ forceFallback });
    const roots = ['first', 'second', 'idle'].map((name) => decoder.root(name, object({ x: { integer: 0 } })));
    const frames: readonly (readonly [number, string])[] = [[0, '{"x":1}'], [1, '{"x":2}'], [0, '{"\\u0078":3}'], [1, '{"\\u0078":4}'], [0, '{"x":[]}'], [1, '{"x":[]}'], [1, '{"x":"y"}'], [1, '[']];
    for (const [root, text] of frames) decoder.decode(Buffer.from(text), roots[root]!);
    const refused = { refused: 4, refusedReasons: { NotJson: 1, Form: 2, Decimal: 1 } };
    expect(summarize(roots.map(({ counters }) => counters))).toEqual(
      isKernel ? { kernel: 2, fallback: 2, fallbackReasons: { Escape: 2 }, ...refused } : { kernel: 0, fallback: 4, fallbackReasons: { NoKernel: 4 }, ...refused },
    );
    expect(summarize([roots[2]!.counters])).toEqual({ kernel: 0, fallback: 0, refused: 0, fallbackReasons: {}, refusedReasons: {} });
  });

  test('warming up leaves no trace in the counters, and tells when a sample is not taken', () => {
    const desk = new Desk(object({ x: { integer: 0 } }), forceFallback);
    expect(desk.decoder.warmUp([{ frame: Buffer.from('{"x":1}'), root: desk.root }], 20)).toBe(true);
    expect(desk.decoder.warmUp([{ frame: Buffer.from('{"x":}'), root: desk.root }], 2)).toBe(false);
    expect(summarize([desk.root.counters])).toEqual({ kernel: 0, fallback: 0, refused: 0, fallbackReasons: {}, refusedReasons: {} });
  });

  test('the later of two keys with one slot is read, also when the earlier one is long', () => {
    const desk = new Desk(object({ outer: { decimal: 0 }, data: { object: { name: 'data', keys: { inner: { decimal: 0 } } } } }), forceFallback);
    expect(desk.decode('{"outer":12345678901234567890,"data":{"inner":1.5}}')).toBe('Ok');
    expect(desk.number(0)).toBe('1.5 = 15 at 1');
    expect(desk.decode('{"outer":12345678901234567890,"data":{"inner":0.12345678901234567891}}')).toBe('Ok');
    expect(desk.number(0)).toBe('0.12345678901234568 inexact 0.12345678901234567891');
  });

  test('an absent value leaves a slot alone that another key has filled', () => {
    const keys: ObjectSchema['keys'] = { d: { decimal: 0 }, i: { integer: 1 }, a: { atom: 2 }, t: { time: 3 }, x: { text: 4 } };
    const desk = new Desk(object({ one: { object: { name: 'one', keys } }, other: { object: { name: 'other', keys } } }), forceFallback);
    const { decoder } = desk;
    for (const nothing of ['{"d":"","i":"","a":"","t":""}', '{"d":null,"i":null,"a":null,"t":"0001-01-01T00:00:00Z","x":null}']) {
      expect(desk.decode(`{"one":{"d":1.5,"i":7,"a":"atom","t":"1970-01-01T00:00:01Z","x":"text"},"other":${nothing}}`)).toBe('Ok');
      expect([desk.number(0), desk.number(1), decoder.atom(0, 2), decoder.text(0, 2), decoder.timeUs(0, 3), decoder.text(0, 4)]).toEqual(['1.5 = 15 at 1', '7 = 7 at 0', -1, 'atom', 1_000_000, 'text']);
    }
  });
});

test('the kernel alone answers Fallback for what it does not take', () => {
  const decoder = new Decoder();
  const root = decoder.root('test', object({ x: { integer: 0 } }));
  expect(decoder.decodeKernel(Buffer.from('{"x":1}'), root)).toBe(Status.Ok);
  expect(decoder.decodeKernel(Buffer.from('{"\\u0078":1}'), root)).toBe(Status.Fallback);
  expect(summarize([root.counters]).kernel).toBe(0);
});

test('schemas may be declared after frames were decoded', () => {
  const decoder = new Decoder();
  const first = decoder.root('first', object({ x: { integer: 0 } }));
  expect(decoder.decode(Buffer.from('{"x":1}'), first)).toBe(Status.Ok);
  const second = decoder.root('second', object({ y: { integer: 0 } }));
  expect(decoder.decode(Buffer.from('{"y":2}'), second)).toBe(Status.Ok);
  expect(decoder.number(0, 0)).toBe(2);
  expect(decoder.decode(Buffer.from('{"x":3}'), first)).toBe(Status.Ok);
  expect(decoder.number(0, 0)).toBe(3);
});
