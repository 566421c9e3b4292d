import { assert } from '../../lib/assert/assert.ts';
import type { CanonicalEvent } from '../../schemas/events/event.ts';
import type { EventSink } from '../ports/event-sink.ts';

/**
 * Where several providers' events on one symbol become one. There is no merge rule yet, so every stream is direct and passes;
 * windows will take their copies here without ever withholding a direct stream.
 */
export class Orchestrator implements EventSink {
  readonly #sink: EventSink;
  passedTotal = 0;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  accept(event: CanonicalEvent): void {
    assert(!event.pooled, 'the orchestrator received an event that is already in its pool');
    this.passedTotal += 1;
    this.#sink.accept(event);
  }
}
