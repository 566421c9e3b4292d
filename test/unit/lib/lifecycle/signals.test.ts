import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { InvariantError } from '../../../../lib/assert/assert.ts';
import { watchProcess } from '../../../../lib/lifecycle/signals.ts';
import type { ProcessWatch, StopReason } from '../../../../lib/lifecycle/signals.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let events = new EventEmitter();
let diary: string[] = [];

function watch(onStop: (reason: StopReason) => void | Promise<void> = () => undefined): ProcessWatch {
  return watchProcess({
    process: events,
    onStop: (reason) => {
      diary.push(`stop ${reason.cause} ${reason.exitCode}`);
      return onStop(reason);
    },
    onFault: (thrown, origin) => diary.push(`fault ${origin} ${(thrown as Error).message}`),
    exit: (code) => diary.push(`exit ${code}`),
  });
}

beforeEach(() => {
  events = new EventEmitter();
  diary = [];
});

describe('watchProcess', () => {
  test.each(['SIGINT', 'SIGTERM'])('%s stops once, in order', async (signal) => {
    watch();
    events.emit(signal);
    await settle();
    expect(diary).toEqual([`stop ${signal} 0`]);
  });

  test('the second signal leaves at once with 130, whichever it is', async () => {
    watch(() => new Promise(() => undefined));
    events.emit('SIGTERM');
    await settle();
    events.emit('SIGINT');
    expect(diary).toEqual(['stop SIGTERM 0', 'exit 130']);
  });

  test('a broken invariant is logged and the process leaves without an orderly stop', async () => {
    watch();
    events.emit('uncaughtException', new InvariantError('object released twice'));
    await settle();
    expect(diary).toEqual(['fault uncaughtException object released twice', 'exit 1']);
  });

  test('any other error that nobody caught is an orderly stop with exit code 1', async () => {
    watch();
    events.emit('unhandledRejection', new Error('socket'));
    await settle();
    expect(diary).toEqual(['fault unhandledRejection socket', 'stop unhandledRejection 1']);
  });

  test('a contained error is harmless: not logged here, and nothing stops, also during the stop', async () => {
    const asked: unknown[] = [];
    watchProcess({
      process: events,
      isContained: (thrown) => asked.push(thrown) > 0 && (thrown as Error).message !== 'ours',
      onStop: ({ cause }) => void diary.push(`stop ${cause}`),
      onFault: (thrown, origin) => diary.push(`fault ${origin} ${(thrown as Error).message}`),
      exit: (code) => diary.push(`exit ${code}`),
    });
    events.emit('uncaughtException', new Error('plugin'));
    events.emit('unhandledRejection', new InvariantError('of a plugin'));
    events.emit('SIGINT');
    events.emit('unhandledRejection', new Error('plugin'));
    await settle();
    expect([asked.length, diary]).toEqual([3, ['stop SIGINT']]);
    events.emit('uncaughtException', new Error('ours'));
    expect(diary).toEqual(['stop SIGINT', 'fault uncaughtException ours', 'exit 1']);
  });

  test('an error during the stop leaves at once', async () => {
    watch(() => new Promise(() => undefined));
    events.emit('SIGINT');
    await settle();
    events.emit('uncaughtException', new Error('again'));
    expect(diary).toEqual(['stop SIGINT 0', 'fault uncaughtException again', 'exit 1']);
  });

  test.each([
    ['throws', () => { throw new Error('stuck'); }],
    ['rejects', () => Promise.reject(new Error('stuck'))],
  ])('a stop that %s ends the process with 1', async (_name, onStop) => {
    watch(onStop);
    events.emit('SIGINT');
    await settle();
    expect(diary).toEqual(['stop SIGINT 0', 'fault stop stuck', 'exit 1']);
  });

  test('leaves no listener behind when it is removed', () => {
    const watching = watch();
    expect(events.eventNames()).toEqual(['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection']);
    watching.remove();
    expect(events.eventNames()).toEqual([]);
  });

  test('watches the process itself by default', () => {
    const count = (): number => process.listenerCount('SIGTERM');
    const before = count();
    const watching = watchProcess({ onStop: () => undefined, onFault: () => undefined, exit: () => undefined });
    expect(count()).toBe(before + 1);
    watching.remove();
    expect(count()).toBe(before);
  });
});
