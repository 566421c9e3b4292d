import { createServer, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { assert } from '../assert/assert.ts';
import type { Clock } from '../clock/clock.ts';
import { AppError, messageOf } from '../errors/app-error.ts';
import { httpErrors } from './errors.ts';

/**
 * A small HTTP server for loopback: exact routes, whole bodies. Its node:http server is open to a
 * WsServer beside it.
 *
 *   request ─▶ body ≤ maxBodyBytes ─▶ "GET /path" ─▶ handler ─▶ reply
 *                   413 otherwise       404 otherwise   500 if it throws
 */
export class HttpServer {
  /** For a WsServer to attach to. */
  readonly node: Server;
  readonly #clock: Clock;
  readonly #maxBodyBytes: number;
  readonly #closeTimeoutMs: number;
  readonly #onError: (error: AppError) => void;
  readonly #routes = new Map<string, HttpHandler>();
  readonly #sockets = new Set<Socket>();
  #closed: Promise<void> | null = null;

  constructor(options: HttpServerOptions) {
    this.#clock = options.clock;
    this.#maxBodyBytes = options.maxBodyBytes ?? 1024 * 1024;
    this.#closeTimeoutMs = options.closeTimeoutMs ?? 500;
    this.#onError = options.onError ?? (() => undefined);
    this.node = createServer((request, response) => void this.#serve(request, response));
    this.node.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** 0 before `listen`. */
  get port(): number {
    return (this.node.address() as AddressInfo | null)?.port ?? 0;
  }

  /** @param path exact, without a query; a second handler for the same route is a mistake */
  route(method: string, path: string, handler: HttpHandler): this {
    const key = `${method} ${path}`;
    assert(!this.#routes.has(key), 'a route has one handler');
    this.#routes.set(key, handler);
    return this;
  }

  /** @returns the actual port, which matters when `port` is 0 */
  listen(port = 0, host = '127.0.0.1'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.node.once('error', reject);
      this.node.listen(port, host, () => {
        this.node.off('error', reject);
        resolve(this.port);
      });
    });
  }

  /** Lets running replies finish for `closeTimeoutMs`, then cuts every connection. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #close(): Promise<void> {
    return new Promise((resolve) => {
      const cut = this.#clock.after(this.#closeTimeoutMs, () => {
        // Also what was upgraded: node:http no longer counts those as its own.
        for (const socket of this.#sockets) socket.destroy();
      });
      // The callback's error only says that it was not listening.
      this.node.close(() => {
        cut.cancel();
        resolve();
      });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    try {
      const reply = await this.#reply(request);
      if (request.complete) response.writeHead(reply.status, reply.headers ?? {});
      else response.writeHead(reply.status, { ...reply.headers, connection: 'close' });
      response.end(reply.body);
    } catch (thrown) {
      // The client left half-way: there is nobody to answer, and the fault is not the handler's.
      if (request.destroyed && !request.complete) return;
      this.#report(request, thrown);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  }

  async #reply(request: IncomingMessage): Promise<HttpReply> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? '';
    const handler = this.#routes.get(`${method} ${pathname}`);
    const body = await this.#read(request);
    if (body === null) return { status: httpStatus.contentTooLarge, body: '' };
    if (handler === undefined) return { status: httpStatus.notFound, body: '' };
    return handler({ method, path: pathname, query: searchParams, headers: request.headers, body });
  }

  /** @returns null when the body passes the bound; the rest of it is not read */
  async #read(request: IncomingMessage): Promise<Buffer | null> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > this.#maxBodyBytes) return null;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
  }

  #report(request: IncomingMessage, thrown: unknown): void {
    const facts = { method: request.method ?? '', path: (request.url ?? '').split('?', 1)[0] ?? '', found: messageOf(thrown) };
    try {
      this.#onError(new AppError(httpErrors.handlerThrew, facts, thrown));
    } catch {
      // Who is told of errors and throws has no one left to tell.
    }
  }
}

export type HttpHandler = (request: HttpServerRequest) => HttpReply | Promise<HttpReply>;

export interface HttpServerRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpReply {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: Buffer | string;
}

export interface HttpServerOptions {
  readonly clock: Clock;
  /** Default 1 MiB; more is answered with 413. */
  readonly maxBodyBytes?: number;
  /** Default 500. */
  readonly closeTimeoutMs?: number;
  /** Hears HTTP_HANDLER_THREW. */
  readonly onError?: (error: AppError) => void;
}

const httpStatus = { notFound: 404, contentTooLarge: 413 } as const;
