import { describe, expect, it } from 'vitest';
import { SubscribeDesk } from '../../../../internal/providers/session/subscribe-desk.ts';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';

class Desk {
  readonly clock = new ManualClock();
  readonly sent: string[] = [];
  readonly heard: string[] = [];
  takes = true;
  readonly desk = new SubscribeDesk({ batchMax: 2, intervalMs: 250, timeoutMs: 10_000 }, this.clock, {
    send: (names, requestId) => {
      this.sent.push(`${this.clock.monotonicMs()} #${requestId} ${names.join(',')}`);
      return this.takes;
    },
    onRefused: (name, reason) => this.heard.push(`refused ${name}: ${reason}`),
    onDone: () => this.heard.push('done'),
    onTimeout: () => this.heard.push('timeout'),
  });
}

describe('the subscribe desk', () => {
  it('asks in batches, one at a time, no faster than the venue allows', () => {
    const { clock, desk, sent, heard } = new Desk();
    desk.begin(['a', 'b', 'c', 'd', 'e']);
    expect(sent).toEqual(['0 #1 a,b']);
    clock.advance(100);
    desk.onReply(1, '');
    clock.advance(249);
    expect(sent).toHaveLength(1);
    clock.advance(1);
    desk.onReply(2, '');
    clock.advance(250);
    expect(heard).toEqual([]);
    desk.onReply(3, '');
    expect(sent).toEqual(['0 #1 a,b', '350 #2 c,d', '600 #3 e']);
    expect(heard).toEqual(['done']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks a refused batch again name by name, so that one bad name does not sink the rest', () => {
    const { clock, desk, sent, heard } = new Desk();
    desk.begin(['good', 'bad', 'other']);
    desk.onReply(1, 'invalid');
    clock.advance(250);
    desk.onReply(2, '');
    clock.advance(250);
    desk.onReply(3, '2 no such stream');
    clock.advance(250);
    desk.onReply(4, '');
    expect(sent.map((text) => text.split(' ').slice(1).join(' '))).toEqual(['#1 good,bad', '#2 good', '#3 bad', '#4 other']);
    expect(heard).toEqual(['refused bad: 2 no such stream', 'done']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes a refusal that names no request for the answer to the one under way', () => {
    const { clock, desk, heard } = new Desk();
    desk.onReply(0, 'too early');
    desk.begin(['bad']);
    desk.onReply(0, '2 no such stream');
    desk.onReply(0, 'too late');
    expect(heard).toEqual(['refused bad: 2 no such stream', 'done']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on a request that is not answered in time', () => {
    const { clock, desk, heard } = new Desk();
    desk.begin(['a']);
    clock.advance(9_999);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect(heard).toEqual(['timeout']);
    desk.cancel();
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up at once when the connection does not take the message', () => {
    const bench = new Desk();
    bench.takes = false;
    bench.desk.begin(['a']);
    expect(bench.heard).toEqual(['timeout']);
  });

  it('is done at once without names, and hears no answer that is not its own', () => {
    const { clock, desk, heard } = new Desk();
    desk.begin([]);
    expect(heard).toEqual(['done']);
    desk.onReply(0, '');
    desk.begin(['a']);
    desk.onReply(7, '');
    desk.onReply(-1, 'no');
    desk.onReply(1, '');
    desk.onReply(1, '');
    expect(heard).toEqual(['done', 'done']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('begins anew without hearing what a former connection was asked', () => {
    const { clock, desk, sent, heard } = new Desk();
    desk.begin(['a', 'b', 'c']);
    desk.begin(['d']);
    desk.onReply(1, '');
    expect(heard).toEqual([]);
    desk.onReply(2, '');
    expect([sent.at(-1), heard]).toEqual(['0 #2 d', ['done']]);
    desk.cancel();
    expect(clock.pendingTimers).toBe(0);
  });
});
