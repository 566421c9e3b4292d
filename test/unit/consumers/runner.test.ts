import { describe, expect, test, vi } from 'vitest';
import type { Plugin } from '../../../internal/consumers/plugin.ts';
import { EventType, type CanonicalEvent } from '../../../schemas/events/event.ts';
import { book, kline, ticker, trade } from './support/events.ts';
import { Stage, turns } from './support/fakes.ts';

/** A promise and its two ends. */
function deferred(): { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((onDone, onFail) => {
    resolve = onDone;
    reject = onFail;
  });
  return { promise, resolve, reject };
}

describe('delivery', () => {
  test('every event reaches the handler of its type and then onEvent, in the order of arrival', async () => {
    const stage = new Stage();
    const calls: string[] = [];
    const note = (name: string) => (event: CanonicalEvent) => void calls.push(`${name} ${event.type}`);
    const plugin: Plugin = { onTrade: note('trade'), onTicker: note('ticker'), onBook: note('book'), onKline: note('kline'), onEvent: note('event') };
    const { mailbox, runner } = stage.add('all', plugin);
    await runner.start(1000);
    mailbox.offer(trade(), ticker(), book(EventType.BookSnapshot, [1, 1], []), book(EventType.BookUpdate, [1, 0], []), kline());
    await turns();
    expect(calls).toEqual(['trade 1', 'event 1', 'ticker 2', 'event 2', 'book 3', 'event 3', 'book 4', 'event 4', 'kline 5', 'event 5']);
    expect(runner.deliveredTotal).toBe(5);
  });

  test('a handler is a method of its plugin and is given the context', async () => {
    class Counting {
      seen = 0;
      onTrade(_event: CanonicalEvent, context: { readonly consumerId: string }): void {
        if (context.consumerId === 'mine') this.seen += 1;
      }
    }
    const stage = new Stage();
    const plugin = new Counting();
    const { mailbox, runner } = stage.add('mine', plugin);
    await runner.start(1000);
    mailbox.offer(trade(), trade());
    await turns();
    expect(plugin.seen).toBe(2);
  });

  test('an event without a handler is taken and forgotten', async () => {
    const stage = new Stage();
    const { mailbox, runner } = stage.add('c', { onTrade: () => undefined });
    await runner.start(1000);
    mailbox.offer(ticker(), kline());
    await turns();
    expect(mailbox.size).toBe(0);
    expect(runner.isIdle).toBe(true);
  });

  test('the first batch comes in a microtask, before any I/O', async () => {
    const stage = new Stage();
    const onTrade = vi.fn();
    const { mailbox, runner } = stage.add('c', { onTrade });
    await runner.start(1000);
    mailbox.offer(trade());
    expect(onTrade).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(onTrade).toHaveBeenCalledTimes(1);
  });

  test('a batch ends after batchMax events, so that others have their turn', async () => {
    const stage = new Stage({ batchMax: 256 });
    const onTrade = vi.fn();
    const { mailbox, runner } = stage.add('c', { onTrade });
    await runner.start(1000);
    mailbox.offer(...Array.from({ length: 600 }, () => trade()));
    await Promise.resolve();
    expect(onTrade).toHaveBeenCalledTimes(256);
    await turns(1);
    expect(onTrade).toHaveBeenCalledTimes(512);
    await turns(1);
    expect(onTrade).toHaveBeenCalledTimes(600);
    expect(runner.isIdle).toBe(true);
  });

  test('a batch of a slow handler ends sooner: with the event at work when turnMsMax is over', async () => {
    const stage = new Stage({ batchMax: 4_096, turnMsMax: 5 });
    const onTrade = vi.fn(() => stage.clock.advance(1));
    const { mailbox, runner } = stage.add('c', { onTrade });
    await runner.start(1000);
    mailbox.offer(...Array.from({ length: 40 }, () => trade()));
    await Promise.resolve();
    expect(onTrade).toHaveBeenCalledTimes(6);
    await turns(10);
    expect(onTrade).toHaveBeenCalledTimes(40);
    expect(runner.isIdle).toBe(true);
  });

  test('a handler of 10 ms gets one event a turn, also when its promise is settled at once', async () => {
    for (const answer of [undefined, Promise.resolve()]) {
      const stage = new Stage();
      const onTrade = vi.fn(() => (stage.clock.advance(10), answer));
      const { mailbox, runner } = stage.add('c', { onTrade });
      await runner.start(1000);
      mailbox.offer(...Array.from({ length: 40 }, () => trade()));
      for (let i = 0; i < 200; i += 1) await Promise.resolve();
      expect(onTrade).toHaveBeenCalledTimes(1);
      await turns(1);
      expect(onTrade.mock.calls.length).toBeLessThanOrEqual(2);
    }
  });

  test('handlers that become slow are noticed within 16 events, and forgiven when they are fast again', async () => {
    const stage = new Stage();
    let workMs = 0;
    const looks = vi.spyOn(stage.clock, 'monotonicMs');
    const onTrade = vi.fn(() => stage.clock.advance(workMs));
    const { mailbox, runner } = stage.add('c', { onTrade });
    await runner.start(1000);
    const deliver = async (count: number): Promise<void> => {
      mailbox.offer(...Array.from({ length: count }, () => trade()));
      await Promise.resolve();
    };
    const looksAt = async (count: number): Promise<number> => {
      looks.mockClear();
      await deliver(count);
      return looks.mock.calls.length;
    };
    await deliver(16);
    expect(await looksAt(1600)).toBeLessThanOrEqual(102);
    workMs = 10;
    onTrade.mockClear();
    await deliver(50);
    expect(onTrade.mock.calls.length).toBeLessThanOrEqual(16);
    onTrade.mockClear();
    await turns(1);
    expect(onTrade.mock.calls.length).toBeLessThanOrEqual(2);
    workMs = 0;
    await turns(5);
    await deliver(16);
    expect(await looksAt(1600)).toBeLessThanOrEqual(102);
  });

  test('promises that resolve at once do not make the batch longer', async () => {
    const stage = new Stage({ batchMax: 4 });
    const onTrade = vi.fn(() => Promise.resolve());
    const { mailbox, runner } = stage.add('c', { onTrade });
    await runner.start(1000);
    mailbox.offer(...Array.from({ length: 10 }, () => trade()));
    for (let i = 0; i < 200; i += 1) await Promise.resolve();
    expect(onTrade).toHaveBeenCalledTimes(4);
    await turns(5);
    expect(onTrade).toHaveBeenCalledTimes(10);
  });

  test('what waited before the start is delivered after it', async () => {
    const stage = new Stage();
    const calls: string[] = [];
    const { mailbox, runner } = stage.add('c', { start: () => void calls.push('start'), onTrade: () => void calls.push('trade') });
    mailbox.offer(trade());
    await turns();
    expect(calls).toEqual([]);
    await runner.start(1000);
    await turns();
    expect(calls).toEqual(['start', 'trade']);
  });

  test('at most one handler is at work: the next event waits for the promise of the one before', async () => {
    const stage = new Stage();
    const gate = deferred();
    const calls: string[] = [];
    const plugin: Plugin = {
      onTrade: async () => {
        calls.push('trade begins');
        await gate.promise;
        calls.push('trade ends');
      },
      onTicker: () => void calls.push('ticker'),
      onEvent: (event) => void calls.push(`event ${event.type}`),
    };
    const { mailbox, runner } = stage.add('c', plugin);
    await runner.start(1000);
    mailbox.offer(trade(), ticker());
    await turns();
    expect(calls).toEqual(['trade begins']);
    expect(runner.isIdle).toBe(false);
    gate.resolve();
    await turns();
    expect(calls).toEqual(['trade begins', 'trade ends', 'event 1', 'ticker', 'event 2']);
    expect(runner.isIdle).toBe(true);
  });

  test('an event that comes while a handler is awaited is delivered after it', async () => {
    const stage = new Stage();
    const gate = deferred();
    let count = 0;
    const { mailbox, runner } = stage.add('c', { onTrade: () => ((count += 1) === 1 ? gate.promise : undefined) });
    await runner.start(1000);
    mailbox.offer(trade());
    await turns();
    mailbox.offer(trade());
    await turns();
    expect(count).toBe(1);
    gate.resolve();
    await turns();
    expect(count).toBe(2);
  });

  test('latency is measured from the receipt of the frame to the entry of the handler', async () => {
    const stage = new Stage();
    const { mailbox, runner } = stage.add('c', { onTrade: () => undefined });
    await runner.start(1000);
    stage.clock.advance(12);
    const event = trade();
    event.receivedMonotonicMs = 10;
    mailbox.offer(event);
    await turns();
    expect(runner.latencyUs.count).toBe(1);
    expect(runner.latencyUs.max).toBe(2000);
  });

  test('the latency of an event behind a slow one is measured at its own handler', async () => {
    const stage = new Stage();
    const { mailbox, runner } = stage.add('c', { onTrade: () => stage.clock.advance(1) });
    await runner.start(1000);
    mailbox.offer(...Array.from({ length: 6 }, () => trade()));
    await Promise.resolve();
    // 0, 1 … 5 ms.
    expect([runner.latencyUs.max, runner.latencyUs.sum]).toEqual([5000, 15_000]);
  });
});

