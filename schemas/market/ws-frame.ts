import type { Poolable } from '../../lib/pool/pool.ts';

const NO_DATA = Buffer.alloc(0);

/** The bytes of one WebSocket message with where and when they came: taken from its pool on receive, back after decoding. */
export class WsFrame implements Poolable {
  pooled = false;
  generation = 0;
  home: object | null = null;
  /** Index of the connection inside its provider. */
  connection = 0;
  /** Which life of the connection, from 1. */
  epoch = 0;
  /** Wall clock, microseconds since 1970. */
  receivedTimeUs = 0;
  /** The same moment on the monotonic clock, milliseconds with a fraction. */
  receivedMonotonicMs = 0;
  /** Unique in the process; every event made from the frame carries it. */
  traceId = 0;
  data: Buffer = NO_DATA;

  reset(): void {
    this.connection = 0;
    this.epoch = 0;
    this.receivedTimeUs = 0;
    this.receivedMonotonicMs = 0;
    this.traceId = 0;
    this.data = NO_DATA;
  }
}
