import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { AppError, codeOf, messageOf, type Facts } from '../errors/app-error.ts';
import { wsErrors } from './errors.ts';
import { leaveSocket } from './socket.ts';

/**
 * The server's end of one WebSocket.
 *
 * ws never refuses to send: towards a peer that does not read, its memory only grows. So there is
 * a bound here, and a peer beyond it is closed with 1013 ("try again later").
 */
export class WsPeer {
  /** Text arrives as a Buffer, too. A throw is reported to the server's `onError`. */
  onMessage: ((data: Buffer, isBinary: boolean) => void) | null = null;
  /** Once. 1006: the connection was cut. */
  onClose: ((code: number, text: string) => void) | null = null;
  /** Path and query of the upgrade. */
  readonly url: string;
  /** Address and port of the other side. */
  readonly remote: string;
  readonly #ws: WebSocket;
  readonly #maxBufferedBytes: number;
  #report: (error: AppError) => void = () => undefined;

  constructor(ws: WebSocket, request: IncomingMessage, options: { readonly maxBufferedBytes?: number }) {
    this.#ws = ws;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? 4 * 1024 * 1024;
    this.url = request.url ?? '/';
    this.remote = `${request.socket.remoteAddress ?? ''}:${request.socket.remotePort ?? 0}`;
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  /** Accepted by `send`, not yet by the kernel. */
  get bufferedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  /** @returns false when the peer is not open, or was just closed for reading too slowly */
  send(data: string | Buffer): boolean {
    if (!this.isOpen) return false;
    const { bufferedBytes } = this;
    if (bufferedBytes > this.#maxBufferedBytes) {
      this.#report(this.#error('peerTooSlow', { bufferedBytes, maxBufferedBytes: this.#maxBufferedBytes }));
      this.close(1013, 'reads too slowly');
      return false;
    }
    this.#ws.send(data);
    return true;
  }

  ping(): void {
    if (this.isOpen) this.#ws.ping();
  }

  /** Stops reading: also pings stay unanswered, which is how a half-open peer looks. */
  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(code = 1000, reason = ''): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  /** For the server: wires the events. */
  start(report: (error: AppError) => void, gone: () => void): void {
    this.#report = report;
    this.#ws.on('message', (data, isBinary) => this.#guard('onMessage', () => this.onMessage?.(data as Buffer, isBinary)));
    this.#ws.on('error', (error) => report(this.#error('protocol', { found: codeOf(error) || error.message }, error)));
    this.#ws.on('close', (code, reason) => {
      gone();
      this.#guard('onClose', () => this.onClose?.(code, reason.toString()));
    });
  }

  /** For the server: closes and resolves when the connection is gone, at most the close time-out later. */
  leave(code: number): Promise<void> {
    return leaveSocket(this.#ws, code);
  }

  #guard(name: string, call: () => void): void {
    try {
      call();
    } catch (thrown) {
      this.#report(this.#error('listenerThrew', { listener: name, found: messageOf(thrown) }, thrown));
    }
  }

  #error(spec: keyof typeof wsErrors, facts: Facts, cause?: unknown): AppError {
    return new AppError(wsErrors[spec], { remote: this.remote, ...facts }, cause);
  }
}
