import { createConnection } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { systemClock } from '../../../../lib/clock/system-clock.ts';
import { HttpServer } from '../../../../lib/http/server.ts';
import { HttpClient } from '../../../../lib/http/client.ts';
import { Random } from '../../../../lib/random/random.ts';
import { WsClient } from '../../../../lib/ws/client.ts';
import { WsServer, type WsPeer, type WsServerOptions } from '../../../../lib/ws/server.ts';
import { expectNoMoreHandles, handles, Recorder, until } from './helpers.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function make(options: Partial<WsServerOptions> = {}): { server: WsServer; peers: WsPeer[]; errors: string[] } {
  const peers: WsPeer[] = [];
  const errors: string[] = [];
  const server = new WsServer({
    clock: systemClock,
    onConnection: (peer) => void peers.push(peer),
    onError: (error) => void errors.push(`${error.code} ${String(error.facts['listener'] ?? error.facts['found'])}`),
    ...options,
  });
  cleanups.push(() => server.stop());
  return { server, peers, errors };
}

function connect(port: number, path = '/') {
  const heard = new Recorder();
  const client = new WsClient({ url: `ws://127.0.0.1:${port}${path}`, clock: new ManualClock(), random: new Random(1), listener: heard });
  cleanups.push(() => client.stop());
  client.start();
  return { client, heard };
}

test('a peer knows where it comes from and what it asked for', async () => {
  const { server, peers } = make();
  const port = await server.listen();
  connect(port, '/ws?streams=a');
  await until(() => expect(peers.length).toBe(1));
  expect(peers[0]?.url).toBe('/ws?streams=a');
  expect(peers[0]?.remote).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(server.peers.size).toBe(1);
});

test('throwing listeners are reported and neither the connection nor the process dies', async () => {
  const { server, errors } = make({
    onConnection(peer) {
      peer.onMessage = (data) => {
        if (data.toString() === 'bad') throw new Error('no');
        peer.send('answer');
      };
      peer.onClose = () => {
        throw new Error('no');
      };
      throw new Error('no');
    },
  });
  const { client, heard } = connect(await server.listen());
  await until(() => expect(client.state).toBe('open'));
  client.send('bad');
  client.send('good');
  await until(() => expect(heard.frames).toEqual(['answer']));
  await client.stop();
  await until(() => expect(errors).toEqual(['WS_LISTENER_THREW onConnection', 'WS_LISTENER_THREW onMessage', 'WS_LISTENER_THREW onClose']));
  expect(server.peers.size).toBe(0);
});

test('a throw while looking at an upgrade, or in onError, costs only that connection', async () => {
  let count = 0;
  const { server } = make({
    onUpgrade() {
      count += 1;
      if (count === 1) throw new Error('no');
      return null;
    },
    onError() {
      throw new Error('no');
    },
  });
  const port = await server.listen();
  const first = connect(port);
  await until(() => expect(first.heard.closes.length).toBe(1));
  const second = connect(port);
  await until(() => expect(second.client.state).toBe('open'));
});

test('a message above the bound ends that peer', async () => {
  const { server, errors } = make({ maxPayloadBytes: 1_000 });
  const { client, heard } = connect(await server.listen());
  await until(() => expect(client.state).toBe('open'));
  client.send('x'.repeat(1_001));
  await until(() => expect(heard.closes.length).toBe(1));
  expect(heard.closes[0]?.code).toBe(1009);
  expect(errors).toEqual(['WS_PROTOCOL WS_ERR_UNSUPPORTED_MESSAGE_LENGTH']);
});

test('more peers than allowed are refused', async () => {
  const { server, peers } = make({ peersMax: 1 });
  const port = await server.listen();
  connect(port);
  await until(() => expect(peers.length).toBe(1));
  const second = connect(port);
  await until(() => expect(second.heard.closes[0]?.code).toBe(503));
});

test('a closed peer takes nothing more and says how it ended', async () => {
  const { server, peers } = make();
  const { client } = connect(await server.listen());
  await until(() => expect(peers.length).toBe(1));
  const ends: string[] = [];
  peers[0]!.onClose = (code, text) => ends.push(`${code} ${text}`);
  await until(() => expect(client.state).toBe('open'));
  await client.stop();
  await until(() => expect(ends).toEqual(['1000 ']));
  expect(peers[0]?.send('late')).toBe(false);
  peers[0]?.ping();
  peers[0]?.terminate();
});

test('it shares the node server of an HttpServer and leaves it running', async () => {
  const http = new HttpServer({ clock: systemClock }).route('GET', '/health', () => ({ status: 200, body: 'fine' }));
  cleanups.push(() => http.close());
  const port = await http.listen();
  const { server } = make({ node: http.node });
  expect(await server.listen()).toBe(port);
  const { client, heard } = connect(port);
  await until(() => expect(client.state).toBe('open'));
  await server.stop();
  await until(() => expect(heard.closes[0]?.code).toBe(1001));
  const rest = new HttpClient({ origin: `http://127.0.0.1:${port}`, clock: systemClock, random: new Random(1) });
  cleanups.push(() => rest.close());
  expect((await rest.request({ method: 'GET', path: '/health' })).body.toString()).toBe('fine');
});

test('stop ends peers that do not answer, leaves nothing, and may be asked twice', async () => {
  const before = await handles();
  const { server, peers } = make({ closeTimeoutMs: 20 });
  const { client } = connect(await server.listen());
  await until(() => expect(client.state).toBe('open'));
  await until(() => expect(peers.length).toBe(1));
  client.pause();
  const first = server.stop();
  expect(server.stop()).toBe(first);
  await first;
  await client.stop();
  await expectNoMoreHandles(before);
});

test('something that is no WebSocket request is answered and let go', async () => {
  const { server, peers } = make();
  const port = await server.listen();
  const socket = createConnection(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await until(() => expect(answer).toContain('400 Bad Request'));
  socket.destroy();
  expect(peers).toEqual([]);
});
