import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { BookEvent, TickerEvent, TradeEvent } from '../../../../schemas/events/event.ts';
import { TakerSide } from '../../../../schemas/events/payloads.ts';
import { DecodeBench } from '../../../support/decode-bench.ts';
import { levelTexts } from '../../../support/events.ts';

const trade = (changes: string, drop = ''): string =>
  frame({ e: '"trade"', E: '1', s: '"BNBBTC"', t: '12345', p: '"0.001"', q: '"100"', T: '1672515782136', m: 'true', M: 'true' }, changes, drop);
const aggTrade = (changes: string): string => frame({ e: '"aggTrade"', s: '"BNBBTC"', a: '7', p: '"1"', q: '"1"', f: '10', l: '12', T: '5', m: 'true' }, changes, '');
const depth = (changes: string, drop = ''): string =>
  frame({ e: '"depthUpdate"', E: '5', s: '"BNBBTC"', U: '157', u: '160', pu: '149', b: '[["1","2"]]', a: '[["3","4"]]' }, changes, drop);
const ticker = (changes: string, drop = ''): string => frame({ u: '9', s: '"BNBBTC"', b: '"1"', B: '"2"', a: '"3"', A: '"4"' }, changes, drop);
const kline = (changes: string, drop = ''): string => {
  const candle = { t: '1', T: '2', i: '"1m"', o: '"1"', h: '"2"', l: '"1"', c: '"2"', v: '"3"', q: '"4"', n: '5', x: 'false' };
  return `{"e":"kline","E":5,"s":"BNBBTC","k":${frame(candle, changes, drop)}}`;
};

/** An object as JSON text, with fields replaced (`t:null q:"x"`) and one left out. */
function frame(fields: Readonly<Record<string, string>>, changes: string, drop: string): string {
  const all = new Map(Object.entries(fields));
  for (const change of changes === '' ? [] : changes.split(' ')) all.set(change.slice(0, change.indexOf(':')), change.slice(change.indexOf(':') + 1));
  all.delete(drop);
  return `{${[...all].map(([key, value]) => `"${key}":${value}`).join(',')}}`;
}

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const noPrimitive = '{"toString":1,"valueOf":1}';

