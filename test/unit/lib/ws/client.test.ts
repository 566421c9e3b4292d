import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { systemClock } from '../../../../lib/clock/system-clock.ts';
import { Random } from '../../../../lib/random/random.ts';
import { WsClient, type WsClientOptions } from '../../../../lib/ws/client.ts';
import { WsServer, type WsPeer, type WsServerOptions } from '../../../../lib/ws/server.ts';
import { expectNoMoreHandles, handles, passBackOff, RawServer, Recorder, turns, until } from './helpers.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(options: Partial<WsServerOptions> = {}): Promise<{ server: WsServer; url: string; peers: WsPeer[] }> {
  const peers: WsPeer[] = [];
  const server = new WsServer({ clock: systemClock, onConnection: (peer) => void peers.push(peer), ...options });
  cleanups.push(() => server.stop());
  return { server, url: `ws://127.0.0.1:${await server.listen()}`, peers };
}

function connect(url: string | (() => string), options: Partial<WsClientOptions> = {}) {
  const clock = new ManualClock();
  const heard = new Recorder();
  const client = new WsClient({ url, clock, random: new Random(7), listener: heard, ...options });
  cleanups.push(() => client.stop());
  client.start();
  return { client, clock, heard };
}

test('frames arrive as buffers, text and binary told apart, and sending goes the other way', async () => {
  const said: string[] = [];
  const { url, peers } = await serve({
    onConnection(peer) {
      peers.push(peer);
      peer.onMessage = (data, isBinary) => void said.push(`${data.toString()} ${String(isBinary)}`);
    },
  });
  const { client, heard } = connect(url);
  expect(client.send('too early')).toBe(false);
  await until(() => expect(client.state).toBe('open'));
  expect(client.send('text')).toBe(true);
  expect(client.send(Buffer.from('bytes'))).toBe(true);
  peers[0]!.send('one');
  peers[0]!.send(Buffer.from('two'));
  await until(() => expect(heard.frames).toEqual(['one', 'two']));
  expect(heard.binary).toEqual([false, true]);
  await until(() => expect(said).toEqual(['text false', 'bytes true']));
  expect(client.totals).toEqual({ connects: 1, opens: 1, frames: 2, listenerThrows: 0 });
});

test('the URL is asked for anew before every attempt', async () => {
  const { url, peers } = await serve();
  let count = 0;
  const { clock, heard } = connect(() => `${url}/${(count += 1)}`);
  await until(() => expect(peers.length).toBe(1));
  peers[0]!.terminate();
  await until(() => expect(heard.closes.length).toBe(1));
  passBackOff(clock, heard);
  await until(() => expect(peers.map((peer) => peer.url)).toEqual(['/1', '/2']));
});

test('a URL that is none is an error of the attempt and is tried again', async () => {
  const { client, clock, heard } = connect('nonsense/listenKey');
  expect(heard.errors[0]?.message).not.toContain('listenKey');
  expect(heard.closes[0]?.text).toBe('no usable URL');
  expect(heard.errors[0]?.code).toBe('WS_CONNECT_FAILED');
  expect(heard.closes[0]?.cause).toBe('error');
  expect(client.state).toBe('waiting');
  passBackOff(clock, heard);
  expect(client.totals.connects).toBe(2);
  await client.stop();
});

test('a refused connection is tried again after the back-off, and one close is told per attempt', async () => {
  const { server, url } = await serve();
  await server.stop();
  const { client, clock, heard } = connect(url);
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await until(() => expect(heard.closes.length).toBe(attempt));
    const { willRetryInMs, cause, code } = heard.closes.at(-1)!;
    expect({ cause, code }).toEqual({ cause: 'error', code: 1006 });
    expect(willRetryInMs).toBeLessThanOrEqual(1_000 * 2 ** (attempt - 1));
    expect(client.failedAttempts).toBe(attempt);
    expect(heard.errors.at(-1)?.facts['found']).toBe('ECONNREFUSED');
    passBackOff(clock, heard);
  }
  expect(heard.opens).toBe(0);
});

