import type { EventSource } from '../../internal/ports/event-source.ts';
import { systemClock } from '../../lib/clock/system-clock.ts';
import { Pool } from '../../lib/pool/pool.ts';
import { eventFor, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { Channel } from '../../schemas/market/stream.ts';
import { WsFrame } from '../../schemas/market/ws-frame.ts';

/** What takes the place of the frame pool where nothing is pooled: a new frame each time, left to the garbage collector. */
export class UnpooledFrames extends Pool<WsFrame> {
  constructor() {
    super({ name: 'unpooled', capacity: 1, create: () => new WsFrame(), clock: systemClock });
  }

  override tryAcquire(): WsFrame {
    return new WsFrame();
  }

  override release(): void {
    // Nobody holds it any more.
  }
}

/** The same for events. */
export class UnpooledEvents implements EventSource {
  tryAcquire(channel: Channel): CanonicalEvent {
    return eventFor(channel);
  }

  async whenAvailable(): Promise<void> {
    // There always is one.
  }

  release(): void {
    // Nobody holds it any more.
  }
}
