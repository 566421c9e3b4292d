import { describe, expect, it } from 'vitest';
import type { RawFrameTap } from '../../../internal/ports/raw-frames.ts';
import { DeadLetterBox } from '../../../internal/telemetry/dead-letters.ts';
import { FrameTaps } from '../../../internal/telemetry/frame-taps.ts';
import { ProcessWatch } from '../../../internal/telemetry/process-watch.ts';
import { ManualClock } from '../../../lib/clock/manual-clock.ts';
import { silentLogger, type LogFacts, type Logger } from '../../../lib/log/logger.ts';

class LogLines {
  readonly lines: { message: string; facts: LogFacts }[] = [];
  readonly logger: Logger = {
    ...silentLogger,
    warn: (message, facts = {}) => void this.lines.push({ message, facts }),
    error: (message, facts = {}) => void this.lines.push({ message, facts }),
  };
}

describe('the dead letter box', () => {
  it('counts by reason and keeps the newest hundred, each with its first 64 KiB', () => {
    const box = new DeadLetterBox(new ManualClock(), silentLogger);
    for (let i = 0; i < 150; i += 1) box.put(i % 2 === 0 ? 'decode' : 'binary frame', 'p', `detail ${i}`, Buffer.alloc(70_000, i));
    expect([box.total, Object.fromEntries(box.counts)]).toEqual([150, { 'decode': 75, 'binary frame': 75 }]);
    expect(box.kept).toHaveLength(100);
    expect([box.kept[0]!.detail, box.kept[99]!.detail]).toEqual(['detail 50', 'detail 149']);
    expect(new Set(box.kept.map(({ data }) => data.length))).toEqual(new Set([65_536]));
    expect(box.kept[99]!).toMatchObject({ reason: 'binary frame', provider: 'p', atWallMs: 1_700_000_000_000 });
  });

  it('keeps a copy of the bytes', () => {
    const box = new DeadLetterBox(new ManualClock(), silentLogger);
    const chunk = Buffer.from('one frame of many');
    box.put('decode', 'p', 'why', chunk.subarray(0, 9));
    chunk.fill(0);
    expect(box.kept[0]!.data.toString()).toBe('one frame');
  });

  it('shows the newest twenty with how they begin, safe for a terminal', () => {
    const clock = new ManualClock();
    const box = new DeadLetterBox(clock, silentLogger);
    for (let i = 0; i < 25; i += 1) {
      box.put('decode', 'p', `detail ${i}\u001b[2J`, Buffer.from(`{"e":"\u001b[2J\u009b${'x'.repeat(300)}`));
      clock.advance(1);
    }
    const rows = box.rows();
    expect(rows).toHaveLength(20);
    expect([rows[0]!.detail, rows[19]!.detail]).toEqual(['detail 24\\u001b[2J', 'detail 5\\u001b[2J']);
    expect(rows[0]!).toEqual({
      at: '2023-11-14T22:13:20.024Z',
      reason: 'decode',
      provider: 'p',
      detail: 'detail 24\\u001b[2J',
      // 200 bytes, of which U+009B takes two.
      begins: `{"e":"\\u001b[2J\\u009b${'x'.repeat(188)}`,
    });
  });

  it('logs once in ten seconds per reason and provider', () => {
    const clock = new ManualClock();
    const log = new LogLines();
    const box = new DeadLetterBox(clock, log.logger);
    for (let i = 0; i < 5; i += 1) box.put('decode', 'p', 'why', Buffer.from('x'));
    box.put('decode', 'q', 'why', Buffer.from('x'));
    clock.advance(9_999);
    box.put('decode', 'p', 'why', Buffer.from('x'));
    expect(log.lines.map(({ facts }) => [facts['provider'], facts['count']])).toEqual([['p', 1], ['q', 6]]);
    clock.advance(1);
    box.put('decode', 'p', 'why', Buffer.from('x'));
    expect(log.lines.at(-1)!.facts['count']).toBe(8);
  });
});

describe('the frame taps', () => {
  class Tap implements RawFrameTap {
    readonly heard: string[] = [];
    fails = false;

    onOpen(provider: string, connection: number): void {
      this.#hear(`open ${provider} ${connection}`);
    }

    onFrame(provider: string, connection: number, _receivedTimeUs: number, data: Buffer): void {
      this.#hear(`frame ${provider} ${connection} ${data.toString()}`);
    }

    onRest(provider: string, url: string, body: Buffer): void {
      this.#hear(`rest ${provider} ${url} ${body.toString()}`);
    }

    #hear(text: string): void {
      if (this.fails) throw new Error('disk full');
      this.heard.push(text);
    }
  }

  function tellAll(taps: FrameTaps): void {
    taps.onOpen('p', 0, 'ws://x', 1);
    taps.onFrame('p', 0, 2, Buffer.from('f'), false);
    taps.onRest('p', '/u', Buffer.from('b'), 3);
  }

  it('tell every listener everything, and a listener that left nothing', () => {
    const taps = new FrameTaps(silentLogger);
    tellAll(taps);
    const [first, second] = [new Tap(), new Tap()];
    const leave = taps.subscribe(first);
    taps.subscribe(second);
    tellAll(taps);
    leave();
    leave();
    tellAll(taps);
    const once = ['open p 0', 'frame p 0 f', 'rest p /u b'];
    expect([first.heard, second.heard]).toEqual([once, [...once, ...once]]);
  });

  it('survive one that throws: it loses its seat, the others miss nothing', () => {
    const log = new LogLines();
    const taps = new FrameTaps(log.logger);
    const [broken, good] = [new Tap(), new Tap()];
    taps.subscribe(broken);
    taps.subscribe(good);
    broken.fails = true;
    tellAll(taps);
    broken.fails = false;
    tellAll(taps);
    expect([broken.heard.length, good.heard.length, log.lines.length]).toEqual([0, 6, 1]);
  });
});

describe('the process watch', () => {
  it('samples memory, and leaves neither timer nor observer behind', () => {
    const clock = new ManualClock();
    const watch = new ProcessWatch();
    watch.start(clock);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1_000);
    watch.stop();
    watch.stop();
    const { gc, memory } = watch.report();
    expect(clock.pendingTimers).toBe(0);
    expect(memory.rssPeakMb).toBeGreaterThan(memory.heapPeakMb);
    expect([gc.count >= 0, gc.pauseMs.max >= gc.pauseMs.p50]).toEqual([true, true]);
  });
});