describe('a frame that is not what it says', () => {
  it.each([
    ['trade without t', trade('', 't'), 'Bad: t is missing'],
    ['trade without p', trade('', 'p'), 'Bad: p is missing'],
    ['trade without q', trade('', 'q'), 'Bad: q is missing'],
    ['trade without T', trade('', 'T'), 'Bad: T is missing'],
    ['trade without m', trade('', 'm'), 'Bad: m is missing'],
    ['trade without s', trade('', 's'), 'Bad: s is missing'],
    ['symbol null', trade('s:null'), 'Bad: s is null'],
    ['symbol number', trade('s:5'), 'Bad: s: expected text, found 5'],
    ['id null', trade('t:null'), 'Bad: t is null'],
    ['id as text that is no number', trade('t:"12345a"'), 'Bad: t: expected a whole number, found "12345a"'],
    ['id beyond 2^53', trade('t:9007199254740993'), 'Bad: t 9007199254740993 is out of range'],
    ['id with 30 digits', trade('t:123456789012345678901234567890'), 'Bad: t 123456789012345678901234567890 is out of range'],
    ['id negative', trade('t:-1'), 'Bad: t -1 is out of range'],
    ['id with a fraction', trade('t:1.5'), 'Bad: t: expected a whole number, found 1.5'],
    ['id an object', trade('t:{}'), 'Bad: t: expected text or a number, found an object'],
    ['id an object that has no text', trade(`t:${noPrimitive}`), 'Bad: t: expected text or a number, found an object'],
    ['id a list with such an object', trade(`t:[${noPrimitive}]`), 'Bad: t: expected text or a number, found a list'],
    ['time 1e400', trade('T:1e400'), 'Bad: T 1e400 is out of range'],
    ['side as text', trade('m:"true"'), 'Bad: m: expected true or false, found "true"'],
    ['price empty', trade('p:""'), 'Bad: p is empty'],
    ['price null', trade('p:null'), 'Bad: p is null'],
    ['price a word', trade('p:"NaN"'), 'Bad: p: expected a decimal, found "NaN"'],
    ['price 1e400', trade('p:"1e400"'), 'Bad: p 1e400 is no exact integer within 2^53 at 0 decimals'],
    ['price of 400 digits', trade(`p:"${'9'.repeat(400)}"`), `Bad: p ${'9'.repeat(40)} is no exact integer within 2^53 at 0 decimals`],
    ['price with more than 15 decimals', trade('p:"0.0000000000000001"'), 'Bad: p 0.0000000000000001 is no exact integer within 2^53 at 0 decimals'],
    ['quantity as true', trade('q:true'), 'Bad: q: expected text or a number, found true'],
    ['quantity negative', trade('q:"-1"'), 'Bad: q -1 is negative'],
    ['price negative', trade('p:"-0.5"'), 'Bad: p -0.5 is negative'],
    ['depth with a negative price', depth('a:[["-3","4"]]'), 'Bad: a[0] -3 x 4 is negative'],
    ['depth that ends before it begins', depth('U:161'), 'Bad: U 161 is above u 160'],
    ['aggTrade whose last fill is before its first', aggTrade('f:12 l:10'), 'Bad: l 10 is out of range'],
    ['ticker without u', ticker('', 'u'), 'Bad: u is missing'],
    ['ticker without a', ticker('', 'a'), 'Bad: a is missing'],
    ['ticker without A', ticker('', 'A'), 'Bad: A is missing'],
    ['ticker with a price as a list', ticker('a:[3]'), 'Bad: a: expected text or a number, found a list'],
    ['ticker with an empty bid', ticker('b:""'), 'Bad: b is empty'],
    ['ticker with an empty quantity', ticker('B:""'), 'Bad: B is empty'],
    ['depth without U', depth('', 'U'), 'Bad: U is missing'],
    ['depth without u', depth('', 'u'), 'Bad: u is missing'],
    ['depth without E', depth('', 'E'), 'Bad: E is missing'],
    ['depth without b', depth('', 'b'), 'Bad: b is missing'],
    ['depth with sides as an object', depth('a:{}'), 'Bad: a: expected a list, found an object'],
    ['depth with a level as text', depth('b:["1"]'), 'Bad: b[0]: expected a level as [price, quantity], found "1"'],
    ['depth with a level of one', depth('b:[["1"]]'), 'Bad: b[0]: expected a level as [price, quantity], found a list'],
    ['depth with a level of flags', depth('b:[["1",true]]'), 'Bad: b[0][1]: expected text or a number, found true'],
    ['depth with a level of null', depth('a:[["1",null]]'), 'Bad: a[0][1]: expected text or a number, found null'],
    ['depth with an empty price', depth('a:[["","1"]]'), 'Bad: a[0][0]: expected a decimal, found ""'],
    ['depth with a negative quantity', depth('a:[["1","-2"]]'), 'Bad: a[0] 1 x -2 is negative'],
    ['depth of futures with a pu beyond 2^53', depth('pu:9007199254740993'), 'Bad: pu 9007199254740993 is out of range'],
    ['depth of futures without pu', depth('', 'pu'), 'Bad: pu is missing'],
    ['kline without k', '{"e":"kline","E":5,"s":"BNBBTC"}', 'Bad: k.t is missing'],
    ['kline with k as a list', '{"e":"kline","E":5,"s":"BNBBTC","k":[]}', 'Bad: k: expected an object, found a list'],
    ['kline without E', '{"e":"kline","s":"BNBBTC","k":{}}', 'Bad: E is missing'],
    ...['t', 'T', 'i', 'n', 'x', 'v', 'q', 'o', 'h', 'l', 'c'].map((key): [string, string, string] => [`kline without k.${key}`, kline('', key), `Bad: k.${key} is missing`]),
    ['kline with a bad open', kline('o:""'), 'Bad: k.o is empty'],
    ['kline with a turnover that is no decimal', kline('v:"1,000"'), 'Bad: k.v: expected a decimal, found "1,000"'],
    ['kline with n as text', kline('n:"5.5"'), 'Bad: k.n: expected a whole number, found "5.5"'],
    ['array as root', '[1,2]', 'Bad: the frame: expected an object, found a list'],
    ['null as root', 'null', 'Bad: the frame: expected an object, found null'],
    ['number as root', '42', 'Bad: the frame: expected an object, found 42'],
    ['text as root', '"trade"', 'Bad: the frame: expected an object, found "trade"'],
    ['kind as number', '{"e":5}', 'Bad: e: expected text, found 5'],
    ['kind null', '{"e":null}', 'Unknown: e'],
    ['kind very long', `{"e":"${'x'.repeat(5_000)}"}`, `Unknown: ${'x'.repeat(40)}`],
    ['empty object', '{}', 'Unknown: '],
    ['envelope without data', '{"stream":"a@trade"}', 'Unknown: stream @trade'],
    ['envelope with a list', '{"stream":"!miniTicker@arr","data":[{"e":"trade"}]}', 'Unknown: stream @arr'],
    ['code without a text', '{"code":1}', 'Unknown: code'],
    ['kind hidden in __proto__', '{"__proto__":{"e":"trade","s":"BNBBTC"}}', 'Unknown: __proto__'],
    ['nested 100,000 deep in a field', trade(`t:${deep}`), 'Bad: nested too deeply: more than 64 open brackets'],
    ['nested 100,000 deep as root', deep, 'Bad: nested too deeply: more than 64 open brackets'],
  ])('%s', (_, text, expected) => {
    const bench = new DecodeBench('usdm');
    const outcome = bench.decode(text);
    expect(outcome).toBe(expected);
    expect([bench.events.length, bench.lent]).toEqual([0, 0]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a frame', Buffer.from('{"e":"trade","s":"BNB')],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"e":"tr'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])],
    ['NaN as a number', Buffer.from('{"e":NaN}')],
  ])('%s', (_, data) => {
    const bench = new DecodeBench('spot');
    expect(bench.decode(data)).toMatch(/^Bad: not (JSON|UTF-8)/);
    expect(bench.lent).toBe(0);
  });

  it.each([
    ['without lastUpdateId', '{"bids":[],"asks":[]}', 'Bad: lastUpdateId is missing'],
    ['without asks', '{"lastUpdateId":5,"bids":[]}', 'Bad: asks is missing'],
    ['with an error instead', '{"code":-1121,"msg":"Invalid symbol."}', 'Bad: lastUpdateId is missing'],
    ['as a list', '[]', 'Bad: the frame: expected an object, found a list'],
    ['as a page of HTML', '<html>', /^Bad: not JSON/],
  ] as const)('snapshot %s', (_, text, expected) => {
    const bench = new DecodeBench('spot');
    const outcome = bench.decodeSnapshot('BNBBTC', text);
    if (typeof expected === 'string') expect(outcome).toBe(expected);
    else expect(outcome).toMatch(expected);
    expect(bench.lent).toBe(0);
  });

  it('never throws and never keeps an event, whatever stands in the fields of a frame', () => {
    const bench = new DecodeBench('usdm');
    const keys = fc.constantFrom('e', 's', 'E', 'T', 't', 'a', 'p', 'q', 'm', 'U', 'u', 'pu', 'b', 'B', 'A', 'k', 'X', 'id', 'result', 'error', 'stream', 'data', '__proto__');
    const values = fc.oneof(
      fc.constantFrom('"trade"', '"aggTrade"', '"bookTicker"', '"depthUpdate"', '"kline"', '"serverShutdown"', '"BNBBTC"', '"1.5"', 'true', 'null', '5', '"__proto__"'),
      fc.constantFrom('[["1","2"]]', '[[]]', '{}', noPrimitive, `[${noPrimitive}]`, `{"code":${noPrimitive},"msg":${noPrimitive}}`, '1e400', '"\\ud800"'),
      fc.json(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, values), { maxLength: 12 }), (fields) => {
        bench.decode(`{${fields.map(([key, value]) => `"${key}":${value}`).join(',')}}`);
        expect(bench.lent).toBe(0);
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuses a frame with two keys of one name, because nobody can say which one is meant', () => {
    const bench = new DecodeBench('spot');
    expect(bench.decode('{"e":"trade","s":"BNBBTC","t":1,"t":2,"p":"1","q":"1","T":5,"m":true}')).toBe('Bad: t stands twice');
  });

  it('never mixes the keys of an envelope with those of its message', () => {
    const bench = new DecodeBench('spot');
    const message = '{"u":1,"s":"BNBBTC","b":"1","B":"1","a":"2","A":"3"}';
    expect(bench.decode(`{"stream":"x@bookTicker","data":${message},"b":"9","s":"ETHBTC"}`)).toBe('Events');
    expect([bench.events[0]!.stream.instrument.venueSymbol, (bench.events[0] as TickerEvent).payload.bidPrice]).toEqual(['BNBBTC', 1]);
    expect(bench.decode('{"stream":"x@bookTicker","data":{"u":1,"s":"BNBBTC","b":"1","B":"1"},"a":"2","A":"3"}')).toBe('Bad: a is missing');
    expect(bench.decode(`{"data":${message}}`)).toBe('Unknown: data');
    expect(bench.decode(` { "data" : ${message} , "stream" : "x@bookTicker" } `)).toBe('Events');
  });

  it.each([
    ['{"result":null,"id":1}', 'reply 2 1'],
    ['{"id":1,"result":["btcusdt@trade"]}', 'reply 2 1'],
    ['{"id":1,"error":{"code":-1121}}', 'reply 2 1 -1121 undefined'],
    ['{"id":1,"code":-1121}', 'reply 2 1 -1121 undefined'],
    ['{"id":7,"error":{}}', 'reply 2 7 undefined undefined'],
    ['{"id":7,"code":2,"msg":null}', 'reply 2 7 2 null'],
    ['{"id":7,"error":{"code":"X1","msg":"no"}}', 'reply 2 7 X1 no'],
    ['{"id":"abc","result":null}', 'reply 2 -1'],
  ])('only a result accepts a request: %s', (text, heard) => {
    const bench = new DecodeBench('spot');
    expect([bench.decode(text), bench.replies]).toEqual(['Control', [heard]]);
  });

  it.each(['{"id":7}', '{"id":7,"foo":1}'])('takes %s for no reply', (text) => {
    expect(new DecodeBench('spot').decode(text)).toBe('Unknown: id' + (text.includes('foo') ? ',foo' : ''));
  });

  it('is not led by a frame that it refuses for a negative level to another scale', () => {
    const bench = new DecodeBench('spot');
    const good = depth('b:[["0.00001234","100000000"]]');
    expect(bench.decode(good)).toBe('Events');
    expect(bench.decode(depth('b:[["0.00001234","-0.12345678"]]'))).toBe('Bad: b[0] 0.00001234 x -0.12345678 is negative');
    expect(bench.decode(depth('b:[["0.00001234","0.12345678"]] a:[["-1","2"]]'))).toBe('Bad: a[0] -1 x 2 is negative');
    expect(bench.decode(trade('p:"0.00001234" q:"0.12345678" m:5'))).toMatch(/^Bad: m/);
    expect(bench.decode(good)).toBe('Events');
  });

  it('does not look at what it does not read', () => {
    const bench = new DecodeBench('spot');
    expect([bench.decode(trade('E:"now"')), bench.decode('{"e":"serverShutdown","E":"now"}'), bench.decode('{"e":"news","E":1.5}'), bench.decode(depth('T:"x"'))]).toEqual(['Events', 'Control', 'Unknown: news', 'Events']);
    expect(bench.decodeSnapshot('BNBBTC', '{"lastUpdateId":5,"E":"x","bids":[],"asks":[]}')).toBe('Events');
  });

  it('says that the schema drifts where a key has vanished, and not where it is null or empty', () => {
    const bench = new DecodeBench('usdm');
    const driftOf = (text: string): string => (bench.decode(text), bench.decoder.drift);
    expect([driftOf(depth('', 'pu')), driftOf(depth('pu:null')), driftOf(trade('p:""')), driftOf(trade('', 'p')), driftOf('{"s":"BNBBTC","x":1}')]).toEqual(['bookUpdate.pu', '', '', 'trade.p', '']);
  });

  it('takes numbers as text and as numbers, because both are read from their digits', () => {
    const bench = new DecodeBench('spot');
    expect(bench.decode(trade('t:"12345" p:0.00100 q:1e2 T:"1672515782136"'))).toBe('Events');
    expect(bench.decode(depth('b:[[1.10,2]]'))).toBe('Events');
    const [paid, book] = bench.events as [TradeEvent, BookEvent];
    expect([paid.sequenceLast, paid.venueTimeUs, paid.payload.price, paid.priceScale, paid.payload.quantity]).toEqual([12_345, 1_672_515_782_136_000, 1, 3, 100]);
    expect(levelTexts(book, 'bids')).toEqual(['1.1:2']);
  });

  it('takes __proto__ for a symbol like any other', () => {
    const bench = new DecodeBench('spot');
    expect(bench.decode(trade('s:"__proto__"'))).toBe('Events');
    expect(bench.decode(trade('s:"constructor" t:2'))).toBe('Events');
    expect(bench.events.map(({ stream }) => [stream.id, stream.instrument.venueSymbol, stream.instrument.symbol])).toEqual([
      [0, '__proto__', '__proto__'],
      [4, 'constructor', 'constructor'],
    ]);
    const strict = new DecodeBench('spot');
    strict.guesses = false;
    expect(strict.decode(trade('s:"__proto__"'))).toBe('Unknown: symbol __proto__');
  });
});

describe('which frames become events', () => {
  it('makes a trade stream of the first kind it sees; ids of trade and aggTrade do not mix', () => {
    const bench = new DecodeBench('spot');
    expect([bench.decode(aggTrade('')), bench.decode(trade('')), bench.decode(aggTrade('a:8')), bench.decode(trade('s:"ETHBTC"'))]).toEqual(['Events', 'Ignored', 'Events', 'Events']);
    expect(bench.events.map(({ sequenceLast }) => sequenceLast)).toEqual([7, 8, 12345]);
  });

  it('does not choose the kind by a frame that cannot be read', () => {
    const bench = new DecodeBench('spot');
    expect(bench.decode(aggTrade('p:null'))).toMatch(/^Bad/);
    expect(bench.decode(trade(''))).toBe('Events');
  });

  it('ignores transfers of the insurance fund, and they leave no hole in the order of the trades', () => {
    const bench = new DecodeBench('usdm');
    const outcomes = ['t:1 X:"MARKET"', 't:2 X:"INSURANCE_FUND" p:"0" q:"0"', 't:3 X:"ADL"', 't:4 X:"MARKET"', 't:6 X:"MARKET"', 't:7 X:"ADL"', 't:9 X:"MARKET"'].map((changes) => bench.decode(trade(changes)));
    expect(new DecodeBench('usdm').decode(aggTrade('X:"INSURANCE_FUND"'))).toBe('Ignored');
    expect(outcomes).toEqual(['Events', 'Ignored', 'Ignored', 'Events', 'Events', 'Ignored', 'Events']);
    expect(bench.events.map(({ sequencePrevious, sequenceLast }) => [sequencePrevious, sequenceLast])).toEqual([[0, 1], [1, 4], [5, 6], [8, 9]]);
  });

  it('takes a refusal that names no request for the answer to the one under way', () => {
    const bench = new DecodeBench('spot');
    expect(bench.decode('{"code":2,"msg":"Invalid request: too many parameters"}')).toBe('Control');
    expect(bench.replies).toEqual(['reply 2 0 2 Invalid request: too many parameters']);
  });

  it('ignores what nobody asked for', () => {
    const bench = new DecodeBench('spot', ['BNB-BTC'], ['trade']);
    bench.symbol('ETHBTC');
    expect([bench.decode(ticker('')), bench.decode(depth('')), bench.decode(kline('')), bench.decode(trade('s:"ETHBTC"')), bench.decode(trade(''))]).toEqual(['Ignored', 'Ignored', 'Ignored', 'Ignored', 'Events']);
  });

  it('says Dry, names the shelf and takes the same frame later', () => {
    const bench = new DecodeBench('spot', ['*'], ['trade', 'book'], 1);
    const held = bench.tryAcquire('book')!;
    expect([bench.decode(depth('')), bench.decoder.dryChannel, bench.decode(trade(''))]).toEqual(['Dry', 'book', 'Events']);
    expect(bench.decodeSnapshot('BNBBTC', '{"lastUpdateId":5,"bids":[],"asks":[]}')).toBe('Dry');
    held.type = 4;
    bench.release(held);
    expect(bench.decode(depth(''))).toBe('Events');
  });

  it('knows the taker by the maker', () => {
    const bench = new DecodeBench('spot');
    bench.decode(trade('m:true'));
    bench.decode(trade('t:2 m:false'));
    expect(bench.events.map((event) => (event as TradeEvent).payload.side)).toEqual([TakerSide.Sell, TakerSide.Buy]);
  });

  it('counts one fill where an aggTrade names none', () => {
    const bench = new DecodeBench('spot');
    bench.decode(aggTrade('f:-1 l:-1'));
    bench.decode(aggTrade('a:8 f:5 l:5'));
    expect(bench.events.map((event) => (event as TradeEvent).payload.fillCount)).toEqual([1, 1]);
  });
});

describe('scales that widen', () => {
  it('fills the event again from its first level, at the scale of its finest', () => {
    const bench = new DecodeBench('spot');
    bench.decode(depth('b:[["100","1"],["100.5","0.25"],["99.125","0"]] a:[["101","0.0001"]]'));
    const event = bench.events[0] as BookEvent;
    expect([event.priceScale, event.quantityScale]).toEqual([3, 4]);
    expect([levelTexts(event, 'bids'), levelTexts(event, 'asks')]).toEqual([['100:1', '100.5:0.25', '99.125:0'], ['101:0.0001']]);
    bench.decode(depth('U:161 u:161 b:[["7","1"]]'));
    expect(levelTexts(bench.events[1] as BookEvent, 'bids')).toEqual(['7:1']);
    expect(bench.events[1]!.priceScale).toBe(3);
  });

  it('refuses a number that passes 2^53 at the wider scale, and says so', () => {
    const bench = new DecodeBench('spot');
    bench.decode(trade('p:"0.00000001"'));
    expect(bench.decode(trade('t:2 p:"90071993"'))).toBe('Bad: p 90071993 is no exact integer within 2^53 at 8 decimals');
    expect(bench.decode(trade('t:3 p:"90071992"'))).toBe('Events');
  });

  it('is not led by a frame that is finer than any tick of the venue to a scale at which no ordinary price fits', () => {
    const bench = new DecodeBench('spot');
    expect(bench.decode(trade('p:"0.000000000000001"'))).toBe('Bad: p 0.000000000000001 has more than 8 decimals');
    expect(bench.decode(trade('t:2 p:"61837.63" q:"100000000"'))).toBe('Events');
    expect(bench.events[0]!.priceScale).toBe(2);
  });

  it('gives the very texts back that a frame held', () => {
    const quantity = fc.tuple(fc.nat(99_999), fc.nat(6)).map(([value, scale]) => (value / 10 ** scale).toFixed(scale));
    fc.assert(
      fc.property(fc.array(fc.tuple(quantity, quantity), { minLength: 1, maxLength: 8 }), (levels) => {
        const bench = new DecodeBench('spot');
        const text = levels.map(([price, amount]) => `["${price}","${amount}"]`).join(',');
        expect(bench.decode(depth(`b:[${text}]`))).toBe('Events');
        const canonical = (value: string): string => (value.includes('.') ? value.replace(/\.?0+$/, '') : value);
        expect(levelTexts(bench.events[0] as BookEvent, 'bids')).toEqual(levels.map(([price, amount]) => `${canonical(price)}:${canonical(amount)}`));
      }),
    );
  });
});
