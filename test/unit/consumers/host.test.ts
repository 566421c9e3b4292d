import { describe, expect, test, vi } from 'vitest';
import { channelsOf } from '../../../internal/consumers/handlers.ts';
import type { PluginContext } from '../../../internal/consumers/plugin.ts';
import { ticker, trade } from './support/events.ts';
import { Stage, turns } from './support/fakes.ts';

describe('the host', () => {
  test('starts in order and stops in reverse', async () => {
    const stage = new Stage();
    const calls: string[] = [];
    for (const id of ['a', 'b', 'c']) {
      stage.add(id, { start: () => void calls.push(`start ${id}`), onTrade: () => undefined, stop: () => void calls.push(`stop ${id}`) });
    }
    await stage.host.start(1000);
    await stage.host.stop(1000);
    expect(calls).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  test('stops those that had started when one fails to start', async () => {
    const stage = new Stage();
    const stopped: string[] = [];
    stage.add('good', { onTrade: () => undefined, stop: () => void stopped.push('good') });
    stage.add('bad', { start: () => { throw new Error('no'); }, stop: () => void stopped.push('bad') });
    stage.add('never', { start: () => void stopped.push('started never') });
    await expect(stage.host.start(1000)).rejects.toMatchObject({ code: 'PLUGIN_START', facts: { consumer: 'bad' } });
    expect(stopped).toEqual(['good']);
  });

  test('all consumers drain at the same time, so that the limit holds for all together', async () => {
    const stage = new Stage();
    for (const id of ['a', 'b', 'c']) {
      const { mailbox } = stage.add(id, { onTrade: () => new Promise<void>(() => undefined) });
      mailbox.offer(trade());
    }
    await stage.host.start(1000);
    await turns();
    const stopped = stage.host.stop(5000);
    await turns();
    stage.clock.advance(5000);
    await stopped;
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('one limit holds for the drain and the stop of all together; every stop gets a short time at least', async () => {
    const stage = new Stage();
    const calls: string[] = [];
    const stopped = (id: string): string => `${id} after ${stage.clock.monotonicMs()} ms`;
    for (const id of ['a', 'b', 'c']) {
      const { mailbox } = stage.add(id, {
        onTrade: () => new Promise<void>(() => undefined),
        stop: () => (calls.push(stopped(id)), new Promise<void>(() => undefined)),
      });
      mailbox.offer(trade());
    }
    await stage.host.start(1000);
    await turns();
    const ended = stage.host.stop(5000).then(() => stage.clock.monotonicMs());
    for (const stepMs of [5000, 500, 500, 500]) {
      await turns();
      stage.clock.advance(stepMs);
    }
    expect(await ended).toBe(6500);
    expect(calls).toEqual(['c after 5000 ms', 'b after 5500 ms', 'a after 6000 ms']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('a stop may take what is left of the limit', async () => {
    const stage = new Stage();
    stage.add('idle', { onTrade: () => undefined, stop: () => new Promise<void>(() => undefined) });
    await stage.host.start(1000);
    const ended = stage.host.stop(5000).then(() => stage.clock.monotonicMs());
    await turns();
    stage.clock.advance(4999);
    await turns();
    expect(stage.clock.pendingTimers).toBe(1);
    stage.clock.advance(1);
    expect(await ended).toBe(5000);
  });

  test('a consumer can have limits of its own', async () => {
    const stage = new Stage();
    const fails = { onTrade: (): void => { throw new Error('no'); } };
    const strict = stage.add('strict', fails, {}, { limits: { failuresInRowMax: 2 } });
    const usual = stage.add('usual', fails);
    const hasty = stage.add('hasty', { onTrade: () => new Promise<void>(() => undefined) }, {}, { limits: { handlerTimeoutMs: 10 } });
    await stage.host.start(1000);
    for (const { mailbox } of [strict, usual, hasty]) mailbox.offer(trade(), trade(), trade());
    await turns();
    stage.clock.advance(10);
    expect([strict, usual, hasty].map(({ runner }) => [runner.state, runner.errorsTotal])).toEqual([['suspended', 2], ['running', 3], ['suspended', 0]]);
  });

  test('tells who was suspended and why, also after the stop', async () => {
    const stage = new Stage();
    const { runner } = stage.add('cut', { onTrade: () => undefined });
    stage.add('fine', { onTrade: () => undefined });
    await stage.host.start(1000);
    expect(stage.host.suspended).toEqual([]);
    runner.suspend('told so');
    await stage.host.stop(1000);
    expect(stage.host.suspended).toEqual([{ id: 'cut', reason: 'told so' }]);
  });

  test('is empty when no mailbox holds anything and no handler is at work', async () => {
    const stage = new Stage();
    let release: () => void = () => undefined;
    const slow = stage.add('slow', { onTrade: () => new Promise<void>((resolve) => { release = resolve; }) });
    const fast = stage.add('fast', { onTrade: () => undefined });
    await stage.host.start(1000);
    expect(stage.host.isEmpty).toBe(true);
    await stage.host.whenEmpty();

    slow.mailbox.offer(trade());
    fast.mailbox.offer(trade());
    let isEmpty = false;
    const emptied = stage.host.whenEmpty().then(() => { isEmpty = true; });
    await turns();
    expect(isEmpty).toBe(false);
    release();
    await emptied;
    expect(stage.host.isEmpty).toBe(true);
  });

  test('becomes empty when the consumer that was waited for is suspended', async () => {
    const stage = new Stage({ handlerTimeoutMs: 10 });
    const { mailbox } = stage.add('dead', { onTrade: () => new Promise<void>(() => undefined) });
    await stage.host.start(1000);
    mailbox.offer(trade(), trade());
    await turns();
    const emptied = stage.host.whenEmpty();
    stage.clock.advance(10);
    await emptied;
  });

  test('becomes empty when it is stopped with events left', async () => {
    const stage = new Stage({ batchMax: 1 });
    const { mailbox, runner } = stage.add('c', { onTrade: () => undefined });
    await stage.host.start(1000);
    mailbox.offer(...Array.from({ length: 100 }, () => trade()));
    const emptied = stage.host.whenEmpty();
    await runner.end(1000);
    await emptied;
    expect(runner.deliveredTotal).toBeLessThan(100);
  });

  test('reports a row per consumer with what gave way in its mailbox', async () => {
    const stage = new Stage();
    const { mailbox } = stage.add('c', { onTrade: () => undefined, onTicker: () => { throw new Error('no'); } });
    mailbox.displacedTotal = 4;
    mailbox.droppedTotal = 2;
    await stage.host.start(1000);
    stage.clock.advance(1);
    mailbox.offer(trade(), trade(), ticker());
    await turns();
    expect(stage.host.rows()).toEqual([
      { id: 'c', state: 'running', reason: '', delivered: 3, displaced: 4, dropped: 2, errors: 1, latencyUs: { p50: 1000, p95: 1000, p99: 1000, p999: 1000, max: 1000 } },
    ]);
  });

  test('publishes its counts as metrics', async () => {
    const stage = new Stage();
    const { mailbox } = stage.add('my-consumer', { onTrade: () => { throw new Error('no'); } });
    await stage.host.start(1000);
    mailbox.offer(trade());
    await turns();
    const text = await stage.metrics.metricsText();
    expect(text).toContain('meltica_consumer_delivered_total{consumer="my-consumer"} 1');
    expect(text).toContain('meltica_consumer_errors_total{consumer="my-consumer",handler="onTrade"} 1');
    expect(text).toContain('meltica_consumer_latency_seconds_count{consumer="my-consumer"} 1');
    expect(text).toContain('meltica_consumer_suspended{consumer="my-consumer"} 0');
  });

  test('subscribes a plugin to no more than its handlers take', () => {
    expect(channelsOf({ onTrade: () => undefined, onBook: () => undefined })).toEqual(['trade', 'book']);
    expect(channelsOf({ onEvent: () => undefined })).toEqual(['trade', 'ticker', 'book', 'kline']);
    expect(channelsOf({ start: () => undefined })).toEqual([]);
  });
});

describe('the context', () => {
  async function contextOf(stage: Stage, id = 'mine', config: Readonly<Record<string, unknown>> = {}): Promise<PluginContext> {
    const contexts: PluginContext[] = [];
    const { runner } = stage.add(id, { start: (context) => void contexts.push(context) }, config);
    await runner.start(1000);
    return contexts[0]!;
  }

  test('tells the id, the config and the time, and cannot be changed', async () => {
    const stage = new Stage();
    const context = await contextOf(stage, 'mine', { depth: 5 });
    stage.clock.advance(3);
    expect(context.consumerId).toBe('mine');
    expect(context.config).toEqual({ depth: 5 });
    expect(context.clock.monotonicMs()).toBe(3);
    expect(context.clock.wallMs()).toBe(stage.clock.wallMs());
    expect(Object.keys(context.clock)).toEqual(['wallMs', 'monotonicMs']);
    expect(Object.isFrozen(context)).toBe(true);
    expect(Object.keys(context).sort()).toEqual(['books', 'clock', 'config', 'consumerId', 'logger', 'metrics', 'suspend']);
  });

  test('metrics of the same name are one family with a label per consumer', async () => {
    const stage = new Stage();
    const [a, b] = [await contextOf(stage, 'a'), await contextOf(stage, 'b')];
    a.metrics.counter('signals', 'Signals given').add(2);
    a.metrics.counter('signals', 'Signals given').add();
    b.metrics.counter('signals', 'Signals given').add();
    b.metrics.gauge('position', 'Size held').set(-1.5);
    b.metrics.histogram('spread_bps', 'Spread seen', [1, 10]).record(4);
    const text = await stage.metrics.metricsText();
    expect(text).toContain('meltica_plugin_signals_total{consumer="a"} 3');
    expect(text).toContain('meltica_plugin_signals_total{consumer="b"} 1');
    expect(text).toContain('meltica_plugin_position{consumer="b"} -1.5');
    expect(text).toContain('meltica_plugin_spread_bps_bucket{consumer="b",le="10"} 1');
  });

  test.each([
    ['a bad name', (metrics: PluginContext['metrics']) => metrics.counter('Bad-Name', 'x')],
    ['a name that is no text', (metrics: PluginContext['metrics']) => metrics.counter(5 as unknown as string, 'x')],
    ['a name with its own _total', (metrics: PluginContext['metrics']) => metrics.counter('signals_total', 'x')],
    ['no help text', (metrics: PluginContext['metrics']) => metrics.gauge('size', '')],
    ['bounds that do not grow', (metrics: PluginContext['metrics']) => metrics.histogram('size', 'x', [2, 1])],
    ['no bounds', (metrics: PluginContext['metrics']) => metrics.histogram('size', 'x', undefined as unknown as number[])],
  ])('%s is an error of the plugin, not of the process', async (_name, use) => {
    const { metrics } = await contextOf(new Stage());
    expect(() => use(metrics)).toThrow(expect.objectContaining({ code: 'PLUGIN_START' }));
  });

  test('one name is not two kinds of number', async () => {
    const { metrics } = await contextOf(new Stage());
    metrics.gauge('size', 'Size');
    expect(() => metrics.histogram('size', 'Size', [1])).toThrow('expected: a gauge');
  });

  test('books are looked up by provider and symbol', async () => {
    const stage = new Stage();
    const view = { provider: 'p', symbol: 's', state: 'live', sequence: 1, bidCount: 0, askCount: 0, bid: vi.fn(), ask: vi.fn() } as const;
    stage.books.views.set('p s', view);
    const { books } = await contextOf(stage);
    expect(books.view('p', 's')).toBe(view);
    expect(books.view('p', 'other')).toBeNull();
  });
});