test('the back-off starts over only after a minute of good life', async () => {
  const { url, peers } = await serve();
  const { client, clock, heard } = connect(url, { silenceMs: 0 });
  const lives = [1_000, 59_999, 60_000];
  const failures: number[] = [];
  for (const lifeMs of lives) {
    await until(() => expect(client.state).toBe('open'));
    await until(() => expect(peers.length).toBe(failures.length + 1));
    clock.advance(lifeMs);
    peers.at(-1)!.terminate();
    await until(() => expect(client.state).toBe('waiting'));
    failures.push(client.failedAttempts);
    passBackOff(clock, heard);
  }
  expect(failures).toEqual([1, 2, 1]);
});

test('a server that accepts and never answers ends in a connect time-out', async () => {
  const server = new RawServer(null);
  cleanups.push(() => server.stop());
  const { clock, heard, client } = connect(await server.listen());
  await until(() => expect(server.sockets.length).toBe(1));
  clock.advance(9_999);
  expect(client.state).toBe('connecting');
  clock.advance(1);
  expect(heard.errors[0]?.code).toBe('WS_CONNECT_TIMEOUT');
  expect(client.state).toBe('waiting');
});

test.for([429, 403, 503])('an upgrade refused with %i waits as long as Retry-After says', async (status) => {
  const { url, peers } = await serve({ onUpgrade: () => (peers.length + refusals++ === 0 ? { status, headers: { 'retry-after': '42' } } : null) });
  let refusals = 0;
  const { clock, heard, client } = connect(url);
  await until(() => expect(heard.closes.length).toBe(1));
  const { code, cause, willRetryInMs } = heard.closes[0]!;
  expect({ code, cause }).toEqual({ code: status, cause: 'error' });
  expect(heard.errors[0]?.code).toBe('WS_UPGRADE_REFUSED');
  expect(willRetryInMs).toBeGreaterThanOrEqual(42_000);
  expect(willRetryInMs).toBeLessThanOrEqual(43_000);
  clock.advance(41_999);
  expect(client.state).toBe('waiting');
  clock.advance(willRetryInMs - 41_999);
  await until(() => expect(client.state).toBe('open'));
});

test('asked to reconnect, it leaves the old socket and comes back on a new one', async () => {
  const { url, peers } = await serve();
  const { client, clock, heard } = connect(url);
  await until(() => expect(client.state).toBe('open'));
  client.reconnect('sequence gap');
  expect(heard.closes).toEqual([{ code: 1000, text: 'sequence gap', cause: 'asked', willRetryInMs: expect.any(Number) as number }]);
  client.reconnect('again');
  expect(heard.closes.length).toBe(1);
  passBackOff(clock, heard);
  await until(() => expect(heard.opens).toBe(2));
  await until(() => expect(peers.length).toBe(2));
});

test('a remote close is told with its code and text', async () => {
  const { url, peers } = await serve();
  const { heard } = connect(url);
  await until(() => expect(peers.length).toBe(1));
  peers[0]!.close(4001, 'maintenance');
  await until(() => expect(heard.closes.length).toBe(1));
  expect(heard.closes[0]).toMatchObject({ code: 4001, text: 'maintenance', cause: 'remote' });
  expect(heard.errors).toEqual([]);
});

test('a paused client reads nothing, and everything arrives after it resumes', async () => {
  const { url, peers } = await serve({ maxBufferedBytes: 256 * 1024 * 1024 });
  const { client, heard } = connect(url);
  await until(() => expect(client.state).toBe('open'));
  client.pause();
  const text = 'x'.repeat(60_000);
  for (let i = 0; i < 500; i += 1) peers[0]!.send(text);
  await until(() => expect(peers[0]!.bufferedBytes).toBeGreaterThan(1_000_000));
  expect(heard.frames.length).toBeLessThan(10);
  client.resume();
  await until(() => expect(heard.frames.length).toBe(500));
});

test('a paused client that reconnects stays paused', async () => {
  const { url, peers } = await serve({
    onConnection(peer) {
      peers.push(peer);
      peer.send(`hello ${peers.length}`);
    },
  });
  const { client, clock, heard } = connect(url);
  await until(() => expect(heard.frames).toEqual(['hello 1']));
  client.pause();
  client.reconnect('test');
  passBackOff(clock, heard);
  await until(() => expect(heard.opens).toBe(2));
  await turns(50);
  expect(heard.frames).toEqual(['hello 1']);
  expect(client.isPaused).toBe(true);
  client.resume();
  await until(() => expect(heard.frames).toEqual(['hello 1', 'hello 2']));
});

