import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { Supervisor } from '../../../../lib/lifecycle/supervisor.ts';
import type { Step, StepReport, SupervisorOptions } from '../../../../lib/lifecycle/supervisor.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const forever = (): Promise<void> => new Promise(() => undefined);

/** Steps that write down what is done to them. */
class Stage {
  readonly clock = new ManualClock();
  readonly diary: string[] = [];

  step(name: string, change: Partial<Step> = {}): Step {
    const note = (move: string) => (): void => void this.diary.push(`${move} ${name}`);
    return { name, start: note('start'), stop: note('stop'), ...change };
  }

  supervisor(steps: readonly Step[], options: Partial<SupervisorOptions> = {}): Supervisor {
    return new Supervisor({ clock: this.clock, steps, ...options });
  }
}

const outcomes = (reports: readonly StepReport[]): string[] => reports.map((report) => `${report.name} ${report.outcome}`);

describe('starting', () => {
  test('starts in order, one after another, and reports how long each took', async () => {
    const stage = new Stage();
    const slow = stage.step('slow', {
      start: () =>
        new Promise((resolve) =>
          stage.clock.after(30, () => {
            stage.diary.push('start slow');
            resolve();
          }),
        ),
    });
    const seen: StepReport[] = [];
    const supervisor = stage.supervisor([stage.step('first'), slow, stage.step('last')], { onStep: (report) => seen.push(report) });
    const starting = supervisor.start();
    await settle();
    stage.clock.advance(30);
    const reports = await starting;
    expect(stage.diary).toEqual(['start first', 'start slow', 'start last']);
    expect(reports.map(({ name, durationMs }) => [name, durationMs])).toEqual([['first', 0], ['slow', 30], ['last', 0]]);
    expect(seen).toEqual(reports);
    expect(supervisor.running).toEqual(['first', 'slow', 'last']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test.each([
    ['throws', () => { throw new Error('port in use'); }],
    ['rejects', () => Promise.reject(new Error('port in use'))],
  ])('a step that %s stops the started ones in reverse and is named', async (_name, start) => {
    const stage = new Stage();
    const supervisor = stage.supervisor([stage.step('first'), stage.step('second'), stage.step('http', { start }), stage.step('never')]);
    await expect(supervisor.start()).rejects.toMatchObject({
      code: 'STEP_START_FAILED',
      severity: 'halt',
      facts: { step: 'http', reason: 'port in use' },
      cause: expect.objectContaining({ message: 'port in use' }),
    });
    expect(stage.diary).toEqual(['start first', 'start second', 'stop second', 'stop first']);
    expect(supervisor.running).toEqual([]);
  });

  test('a step that takes too long is given up after its limit', async () => {
    const stage = new Stage();
    const supervisor = stage.supervisor([stage.step('first'), stage.step('stuck', { start: forever, startLimitMs: 50 })]);
    const failure = supervisor.start().catch((thrown: unknown) => thrown);
    await settle();
    stage.clock.advance(50);
    expect(await failure).toMatchObject({ code: 'STEP_START_TIMED_OUT', facts: { step: 'stuck', durationMs: 50 } });
    expect(stage.diary).toEqual(['start first', 'stop first']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('a step that comes up after it was given up is taken down', async () => {
    const stage = new Stage();
    const late = stage.step('late', { start: () => new Promise((resolve) => stage.clock.after(70, resolve)), startLimitMs: 50 });
    const failure = stage.supervisor([late]).start().catch((thrown: unknown) => thrown);
    await settle();
    stage.clock.advance(50);
    await failure;
    expect(stage.diary).toEqual([]);
    stage.clock.advance(20);
    await settle();
    expect(stage.diary).toEqual(['stop late']);
  });

  test('the failed start also says which steps could not be stopped', async () => {
    const stage = new Stage();
    const stubborn = stage.step('stubborn', { stop: () => Promise.reject(new Error('no')) });
    const broken = stage.step('broken', { start: () => Promise.reject(new Error('yes')) });
    await expect(stage.supervisor([stubborn, broken]).start()).rejects.toMatchObject({ facts: { step: 'broken', notStopped: 'stubborn' } });
  });

  test('starts once', async () => {
    const stage = new Stage();
    const supervisor = stage.supervisor([]);
    await supervisor.start();
    expect(() => supervisor.start()).toThrow('a supervisor starts once');
    const stopped = stage.supervisor([]);
    await stopped.stop();
    expect(() => stopped.start()).toThrow('a stopped supervisor does not start');
  });

  test('refuses two steps of one name', () => {
    const stage = new Stage();
    expect(() => stage.supervisor([stage.step('a'), stage.step('a')])).toThrow('a name of its own');
  });
});

describe('stopping', () => {
  test('stops in reverse, once, however often it is asked', async () => {
    const stage = new Stage();
    const supervisor = stage.supervisor([stage.step('first'), { name: 'passive', start: () => undefined }, stage.step('last')]);
    await supervisor.start();
    const [one, two] = await Promise.all([supervisor.stop(), supervisor.stop()]);
    expect(one).toBe(two);
    expect(await supervisor.stop()).toBe(one);
    expect(one.isClean).toBe(true);
    expect(outcomes(one.stopped)).toEqual(['last done', 'passive done', 'first done']);
    expect(stage.diary.slice(2)).toEqual(['stop last', 'stop first']);
  });

  test('goes on after a step that throws or hangs, and tells about both', async () => {
    const stage = new Stage();
    const supervisor = stage.supervisor([
      stage.step('first'),
      stage.step('throwing', { stop: () => { throw new Error('no'); } }),
      stage.step('hanging', { stop: forever, stopLimitMs: 40 }),
      stage.step('last'),
    ]);
    await supervisor.start();
    const stopping = supervisor.stop();
    await settle();
    stage.clock.advance(40);
    const report = await stopping;
    expect(outcomes(report.stopped)).toEqual(['last done', 'hanging timed-out', 'throwing failed', 'first done']);
    expect(report).toMatchObject({ isClean: false, durationMs: 40 });
    expect(report.stopped[1]!.durationMs).toBe(40);
    expect(report.stopped[2]!.error).toMatchObject({ message: 'no' });
  });

  test('all stops together keep to the total limit, and every step still is told', async () => {
    const stage = new Stage();
    const told: string[] = [];
    const hang = (name: string): Step => stage.step(name, { stop: () => (told.push(name), forever()), stopLimitMs: 80 });
    const supervisor = stage.supervisor([hang('a'), hang('b'), hang('c')], { stopTotalLimitMs: 100 });
    await supervisor.start();
    const stopping = supervisor.stop();
    for (const stepMs of [80, 20, 0]) {
      await settle();
      stage.clock.advance(stepMs);
    }
    const report = await stopping;
    expect(told).toEqual(['c', 'b', 'a']);
    expect(report.stopped.map((each) => each.durationMs)).toEqual([80, 20, 0]);
    expect(report.durationMs).toBe(100);
  });

  test('a stop before the start is clean and empty', async () => {
    expect(await new Stage().supervisor([]).stop()).toEqual({ isClean: true, stopped: [], durationMs: 0 });
  });
});

describe('a stop in the middle of the start', () => {
  test('interrupts the step under way, stops the others, and the start rejects', async () => {
    const stage = new Stage();
    let isAborted = false;
    const waiting = stage.step('waiting', {
      start: (signal) => {
        signal.addEventListener('abort', () => (isAborted = true));
        return forever();
      },
    });
    const supervisor = stage.supervisor([stage.step('first'), waiting, stage.step('never')]);
    const failure = supervisor.start().catch((thrown: unknown) => thrown);
    await settle();
    const report = await supervisor.stop();
    expect(isAborted).toBe(true);
    expect(await failure).toMatchObject({ code: 'START_INTERRUPTED', facts: { step: 'waiting' } });
    expect(outcomes(report.stopped)).toEqual(['first done']);
    expect(stage.diary).toEqual(['start first', 'stop first']);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test('a step that ends in the same moment is stopped too', async () => {
    const stage = new Stage();
    let up: () => void = () => undefined;
    const racing = stage.step('racing', { start: () => new Promise((resolve) => (up = resolve)) });
    const supervisor = stage.supervisor([racing]);
    const failure = supervisor.start().catch((thrown: unknown) => thrown);
    await settle();
    up();
    const report = await supervisor.stop();
    await settle();
    expect(await failure).toMatchObject({ code: 'START_INTERRUPTED' });
    // Either it counted as up and was stopped, or as late and was taken down: never left running.
    expect([...outcomes(report.stopped), ...stage.diary]).toContain('stop racing');
  });

  test('a stop between two steps keeps the next one from starting', async () => {
    const stage = new Stage();
    let stopping: Promise<unknown> | null = null;
    const supervisor: Supervisor = stage.supervisor([stage.step('first'), stage.step('never')], { onStep: (report) => { if (report.move === 'start') stopping ??= supervisor.stop(); } });
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'START_INTERRUPTED', facts: { step: 'never' } });
    await stopping;
    expect(stage.diary).toEqual(['start first', 'stop first']);
  });

  test('a stop with the end of the last step makes the start reject', async () => {
    const stage = new Stage();
    const supervisor: Supervisor = stage.supervisor([stage.step('only')], { onStep: () => void supervisor.stop() });
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'START_INTERRUPTED', facts: { step: 'only' } });
    expect(stage.diary).toEqual(['start only', 'stop only']);
  });
});
