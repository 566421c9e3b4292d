import { describe, expect, it } from 'vitest';
import { answerControl, type ControlTarget } from '../../../../internal/sim/binance/control.ts';

/** A connection that allows three streams. */
class Target implements ControlTarget {
  readonly streamNames = new Set<string>(['btcusdt@trade']);
  isCombined = false;

  subscribe(names: readonly string[]): boolean {
    if (new Set([...this.streamNames, ...names]).size > 3) return false;
    for (const name of names) this.streamNames.add(name);
    return true;
  }

  unsubscribe(names: readonly string[]): void {
    for (const name of names) this.streamNames.delete(name);
  }
}

const variants = '`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`';

describe('control messages', () => {
  it.each([
    ['{"method":"SUBSCRIBE","params":["btcusdt@aggTrade","btcusdt@depth"],"id":1}', '{"result":null,"id":1}'],
    ['{"method":"SUBSCRIBE","params":["nosuch@trade"],"id":"a1-B2"}', '{"result":null,"id":"a1-B2"}'],
    ['{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":null}', '{"result":null,"id":null}'],
    ['{"method":"SUBSCRIBE","params":["btcusdt@depth"]}', '{"result":null,"id":null}'],
    ['{"method":"UNSUBSCRIBE","params":["btcusdt@trade","never@trade"],"id":312}', '{"result":null,"id":312}'],
    ['{"method":"LIST_SUBSCRIPTIONS","id":3}', '{"result":["btcusdt@trade"],"id":3}'],
    ['{"method":"SET_PROPERTY","params":["combined",true],"id":5}', '{"result":null,"id":5}'],
    ['{"method":"GET_PROPERTY","params":["combined"],"id":2}', '{"result":false,"id":2}'],
    ['{"method":"GET_PROPERTY","params":["colour"],"id":1}', '{"code":0,"msg":"Unknown property","id":1}'],
    ['{"method":"SET_PROPERTY","params":["combined","yes"],"id":1}', '{"code":1,"msg":"Invalid value type: expected Boolean"}'],
    ['{"method":"SET_PROPERTY","params":[true,true],"id":1}', '{"code":2,"msg":"Invalid request: property name must be a string"}'],
    ['{"method":"GET_PROPERTY","params":["combined",1],"id":1}', '{"code":2,"msg":"Invalid request: too many parameters"}'],
    ['{"method":"SUBSCRIBE","params":["a","b","c"],"id":1}', '{"code":2,"msg":"Invalid request: too many parameters"}'],
    ['{"method":"LIST_SUBSCRIPTIONS","params":["x"],"id":1}', '{"code":2,"msg":"Invalid request: too many parameters"}'],
    ['{"method":"SUBSCRIBE","params":["a"],"id":1.5}', '{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}'],
    ['{"method":"SUBSCRIBE","params":["a"],"id":{}}', '{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}'],
    ['{"method":"SUBSCRIBE","params":[1],"id":1}', '{"code":2,"msg":"Invalid request: invalid type, expected a string"}'],
    ['{"method":"SUBSCRIBE","params":"a","id":1}', '{"code":2,"msg":"Invalid request: invalid type, expected a sequence at line 1 column 42"}'],
    ['{"method":"BUY","id":1}', `{"code":2,"msg":"Invalid request: unknown variant \`BUY\`, expected one of ${variants} at line 1 column 15"}`],
    ['{"params":["a"],"id":1}', '{"code":2,"msg":"Invalid request: missing field `method` at line 1 column 23"}'],
    ['["SUBSCRIBE"]', '{"code":2,"msg":"Invalid request: invalid type, expected a request at line 1 column 13"}'],
    ['{"method":', '{"code":3,"msg":"Invalid JSON: expected value at line 1 column 11"}'],
    ['ping', '{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}'],
  ])('%s is answered with %s', (text, answer) => {
    expect(answerControl(text, new Target(), false)).toBe(answer);
  });

  it('does what it says it did', () => {
    const target = new Target();
    answerControl('{"method":"SUBSCRIBE","params":["a","b"],"id":1}', target, false);
    answerControl('{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":2}', target, false);
    answerControl('{"method":"SET_PROPERTY","params":["combined",true],"id":3}', target, false);
    expect([[...target.streamNames], target.isCombined]).toEqual([['a', 'b'], true]);
    answerControl('{"method":"SUBSCRIBE","params":["c","d"],"id":4}', target, false);
    expect([...target.streamNames]).toEqual(['a', 'b']);
  });

  it.each(['"id":"x"', '"id":null', '"id":-1', '"x":1'])('futures take unsigned ids only, not %s', (id) => {
    const answer = '{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}';
    expect(answerControl(`{"method":"LIST_SUBSCRIPTIONS",${id}}`, new Target(), true)).toBe(answer);
  });
});
