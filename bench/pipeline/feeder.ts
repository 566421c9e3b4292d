import type { Socket } from 'node:net';
import { systemClock } from '../../lib/clock/system-clock.ts';
import { HttpServer } from '../../lib/http/server.ts';
import { tryParseJson } from '../../lib/json/json.ts';
import { WsServer, type WsPeer } from '../../lib/ws/server.ts';
import { loadFrames } from './frames.ts';

/**
 * Process of its own that plays recorded frames to whoever is connected, as fast as the socket takes them: arguments are the
 * recording and how many frames. It prints its port, answers Binance's two REST calls and every SUBSCRIBE, and begins with
 * `POST /go`; `POST /cut` ends every connection.
 */
const [, , file, countMax] = process.argv;
const set = await loadFrames(file!, Number(countMax));
const http = new HttpServer({ clock: systemClock });
// Text frames, because that is what the venue sends.
const texts = set.frames.map((frame) => frame.toString());
const FRAMES_PER_WRITE = 512;
const sockets = new Set<Socket>();
const ws = new WsServer({ clock: systemClock, node: http.node, maxBufferedBytes: 1 << 30, onConnection: welcome });

http.node.on('upgrade', (_request, socket: Socket) => sockets.add(socket));
http.route('GET', '/api/v3/exchangeInfo', () => ({ status: 200, body: set.exchangeInfo }));
http.route('GET', '/api/v3/depth', () => ({ status: 200, body: set.snapshot }));
http.route('POST', '/go', () => {
  for (const peer of ws.peers) play(peer);
  return { status: 200, body: '' };
});
http.route('POST', '/cut', () => {
  for (const peer of ws.peers) peer.terminate();
  return { status: 200, body: '' };
});
process.stdout.write(`${await http.listen()}\n`);

function welcome(peer: WsPeer): void {
  peer.onMessage = (data) => {
    const parsed = tryParseJson(data.toString());
    if (parsed.ok) peer.send(`{"result":null,"id":${String((parsed.value as { id: number }).id)}}`);
  };
}

/**
 * Corked, so that many frames leave in one write: sent one by one, the receiver would spend most of its time waking up, and
 * the burst that is to be measured would never build up.
 */
function play(peer: WsPeer): void {
  const socket = [...sockets].find(({ remotePort }) => peer.remote.endsWith(`:${remotePort}`))!;
  let next = 0;
  const step = (): void => {
    socket.cork();
    for (let sent = 0; sent < FRAMES_PER_WRITE && next < texts.length; sent += 1, next += 1) peer.send(texts[next]!);
    socket.uncork();
    if (next === texts.length) return;
    if (socket.writableNeedDrain) socket.once('drain', step);
    else setImmediate(step);
  };
  step();
}
