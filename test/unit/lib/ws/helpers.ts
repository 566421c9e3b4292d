import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect, vi } from 'vitest';
import type { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import type { AppError } from '../../../../lib/errors/app-error.ts';
import type { WsCloseReason, WsListener } from '../../../../lib/ws/client.ts';

/** Writes down what it hears; `onEach` may do something more. */
export class Recorder implements WsListener {
  readonly frames: string[] = [];
  readonly binary: boolean[] = [];
  readonly closes: WsCloseReason[] = [];
  readonly errors: AppError[] = [];
  opens = 0;
  onEach: (text: string) => void = () => undefined;

  onOpen(): void {
    this.opens += 1;
    this.onEach('open');
  }

  onFrame(data: Buffer, isBinary: boolean): void {
    this.frames.push(data.toString());
    this.binary.push(isBinary);
    this.onEach(data.toString());
  }

  onClose(reason: WsCloseReason): void {
    this.closes.push(reason);
    this.onEach('close');
  }

  onError(error: AppError): void {
    this.errors.push(error);
    this.onEach('error');
  }
}

/** Lets the back-off told by the last close pass, and not a millisecond more. */
export function passBackOff(clock: ManualClock, heard: Recorder): void {
  clock.advance(heard.closes.at(-1)!.willRetryInMs);
}

/** A TCP server that upgrades by hand and then says what it is told, right or wrong. */
export class RawServer {
  readonly sockets: Socket[] = [];
  readonly #server: Server;

  /** @param onUpgraded null: accepts the connection and never answers */
  constructor(onUpgraded: ((socket: Socket) => void) | null) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', (head) => {
        if (onUpgraded === null) return;
        const key = /sec-websocket-key: (.*)\r\n/i.exec(head.toString())?.[1] ?? '';
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
        onUpgraded(socket);
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One unmasked server frame; text when `opcode` is 1. */
export function frame(payload: string, opcode = 1, firstBits = 0x80): Buffer {
  const body = Buffer.from(payload);
  const head = body.length < 126 ? Buffer.from([firstBits | opcode, body.length]) : Buffer.from([firstBits | opcode, 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, body]);
}

export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 2 });
}

const handleKinds = ['TCPSocketWrap', 'TCPServerWrap', 'TCPConnectWrap', 'GetAddrInfoReqWrap', 'Timeout'];

/** Sockets and timers of this process, counted by kind, once those that were closing are closed. */
export async function handles(): Promise<number[]> {
  await turns(300);
  const active = process.getActiveResourcesInfo();
  return handleKinds.map((kind) => active.filter((other) => other === kind).length);
}

/** Passes when there are no more handles of any kind than before; the test runner has timers that come and go. */
export async function expectNoMoreHandles(before: number[]): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    const after = await handles();
    if (after.every((count, kind) => count <= before[kind]!)) return;
  }
  expect(await handles()).toEqual(before);
}

/** Lets the event loop go round, without a timer. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
