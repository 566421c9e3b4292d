/**
 * Who listens to what the venues say before anyone decodes it, to write it down. Bytes belong to the caller again when the
 * call returns: a listener that keeps them copies them. A listener never throws and never waits.
 */
export interface RawFrameTap {
  /** A connection is open; `connection` counts from 0 for each provider and is not used twice. */
  onOpen(provider: string, connection: number, url: string, atUs: number): void;
  /** One WebSocket message as it was received. Times are whole microseconds since 1970. */
  onFrame(provider: string, connection: number, receivedTimeUs: number, data: Buffer, isBinary: boolean): void;
  /** The body of one REST response. */
  onRest(provider: string, url: string, body: Buffer, atUs: number): void;
}

export interface RawFrames {
  /** Returns the way out; leaving twice does nothing. */
  subscribe(tap: RawFrameTap): () => void;
}