describe('failures', () => {
  const hostile: readonly (readonly [string, () => unknown])[] = [
    ['an Error', () => { throw new Error('broken'); }],
    ['a text', () => { throw 'broken'; }],
    ['undefined', () => { throw undefined; }],
    ['an object without a prototype', () => { throw Object.create(null); }],
    ['an error whose message throws', () => { throw Object.defineProperty(new Error(), 'message', { get: () => { throw new Error('no'); } }); }],
    ['a proxy that throws at every touch', () => { throw new Proxy({}, { get: () => { throw new Error('no'); }, getPrototypeOf: () => { throw new Error('no'); } }); }],
    ['a rejected promise', () => Promise.reject(new Error('broken'))],
    ['a getter `then` that throws', () => Object.defineProperty({}, 'then', { get: () => { throw new Error('broken'); } })],
    ['a getter `then` that throws at the second look', () => { let looks = 0; return Object.defineProperty({}, 'then', { get: () => { if ((looks += 1) > 1) throw new Error('broken'); return () => undefined; } }); }],
    ['a `then` that throws', () => ({ then: () => { throw new Error('broken'); } })],
    ['a `then` that rejects and then resolves', () => ({ then: (done: () => void, fail: (reason: unknown) => void) => { fail(new Error('broken')); done(); } })],
  ];

  test.each(hostile)('%s from a handler is counted, and the next event comes', async (_name, fail) => {
    const stage = new Stage();
    const onTicker = vi.fn();
    const { mailbox, runner } = stage.add('c', { onTrade: fail as () => void, onTicker });
    await runner.start(1000);
    mailbox.offer(trade(), ticker());
    await turns();
    expect(onTicker).toHaveBeenCalledTimes(1);
    expect(runner.errorsByHandler).toEqual({ onTrade: 1, onTicker: 0 });
    expect(stage.logger.messages).toEqual(['plugin handler onTrade failed']);
  });

  test('after 100 failures in a row the consumer is suspended with the reason', async () => {
    const stage = new Stage();
    const onTrade = vi.fn(() => { throw new Error('no disk'); });
    const { mailbox, runner } = stage.add('c', { onTrade });
    await runner.start(1000);
    mailbox.offer(...Array.from({ length: 150 }, () => trade()));
    await turns();
    expect(onTrade).toHaveBeenCalledTimes(100);
    expect(runner.state).toBe('suspended');
    expect(runner.reason).toBe('onTrade failed 100 times in a row, the last time with: no disk');
    expect(mailbox.isClosed).toBe(true);
    expect(mailbox.droppedTotal).toBe(50);
    expect(runner.isIdle).toBe(true);
    mailbox.offer(trade());
    await turns();
    expect(onTrade).toHaveBeenCalledTimes(100);
  });

  test('one success in between begins the row anew', async () => {
    const stage = new Stage({ failuresInRowMax: 3 });
    let count = 0;
    const { mailbox, runner } = stage.add('c', { onTrade: () => { if ((count += 1) % 3 !== 0) throw new Error('two of three'); } });
    await runner.start(1000);
    mailbox.offer(...Array.from({ length: 30 }, () => trade()));
    await turns();
    expect(runner.state).toBe('running');
    expect(runner.errorsTotal).toBe(20);
  });

  test('a row is counted per handler: a good onEvent does not hide a bad onTrade', async () => {
    const stage = new Stage({ failuresInRowMax: 3 });
    const { mailbox, runner } = stage.add('c', { onTrade: () => Promise.reject(new Error('bad')), onEvent: () => undefined });
    await runner.start(1000);
    mailbox.offer(...Array.from({ length: 5 }, () => trade()));
    await turns();
    expect(runner.state).toBe('suspended');
    expect(runner.errorsTotal).toBe(3);
  });

  test('failures are logged once per ten seconds, with the number of those that were not', async () => {
    const stage = new Stage();
    const { mailbox, runner } = stage.add('c', { onTrade: () => { throw new Error('again'); } });
    await runner.start(1000);
    for (let i = 0; i < 5; i += 1) mailbox.offer(trade());
    await turns();
    expect(stage.logger.lines).toHaveLength(1);
    stage.clock.advance(10_000);
    mailbox.offer(trade());
    await turns();
    expect(stage.logger.lines[1]?.facts).toMatchObject({ consumer: 'c', errors: 6, reason: 'again', suppressed: 4 });
  });

  test('a promise that never settles suspends the consumer after its limit', async () => {
    const stage = new Stage();
    const gate = deferred();
    const { mailbox, runner } = stage.add('c', { onTrade: () => gate.promise });
    await runner.start(1000);
    mailbox.offer(trade(), trade());
    await turns();
    stage.clock.advance(29_999);
    expect(runner.state).toBe('running');
    stage.clock.advance(1);
    expect(runner.state).toBe('suspended');
    expect(runner.reason).toBe('onTrade did not settle within 30000 ms');
    expect(runner.isIdle).toBe(true);
    gate.resolve();
    await turns();
    expect(runner.state).toBe('suspended');
    expect(runner.deliveredTotal).toBe(1);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('the limit counts from the call it is about, not from an earlier one', async () => {
    const stage = new Stage();
    const gates = [deferred(), deferred()];
    let count = 0;
    const { mailbox, runner } = stage.add('c', { onTrade: () => gates[(count += 1) - 1]!.promise });
    await runner.start(1000);
    mailbox.offer(trade());
    await turns();
    stage.clock.advance(20_000);
    gates[0]!.resolve();
    await turns();
    mailbox.offer(trade());
    await turns();
    stage.clock.advance(29_999);
    expect(runner.state).toBe('running');
    stage.clock.advance(1);
    expect(runner.state).toBe('suspended');
  });

  test('a late rejection of a given-up promise is ignored', async () => {
    const stage = new Stage({ handlerTimeoutMs: 10 });
    const gate = deferred();
    const { mailbox, runner } = stage.add('c', { onTrade: () => gate.promise });
    await runner.start(1000);
    mailbox.offer(trade());
    await turns();
    stage.clock.advance(10);
    gate.reject(new Error('late'));
    await turns();
    expect(runner.errorsTotal).toBe(0);
  });

  test('a plugin can suspend itself in the middle of a batch', async () => {
    const stage = new Stage();
    const onEvent = vi.fn();
    const { mailbox, runner } = stage.add('c', { onTrade: (_event, context) => context.suspend('seen enough'), onEvent });
    await runner.start(1000);
    mailbox.offer(trade(), trade());
    await turns();
    expect(onEvent).not.toHaveBeenCalled();
    expect(runner.reason).toBe('seen enough');
    expect(runner.deliveredTotal).toBe(1);
    expect(runner.isIdle).toBe(true);
  });

  test('a slow, a throwing and a dead consumer do not delay the fourth', async () => {
    const stage = new Stage();
    const seen: number[] = [];
    const consumers = [
      stage.add('slow', { onTrade: () => new Promise<void>((resolve) => void setImmediate(resolve)) }),
      stage.add('throwing', { onTrade: () => { throw new Error('always'); } }),
      stage.add('dead', { onTrade: () => new Promise<void>(() => undefined) }),
      stage.add('good', { onTrade: (event) => void seen.push(event.payload.price) }),
    ];
    await stage.host.start(1000);
    for (let price = 1; price <= 50; price += 1) for (const { mailbox } of consumers) mailbox.offer(trade(price));
    await Promise.resolve();
    await Promise.resolve();
    expect(seen).toHaveLength(50);
  });
});

describe('start and stop', () => {
  test('start is awaited, and a start that rejects names the consumer and the reason', async () => {
    const stage = new Stage();
    const { runner } = stage.add('broken', { start: () => Promise.reject(new Error('no account')) });
    await expect(runner.start(1000)).rejects.toMatchObject({ code: 'PLUGIN_START', facts: { consumer: 'broken', reason: 'no account' } });
  });

  test('a start that throws is told in the same way', async () => {
    const stage = new Stage();
    const { runner } = stage.add('broken', { start: () => { throw new TypeError('bad'); } });
    await expect(runner.start(1000)).rejects.toMatchObject({ code: 'PLUGIN_START', facts: { reason: 'bad' } });
  });

  test('a start that takes too long fails', async () => {
    const stage = new Stage();
    const { runner } = stage.add('slow', { start: () => new Promise<void>(() => undefined) });
    const started = runner.start(500);
    stage.clock.advance(500);
    await expect(started).rejects.toMatchObject({ code: 'PLUGIN_START', facts: { reason: 'start did not settle within 500 ms' } });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('stop drains the mailbox and then calls the stop of the plugin', async () => {
    const stage = new Stage();
    const calls: string[] = [];
    const { mailbox, runner } = stage.add('c', { onTrade: () => void calls.push('trade'), stop: () => void calls.push('stop') });
    await runner.start(1000);
    mailbox.offer(trade(), trade(), trade());
    await runner.stop(1000);
    expect(calls).toEqual(['trade', 'trade', 'trade', 'stop']);
    expect(runner.state).toBe('stopped');
    expect(mailbox.isClosed).toBe(true);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('stop gives a slow consumer its limit and no more, and counts what is left as dropped', async () => {
    const stage = new Stage();
    const stop = vi.fn();
    const { mailbox, runner } = stage.add('c', { onTrade: () => new Promise<void>(() => undefined), stop });
    await runner.start(1000);
    mailbox.offer(trade(), trade(), trade());
    const stopped = runner.stop(5000);
    await turns();
    expect(stop).not.toHaveBeenCalled();
    stage.clock.advance(5000);
    await stopped;
    expect(stop).toHaveBeenCalledTimes(1);
    expect(mailbox.droppedTotal).toBe(2);
    expect(stage.logger.messages).toContain('consumer stopped with events left');
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('a stop that throws or hangs is logged and does not escape', async () => {
    const stage = new Stage();
    const throwing = stage.add('throwing', { onTrade: () => undefined, stop: () => { throw new Error('stuck file'); } });
    const hanging = stage.add('hanging', { onTrade: () => undefined, stop: () => new Promise<void>(() => undefined) });
    await stage.host.start(1000);
    await throwing.runner.stop(100);
    const stopped = hanging.runner.stop(100);
    await turns();
    stage.clock.advance(100);
    await stopped;
    expect(stage.logger.messages).toEqual(['plugin failed to stop', 'plugin did not stop in time']);
  });

  test('stopping twice stops once', async () => {
    const stage = new Stage();
    const stop = vi.fn();
    const { runner } = stage.add('c', { onTrade: () => undefined, stop });
    await runner.start(1000);
    await Promise.all([runner.stop(100), runner.stop(100)]);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  test('a suspended consumer is stopped too, and still says why it was suspended', async () => {
    const stage = new Stage();
    const stop = vi.fn();
    const { runner } = stage.add('c', { onTrade: () => undefined, stop });
    await runner.start(1000);
    runner.suspend('told so');
    await runner.stop(100);
    expect(stop).toHaveBeenCalledTimes(1);
    expect(stage.host.rows()[0]).toMatchObject({ state: 'suspended', reason: 'told so' });
  });

  test('a consumer that never started is not stopped', async () => {
    const stage = new Stage();
    const stop = vi.fn();
    const { runner } = stage.add('c', { onTrade: () => undefined, stop });
    await runner.stop(100);
    expect(stop).not.toHaveBeenCalled();
    expect(runner.isIdle).toBe(true);
  });
});
