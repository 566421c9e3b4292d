import type { Clock } from '../clock/clock.ts';
import type { AppError } from '../errors/app-error.ts';
import type { Random } from '../random/random.ts';

/** What a WsClient is told when it is made, and what its owner hears from it. */
export interface WsClientOptions extends Partial<WsClientLimits> {
  /** ws:// or wss://; a function is asked before every attempt. Never told in errors: a path can be a key. */
  readonly url: string | (() => string);
  readonly clock: Clock;
  readonly random: Random;
  readonly listener: WsListener;
}

export interface WsClientLimits {
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** A connection that stayed open so long makes the back-off start over. */
  readonly goodLifeMs: number;
  readonly connectTimeoutMs: number;
  /** Between our own pings; 0: none. The peer's pings are answered in any case. */
  readonly pingIntervalMs: number;
  /** Neither message nor ping nor pong for so long (at most a quarter more) is death; 0: never. */
  readonly silenceMs: number;
  /** How long a closing handshake may take. */
  readonly closeTimeoutMs: number;
  /** The largest message; more ends the connection with WS_PROTOCOL. */
  readonly maxPayloadBytes: number;
  /** The most that may wait unsent before `send` refuses. */
  readonly maxBufferedBytes: number;
}

export const wsClientDefaults = {
  headers: {},
  protocols: [],
  backoffMinMs: 1_000,
  backoffMaxMs: 30_000,
  goodLifeMs: 60_000,
  connectTimeoutMs: 10_000,
  pingIntervalMs: 0,
  silenceMs: 30_000,
  closeTimeoutMs: 500,
  maxPayloadBytes: 16 * 1024 * 1024,
  maxBufferedBytes: 1024 * 1024,
} as const satisfies WsClientLimits;

export type WsState = 'idle' | 'connecting' | 'open' | 'waiting' | 'stopped';

/** Who ended it: the peer or the network, the watchdog, a failure (told by `onError` first), or we. */
export type WsCloseCause = 'remote' | 'silence' | 'error' | 'asked';

export interface WsCloseReason {
  /** The WebSocket close code (1006: none was sent); below 1000 it is the HTTP status of a refused upgrade. */
  readonly code: number;
  readonly text: string;
  readonly cause: WsCloseCause;
  /** Until the next attempt; -1 when there is none. */
  readonly willRetryInMs: number;
}

/**
 * What the owner hears. A throw is counted, goes to `onError` as WS_LISTENER_THREW with its `cause`,
 * and the connection lives on; only an InvariantError also reaches the process.
 */
export interface WsListener {
  onOpen(): void;
  /** Once per message, soon after it was read: when all of its chunk is. The Buffer is the listener's to keep, and may be a view of a larger chunk. */
  onFrame(data: Buffer, isBinary: boolean): void;
  /** Once per attempt that ended, also when it never opened. */
  onClose(reason: WsCloseReason): void;
  onError(error: AppError): void;
}

export interface WsTotals {
  readonly connects: number;
  readonly opens: number;
  readonly frames: number;
  readonly listenerThrows: number;
}
