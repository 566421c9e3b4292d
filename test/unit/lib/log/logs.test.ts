import { execFileSync } from 'node:child_process';
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { AppError, codeOf } from '../../../../lib/errors/app-error.ts';
import { parseJson } from '../../../../lib/json/json.ts';
import { silentLogger } from '../../../../lib/log/logger.ts';
import { createLogs } from '../../../../lib/log/logs.ts';
import type { Logs, LogsOptions } from '../../../../lib/log/logs.ts';

interface Desk {
  readonly logs: Logs;
  readonly clock: ManualClock;
  readonly lines: string[];
  /** The lines as objects. */
  read(): Record<string, unknown>[];
}

function desk(options: Partial<LogsOptions> = {}): Desk {
  const lines: string[] = [];
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 12, 0, 1, 123));
  const logs = createLogs({ clock, destination: { write: (line) => lines.push(line) }, ...options });
  return { logs, clock, lines, read: () => lines.map((line) => parseJson(line) as Record<string, unknown>) };
}

describe('a line', () => {
  test('has level, time of the clock, module, message and facts', () => {
    const { logs, read, lines } = desk();
    logs.logger('binance-spot').info('book live', { symbol: 'BTC-USDT', depth: 20 });
    expect(read()).toEqual([
      { level: 'info', time: '2026-11-21T12:00:01.123Z', module: 'binance-spot', message: 'book live', symbol: 'BTC-USDT', depth: 20 },
    ]);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
  });

  test('keeps its own fields when a fact has such a name', () => {
    const { logs, read } = desk();
    logs.logger('a').warn('odd', { level: 3, message: 'x', time: 1, module: 'm' });
    expect(read()[0]).toMatchObject({ level: 'warn', module: 'a', message: 'odd', level_: 3, message_: 'x', time_: 1, module_: 'm' });
  });

  test('an error comes with code, severity, facts, cause and stack', () => {
    const { logs, read } = desk();
    const error = new AppError({ code: 'GAP', severity: 'retry', message: 'gap' }, { was: 3 }, new Error('below'));
    logs.logger('a').error('failed', { error });
    expect(read()[0]!['error']).toMatchObject({
      name: 'AppError',
      code: 'GAP',
      severity: 'retry',
      message: 'gap (was: 3)',
      facts: { was: 3 },
      cause: { message: 'below' },
      stack: expect.stringContaining('logs.test.ts'),
    });
  });
});

describe('thresholds', () => {
  test('only what reaches the threshold is written', () => {
    const { logs, read } = desk({ level: 'warn' });
    const logger = logs.logger('a');
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) logger[level](level);
    expect(read().map((line) => line['message'])).toEqual(['warn', 'error']);
    expect([logger.isEnabled('info'), logger.isEnabled('warn')]).toEqual([false, true]);
  });

  test('everything is written at trace and nothing at silent', () => {
    const { logs, lines } = desk({ level: 'silent', levels: { loud: 'trace' } });
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) {
      logs.logger('quiet')[level]('x');
      logs.logger('loud')[level]('x');
    }
    expect(lines).toHaveLength(5);
  });

  test('a module has its own level, and its children follow the nearest one', () => {
    const { logs } = desk({ level: 'error', levels: { okx: 'info', 'okx/book': 'debug' } });
    const okx = logs.logger('okx');
    const enabled = (name: string): boolean[] => [okx, okx.child('book'), okx.child('book').child('btc'), okx.child('rest'), logs.logger('okxx')].map((logger) => logger.isEnabled(name as 'debug'));
    expect(enabled('debug')).toEqual([false, true, true, false, false]);
    expect(enabled('info')).toEqual([true, true, true, true, false]);
  });

  test('change at run time, also for loggers handed out before', () => {
    const { logs } = desk();
    const [a, b, child] = [logs.logger('a'), logs.logger('b'), logs.logger('a').child('c')];
    const debugs = (): boolean[] => [a, b, child].map((logger) => logger.isEnabled('debug'));
    expect(debugs()).toEqual([false, false, false]);
    logs.setLevel('a', 'debug');
    expect(debugs()).toEqual([true, false, true]);
    logs.setLevel('a/c', 'warn');
    logs.setLevel('*', 'trace');
    expect(debugs()).toEqual([true, true, false]);
    expect([logs.levelOf('a'), logs.levelOf('a/c'), logs.levelOf('z')]).toEqual(['debug', 'warn', 'trace']);
  });

  test('a module has one logger', () => {
    const { logs } = desk();
    expect(logs.logger('a').child('b')).toBe(logs.logger('a/b'));
  });
});

