import { expect, it } from 'vitest';
import { Orchestrator } from '../../../internal/orchestrator/orchestrator.ts';
import type { CanonicalEvent } from '../../../schemas/events/event.ts';
import { streamsOf, trade } from '../../support/events.ts';

it('passes every event of a direct stream on, itself and at once', () => {
  const passed: CanonicalEvent[] = [];
  const orchestrator = new Orchestrator({ accept: (event) => void passed.push(event) });
  const events = [1, 2, 3].map((id) => trade(streamsOf('trade')[0]!, id));
  for (const event of events) orchestrator.accept(event);
  expect(passed).toEqual(events);
  expect(passed[0]).toBe(events[0]);
  expect(orchestrator.passedTotal).toBe(3);
});

it('refuses an event that already rests in its pool', () => {
  const event = trade(streamsOf('trade')[0]!, 1);
  event.pooled = true;
  const orchestrator = new Orchestrator({ accept: () => undefined });
  expect(() => orchestrator.accept(event)).toThrow('already in its pool');
});
