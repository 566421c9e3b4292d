import { describe, expect, it } from 'vitest';
import { SnapshotScheduler } from '../../../../internal/providers/session/snapshot-scheduler.ts';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { AppError } from '../../../../lib/errors/app-error.ts';
import { Random } from '../../../../lib/random/random.ts';
import { errors } from '../../../../schemas/errors.ts';
import type { Stream } from '../../../../schemas/market/stream.ts';
import { streamsOf } from '../../../support/events.ts';

class Desk {
  readonly clock = new ManualClock();
  readonly streams = streamsOf('book', 8);
  readonly asked: { stream: Stream; atMs: number; resolve(body: Buffer): void; reject(error: Error): void }[] = [];
  readonly heard: string[] = [];
  onSnapshot: (stream: Stream) => void = () => undefined;
  readonly scheduler = new SnapshotScheduler(this.clock, new Random(1), {
    fetch: (stream) => new Promise((resolve, reject) => this.asked.push({ stream, atMs: this.clock.monotonicMs(), resolve, reject })),
    onSnapshot: (stream, body) => {
      this.heard.push(`${stream.id} ${body.toString()}`);
      this.onSnapshot(stream);
    },
    onFailed: (stream, error) => {
      this.heard.push(`${stream.id} ${error.code}`);
      this.onSnapshot(stream);
    },
  });

  async answer(index: number, body = 'book'): Promise<void> {
    this.asked[index]!.resolve(Buffer.from(body));
    await settled();
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
}

describe('the snapshot scheduler', () => {
  it('asks four at once and the next when one is answered', async () => {
    const desk = new Desk();
    for (const stream of desk.streams) desk.scheduler.request(stream);
    expect(desk.asked.map(({ stream }) => stream.id)).toEqual([0, 1, 2, 3]);
    await desk.answer(2);
    expect(desk.asked.map(({ stream }) => stream.id)).toEqual([0, 1, 2, 3, 4]);
    for (let i = 0; i < 8; i += 1) if (i !== 2) await desk.answer(i);
    expect(desk.heard.map((text) => Number(text.split(' ')[0])).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(desk.clock.pendingTimers).toBe(0);
  });

  it('changes nothing when asked again while a question is queued, paced or under way', async () => {
    const desk = new Desk();
    const [stream] = desk.streams;
    for (let i = 0; i < 3; i += 1) desk.scheduler.request(stream!);
    expect(desk.asked).toHaveLength(1);
    await desk.answer(0);
    for (let i = 0; i < 3; i += 1) desk.scheduler.request(stream!);
    expect([desk.asked.length, desk.clock.pendingTimers]).toEqual([1, 1]);
    desk.clock.advance(60_000);
    expect(desk.asked).toHaveLength(2);
    expect(desk.heard).toEqual(['0 book']);
  });

  it('doubles the pace of a book that asks again and again, jittered, from 0.5 to 30 s', async () => {
    const desk = new Desk();
    const [stream] = desk.streams;
    desk.onSnapshot = () => desk.scheduler.request(stream!);
    desk.scheduler.request(stream!);
    for (let i = 0; i < 10; i += 1) {
      await desk.answer(i);
      desk.clock.advance(30_000);
    }
    const paces = desk.asked.slice(1).map(({ atMs }, index) => atMs - desk.asked[index]!.atMs);
    // The clock jumped by 30 s a time, but timers run at their own moment.
    const sinceAnswer = desk.asked.slice(1).map(({ atMs }, index) => atMs - index * 30_000);
    expect(paces).toHaveLength(10);
    for (const [index, waitedMs] of sinceAnswer.entries()) {
      const fullMs = Math.min(500 * 2 ** index, 30_000);
      expect(waitedMs).toBeLessThanOrEqual(fullMs);
      if (index < 6) expect(paces[index]).toBeGreaterThan(0);
    }
    expect(sinceAnswer[0]).toBeGreaterThanOrEqual(250);
  });

  it('starts over with the shortest pace when a book stayed good for a minute', async () => {
    const desk = new Desk();
    const [stream] = desk.streams;
    desk.scheduler.request(stream!);
    await desk.answer(0);
    desk.clock.advance(60_001);
    desk.scheduler.request(stream!);
    expect(desk.asked).toHaveLength(2);
    expect(desk.clock.pendingTimers).toBe(0);
  });

  it('tells what went wrong, and goes on with the others', async () => {
    const desk = new Desk();
    for (const stream of desk.streams.slice(0, 6)) desk.scheduler.request(stream);
    desk.asked[0]!.reject(new AppError(errors.snapshotRefused, { status: 429 }));
    desk.asked[1]!.reject(new Error('socket hang up'));
    await settled();
    expect(desk.heard).toEqual(['0 SNAPSHOT_REFUSED', '1 SNAPSHOT_REFUSED']);
    expect(desk.asked).toHaveLength(6);
  });

  it('drops the answer to a question of a former life, and asks the next one anew, at the pace of before', async () => {
    const desk = new Desk();
    const [stream] = desk.streams;
    desk.scheduler.request(stream!);
    desk.scheduler.forget(stream!);
    desk.scheduler.forget(desk.streams[1]!);
    desk.scheduler.request(stream!);
    expect([desk.asked.length, desk.clock.pendingTimers]).toEqual([1, 1]);
    await desk.answer(0, 'former');
    desk.clock.advance(500);
    expect([desk.asked.length, desk.heard]).toEqual([2, []]);
    await desk.answer(1, 'new');
    expect(desk.heard).toEqual(['0 new']);
  });

  it('forgets a question that waits for its turn or its pace, and goes on with the others', async () => {
    const desk = new Desk();
    for (const stream of desk.streams.slice(0, 6)) desk.scheduler.request(stream);
    desk.scheduler.forget(desk.streams[4]!);
    await desk.answer(0);
    desk.scheduler.request(desk.streams[0]!);
    desk.scheduler.forget(desk.streams[0]!);
    expect(desk.clock.pendingTimers).toBe(0);
    await desk.answer(1);
    expect(desk.asked.map(({ stream }) => stream.id)).toEqual([0, 1, 2, 3, 5]);
  });

  it('says nothing and leaves no timer after stop', async () => {
    const desk = new Desk();
    for (const stream of desk.streams) desk.scheduler.request(stream);
    await desk.answer(0);
    desk.scheduler.request(desk.streams[0]!);
    expect(desk.clock.pendingTimers).toBe(1);
    desk.scheduler.stop();
    expect(desk.clock.pendingTimers).toBe(0);
    await desk.answer(1);
    desk.scheduler.request(desk.streams[7]!);
    expect([desk.heard, desk.asked.length]).toEqual([['0 book'], 5]);
  });
});