describe('the human format', () => {
  test('is one short line in UTC', () => {
    const { logs, lines } = desk({ format: 'human' });
    logs.logger('binance-spot').info('book live', { symbol: 'BTC-USDT', note: 'two words', list: [1, 2] });
    logs.logger('okx').error('gone');
    expect(lines).toEqual([
      '12:00:01.123 info  binance-spot  book live  symbol=BTC-USDT  note="two words"  list=[1,2]\n',
      '12:00:01.123 error okx  gone\n',
    ]);
  });

  test('puts the stack of an error on lines of its own', () => {
    const { logs, lines } = desk({ format: 'human' });
    logs.logger('a').error('failed', { error: new Error('boom') });
    const [head, first, second] = lines[0]!.split('\n');
    expect(head).toBe('12:00:01.123 error a  failed  error="boom"');
    expect(first).toBe('    Error: boom');
    expect(second).toMatch(/^ {8}at .*logs\.test\.ts/);
  });

  test('text from outside cannot reach the terminal as commands', () => {
    const { logs, lines } = desk({ format: 'human' });
    const evil = '\u001b[2Jevil\u009b1m\u007f\r';
    const error = new Error(evil);
    error.stack = `Error: ${evil}\n    at f (${evil})`;
    logs.logger(evil).info(evil, { short: '\u001b[2Jevil', text: `with blanks ${evil}`, list: [evil], [evil]: 1, error });
    const [head, ...rest] = lines[0]!.split('\n');
    expect(lines[0]).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(head).toContain('  \\u001b[2Jevil\\u009b1m\\u007f\\r  short=\\u001b[2Jevil  ');
    expect(rest).toEqual(['    Error: \\u001b[2Jevil\\u009b1m\\u007f\\r', '        at f (\\u001b[2Jevil\\u009b1m\\u007f\\r)', '']);
  });

  test('a message with a line end cannot pose as a second line', () => {
    const { logs, lines } = desk({ format: 'human' });
    logs.logger('a').info('bad\n12:00:00.000 info  b  forged', { text: 'x\ny' });
    expect(lines[0]!.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('the destination', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'logs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a file is appended to, and complete after a flush', async () => {
    const file = join(folder, 'a.log');
    for (const message of ['one', 'two']) {
      const { logs } = desk({ destination: file });
      logs.logger('a').info(message);
      await logs.close();
    }
    expect(readFileSync(file, 'utf8').split('\n').filter(Boolean)).toHaveLength(2);
  });

  test('lines of many turns are complete and in order after a flush', async () => {
    const file = join(folder, 'a.log');
    const { logs } = desk({ destination: file, format: 'human' });
    for (let index = 0; index < 300; index += 1) {
      logs.logger('a').info(`line ${index} ${'x'.repeat(index)}`);
      if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([logs.flush(), logs.flush()]);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => Number(line.split(' ').at(-2)))).toEqual(Array.from({ length: 300 }, (_, index) => index));
    await logs.close();
  });

  test('leaves no listener on the process after a close', async () => {
    const before = process.listenerCount('exit');
    const { logs } = desk({ destination: join(folder, 'a.log') });
    expect(process.listenerCount('exit')).toBe(before + 1);
    await logs.close();
    expect(process.listenerCount('exit')).toBe(before);
  });

  test('a pipe that nobody reads is waited for in the background, and read later everything arrives', async () => {
    const fifo = join(folder, 'pipe');
    execFileSync('mkfifo', [fifo]);
    // Both ends: a pipe without a reader cannot be opened for writing.
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const { logs, clock } = desk({ destination: fd, format: 'human' });
    const text = 'x'.repeat(4000);
    for (let index = 0; index < 50; index += 1) logs.logger('a').info(text);
    const flushed = logs.flush();
    let isFlushed = false;
    void flushed.then(() => (isFlushed = true));
    const buffer = Buffer.alloc(64 * 1024);
    let bytesRead = 0;
    while (!isFlushed) {
      await new Promise((resolve) => setImmediate(resolve));
      // Time goes on only where a write waits to be tried again, or the limit of the flush would pass while the system is busy elsewhere.
      if (clock.pendingTimers > 1) clock.advance(10);
      try {
        bytesRead += readSync(fd, buffer);
      } catch (thrown) {
        expect(codeOf(thrown)).toBe('EAGAIN');
      }
    }
    while (bytesRead < 50 * 4020) bytesRead += readSync(fd, buffer);
    expect([logs.dropped, bytesRead >= 50 * 4000]).toEqual([0, true]);
    await logs.close();
    closeSync(fd);
  });

  test('what a stopped reader cannot take is dropped beyond a bound, and counted', async () => {
    const fifo = join(folder, 'pipe');
    execFileSync('mkfifo', [fifo]);
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const { logs, clock } = desk({ destination: fd });
    const logger = logs.logger('a');
    for (let index = 0; index < 3000; index += 1) logger.info('x'.repeat(4000));
    expect(logs.dropped).toBeGreaterThan(500);
    const droppedBefore = logs.dropped;
    logs.flushSync();
    expect(logs.dropped).toBeGreaterThan(droppedBefore);
    logger.info('x');
    const closed = logs.close();
    for (let turn = 0; turn < 50; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    await closed;
    expect(clock.pendingTimers).toBe(0);
    // The descriptor stays open: a write may be on its way to it, and its number would be that of the next test's file.
  });

  test('what is logged after the end goes nowhere, and is counted', async () => {
    const file = join(folder, 'a.log');
    const { logs } = desk({ destination: file, format: 'human' });
    logs.logger('a').info('before');
    await logs.close();
    logs.logger('a').info('after');
    await logs.flush();
    expect(readFileSync(file, 'utf8')).not.toContain('after');
    expect(logs.dropped).toBe(1);
  });

  test('the last words before an exit are written at once', async () => {
    const file = join(folder, 'a.log');
    const { logs } = desk({ destination: file, format: 'human' });
    logs.logger('a').error('bye');
    logs.flushSync();
    expect(readFileSync(file, 'utf8')).toBe('12:00:01.123 error a  bye\n');
    expect(logs.dropped).toBe(0);
    await logs.close();
  });

  test('an exit in the middle of a turn loses no line', () => {
    const file = join(folder, 'a.log');
    const { logs } = desk({ destination: file, format: 'human' });
    logs.logger('a').error('bye');
    const listeners = process.listeners('exit');
    (listeners.at(-1) as () => void)();
    expect(readFileSync(file, 'utf8')).toContain('bye');
  });

  test('a file that cannot be opened is said at once', () => {
    expect(() => desk({ destination: join(folder, 'no', 'a.log') })).toThrow(expect.objectContaining({ code: 'LOG_UNWRITABLE' }) as Error);
  });

  test('a full disk loses lines, counts them, and disturbs nobody', async () => {
    const { logs } = desk({ destination: '/dev/full' });
    logs.logger('a').info('lost');
    await logs.flush();
    expect(logs.dropped).toBe(1);
    logs.logger('a').info('lost');
    logs.flushSync();
    expect(logs.dropped).toBe(2);
    await logs.close();
  });

  test('a taker of lines has nothing to flush', async () => {
    const { logs } = desk();
    await logs.flush();
    logs.flushSync();
    await logs.close();
    expect(logs.dropped).toBe(0);
  });

  test('stderr is not closed with the logs', async () => {
    const { logs } = desk({ destination: 2, level: 'silent' });
    await logs.close();
    expect(fstatSync(2)).toBeDefined();
  });
});

test('the silent logger swallows everything', () => {
  for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) silentLogger[level]('x', { a: 1 });
  expect(silentLogger.isEnabled('error')).toBe(false);
  expect(silentLogger.child('a')).toBe(silentLogger);
});