test('pings go out at their interval, and their pongs are signs of life', async () => {
  const { url, peers } = await serve();
  const { client, clock } = connect(url, { pingIntervalMs: 5_000, silenceMs: 8_000 });
  await until(() => expect(client.state).toBe('open'));
  for (let i = 0; i < 5; i += 1) {
    clock.advance(5_000);
    // The pong must be back before time goes on, or this would be silence.
    await new Promise<void>((resolve) => {
      peers[0]!.onMessage = () => resolve();
      client.send('after the ping');
    });
    await turns(20);
  }
  expect(client.state).toBe('open');
  await client.stop();
  expect(clock.pendingTimers).toBe(0);
});

test('sending is refused when too much waits unsent', async () => {
  const { url, peers } = await serve({ maxPayloadBytes: 64 * 1024 * 1024 });
  const { client } = connect(url, { maxBufferedBytes: 1_000_000 });
  await until(() => expect(peers.length).toBe(1));
  peers[0]!.pause();
  const text = 'x'.repeat(500_000);
  let sent = 0;
  while (client.send(text)) sent += 1;
  expect(sent).toBeLessThan(100);
  expect(client.bufferedBytes).toBeLessThan(1_000_000 + 2 * 500_100);
});

test('after stop no socket, timer or listener is left, and no new socket is made', async () => {
  const { server, url, peers } = await serve();
  await until(() => expect(server.port).toBeGreaterThan(0));
  const before = await handles();
  const { client, heard } = connect(url, { clock: systemClock, pingIntervalMs: 1_000 });
  await until(() => expect(peers.length).toBe(1));
  await until(() => expect(client.state).toBe('open'));
  await client.stop();
  await expectNoMoreHandles(before);
  expect(heard.closes).toEqual([{ code: 1000, text: 'stopped', cause: 'asked', willRetryInMs: -1 }]);
  expect(client.send('late')).toBe(false);
  client.reconnect('late');
  client.pause();
  client.resume();
  expect(client.state).toBe('stopped');
  expect(client.totals.connects).toBe(1);
});

test('stop is the same promise however often it is asked', async () => {
  const { url } = await serve();
  const { client, heard } = connect(url);
  await until(() => expect(client.state).toBe('open'));
  const first = client.stop();
  expect(client.stop()).toBe(first);
  await first;
  expect(heard.closes.length).toBe(1);
});

test('stop ends an attempt under way and a wait, and one that never started', async () => {
  const server = new RawServer(null);
  cleanups.push(() => server.stop());
  const url = await server.listen();
  const connecting = connect(url);
  await until(() => expect(server.sockets.length).toBe(1));
  await connecting.client.stop();
  expect(connecting.heard.closes[0]?.cause).toBe('asked');
  expect(connecting.heard.errors).toEqual([]);
  expect(connecting.clock.pendingTimers).toBe(0);

  const waiting = connect('not a url');
  await waiting.client.stop();
  expect(waiting.clock.pendingTimers).toBe(0);
  waiting.clock.advance(60_000);
  expect(waiting.client.totals.connects).toBe(1);

  const idle = new WsClient({ url, clock: new ManualClock(), random: new Random(1), listener: new Recorder() });
  await idle.stop();
  expect(idle.state).toBe('stopped');
  expect(() => idle.start()).toThrow('a client starts once');
});

test('stop does not wait for a peer that never answers, nor for a paused connection', async () => {
  const server = new RawServer(() => undefined);
  cleanups.push(() => server.stop());
  const { client } = connect(await server.listen(), { closeTimeoutMs: 20 });
  await until(() => expect(client.state).toBe('open'));
  client.pause();
  await client.stop();
  expect(client.state).toBe('stopped');
});

test('the listener may stop the client from any of its calls', async () => {
  const { url, peers } = await serve();
  for (const moment of ['open', 'frame', 'close']) {
    const { client, clock, heard } = connect(url);
    heard.onEach = (text) => {
      if (text === moment) void client.stop();
    };
    await until(() => expect(heard.opens).toBe(1));
    await until(() => expect(peers.length).toBe(1));
    const peer = peers.pop()!;
    peer.send('frame');
    peer.close(1001);
    await until(() => expect(client.state).toBe('stopped'));
    expect(clock.pendingTimers).toBe(0);
  }
});
