import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { every, once } from '../../../../lib/log/limited-logger.ts';
import { createLogs } from '../../../../lib/log/logs.ts';
import type { Logger } from '../../../../lib/log/logger.ts';

function desk(): { logger: Logger; clock: ManualClock; lines: string[] } {
  const lines: string[] = [];
  const clock = new ManualClock();
  const logs = createLogs({ clock, format: 'human', destination: { write: (line) => lines.push(line.slice('12:00:01.123 '.length).trimEnd()) } });
  return { logger: logs.logger('a'), clock, lines };
}

describe('every', () => {
  test('says a message once per period, with the count of those left out', () => {
    const { logger, clock, lines } = desk();
    const limited = every(logger, clock, 1000);
    for (let index = 0; index < 5; index += 1) limited.warn('slow', { index });
    clock.advance(999);
    limited.warn('slow');
    clock.advance(1);
    limited.warn('slow', { index: 9 });
    clock.advance(1000);
    limited.warn('slow');
    expect(lines).toEqual(['warn  a  slow  index=0', 'warn  a  slow  index=9  suppressed=5', 'warn  a  slow']);
  });

  test('counts every message and level for itself', () => {
    const { logger, clock, lines } = desk();
    const limited = every(logger, clock, 1000);
    for (let index = 0; index < 2; index += 1) {
      limited.warn('one');
      limited.warn('two');
      limited.error('one');
      limited.info('one');
      limited.debug('one');
      limited.trace('one');
    }
    expect(lines).toEqual(['warn  a  one', 'warn  a  two', 'error a  one', 'info  a  one']);
  });

  test('a child counts for itself', () => {
    const { logger, clock, lines } = desk();
    const limited = every(logger, clock, 1000);
    limited.info('x');
    limited.child('b').info('x');
    expect(lines).toEqual(['info  a  x', 'info  a/b  x']);
    expect([limited.isEnabled('info'), limited.isEnabled('debug')]).toEqual([true, false]);
  });

  test('remembers a bounded number of messages and lets the rest through', () => {
    const { logger, clock, lines } = desk();
    const limited = every(logger, clock, 1000);
    for (let index = 0; index < 1500; index += 1) limited.info(`message ${index}`);
    limited.info('message 0');
    limited.info('message 1400');
    expect(lines).toHaveLength(1501);
  });

  test('refuses a period of nothing', () => {
    const { logger, clock } = desk();
    expect(() => every(logger, clock, 0)).toThrow('period');
  });
});

test('once says a message once and never again', () => {
  const { logger, clock, lines } = desk();
  const limited = once(logger);
  limited.info('hello');
  clock.advance(1e12);
  limited.info('hello');
  expect(lines).toEqual(['info  a  hello']);
});
