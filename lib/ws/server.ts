import { STATUS_CODES, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions } from 'ws';
import type { Clock } from '../clock/clock.ts';
import { AppError, messageOf } from '../errors/app-error.ts';
import { HttpServer } from '../http/server.ts';
import { wsErrors } from './errors.ts';
import { WsPeer } from './peer.ts';

export type { WsPeer } from './peer.ts';

/**
 * A small WebSocket server on loopback: for simulators, tests and local consumers.
 *
 *   upgrade ─▶ onUpgrade: refused? ─▶ peer ─▶ onConnection(peer, request)
 */
export class WsServer {
  readonly node: Server;
  readonly #options: WsServerOptions;
  readonly #own: HttpServer | null;
  readonly #ws: WebSocketServer;
  readonly #peers = new Set<WsPeer>();
  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => this.#upgrade(request, socket, head);
  #stopped: Promise<void> | null = null;

  constructor(options: WsServerOptions) {
    this.#options = options;
    this.#own = options.node === undefined ? new HttpServer({ clock: options.clock }) : null;
    this.node = options.node ?? this.#own!.node;
    const wsOptions: ServerOptions & { readonly closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.maxPayloadBytes ?? 1024 * 1024,
      closeTimeout: options.closeTimeoutMs ?? 500,
    };
    this.#ws = new WebSocketServer(wsOptions);
    this.node.on('upgrade', this.#onUpgrade);
  }

  get peers(): ReadonlySet<WsPeer> {
    return this.#peers;
  }

  /** 0 before the node:http server listens. */
  get port(): number {
    return (this.node.address() as AddressInfo | null)?.port ?? 0;
  }

  /** Only for a server of its own; a given one is its owner's to start. @returns the actual port */
  async listen(): Promise<number> {
    if (this.#own !== null) await this.#own.listen(this.#options.port ?? 0, this.#options.host ?? '127.0.0.1');
    return this.port;
  }

  /**
   * Says 1001 to all peers, cuts those that do not answer within `closeTimeoutMs`, and closes its own
   * node:http server (a given one it only leaves). Idempotent.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.node.off('upgrade', this.#onUpgrade);
    const gone = [...this.#peers].map((peer) => peer.leave(1001));
    await Promise.all([...gone, this.#own?.close()]);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Between here and ws taking over there is nobody else to hear it.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    try {
      const refusal = this.#refusalOf(request);
      if (refusal !== null) return refuse(socket, refusal);
      this.#ws.handleUpgrade(request, socket, head, (ws) => this.#welcome(new WsPeer(ws, request, this.#options), request));
    } catch (thrown) {
      this.#report(new AppError(wsErrors.listenerThrew, { listener: 'onUpgrade', found: messageOf(thrown) }, thrown));
      socket.destroy();
    }
  }

  #refusalOf(request: IncomingMessage): WsRefusal | null {
    if (this.#peers.size >= (this.#options.peersMax ?? 1_024)) return { status: 503 };
    return this.#options.onUpgrade?.(request) ?? null;
  }

  #welcome(peer: WsPeer, request: IncomingMessage): void {
    this.#peers.add(peer);
    peer.start((error) => this.#report(error), () => this.#peers.delete(peer));
    try {
      this.#options.onConnection(peer, request);
    } catch (thrown) {
      this.#report(new AppError(wsErrors.listenerThrew, { listener: 'onConnection', found: messageOf(thrown) }, thrown));
    }
  }

  #report(error: AppError): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // Who is told of errors and throws has no one left to tell.
    }
  }
}

/** An upgrade answered with a plain HTTP status instead. */
export interface WsRefusal {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
}

export interface WsServerOptions {
  readonly clock: Clock;
  /** Set `onMessage` and `onClose` of the peer in here: nothing is missed. */
  readonly onConnection: (peer: WsPeer, request: IncomingMessage) => void;
  /** Looks at a request before it is accepted; null accepts. */
  readonly onUpgrade?: (request: IncomingMessage) => WsRefusal | null;
  /** Hears WS_LISTENER_THREW, WS_PROTOCOL and WS_PEER_TOO_SLOW. */
  readonly onError?: (error: AppError) => void;
  /** A node:http server to attach to, whose owner starts and closes it; default: one of its own. */
  readonly node?: Server;
  /** Of its own server; default 127.0.0.1. */
  readonly host?: string;
  /** Of its own server; default 0: any free one. */
  readonly port?: number;
  /** The largest message a peer may send; default 1 MiB. */
  readonly maxPayloadBytes?: number;
  /** Default 4 MiB; a peer for whom more waits unsent is closed with 1013. */
  readonly maxBufferedBytes?: number;
  /** Default 1024; more are refused with 503. */
  readonly peersMax?: number;
  /** How long a closing handshake may take; default 500. */
  readonly closeTimeoutMs?: number;
}

function refuse(socket: Duplex, { status, headers = {} }: WsRefusal): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-length: 0\r\n${lines.join('')}\r\n`);
}
