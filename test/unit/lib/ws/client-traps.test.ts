import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { InvariantError } from '../../../../lib/assert/assert.ts';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { systemClock } from '../../../../lib/clock/system-clock.ts';
import { Random } from '../../../../lib/random/random.ts';
import { WsClient, type WsClientOptions } from '../../../../lib/ws/client.ts';
import { WsServer, type WsPeer } from '../../../../lib/ws/server.ts';
import { frame, passBackOff, RawServer, Recorder, until } from './helpers.ts';

/** The measured traps of the ws package; the numbers are those of the list they came from. */
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function raw(onUpgraded: (socket: Socket) => void): Promise<{ server: RawServer; url: string }> {
  const server = new RawServer(onUpgraded);
  cleanups.push(() => server.stop());
  return { server, url: await server.listen() };
}

function connect(url: string, options: Partial<WsClientOptions> = {}) {
  const clock = new ManualClock();
  const heard = new Recorder();
  const client = new WsClient({ url, clock, random: new Random(7), listener: heard, closeTimeoutMs: 20, ...options });
  cleanups.push(() => client.stop());
  client.start();
  return { client, clock, heard };
}

test('trap 1: a throw in onFrame is told, and the frames and pings after it are still served', async () => {
  let pongs = 0;
  const { url, server } = await raw((socket) => {
    socket.on('data', (data) => {
      if ((data[0]! & 15) === 10) pongs += 1;
    });
    socket.write(Buffer.concat([frame('bad'), frame('good'), frame('', 9)]));
  });
  const { client, heard } = connect(url);
  heard.onEach = (text) => {
    if (text === 'bad') throw new Error('decoder bug');
  };
  await until(() => expect(heard.frames).toEqual(['bad', 'good']));
  await until(() => expect(pongs).toBe(1));
  server.sockets[0]!.write(frame('later'));
  await until(() => expect(heard.frames).toEqual(['bad', 'good', 'later']));
  expect(heard.errors.map(({ code }) => code)).toEqual(['WS_LISTENER_THREW']);
  expect(heard.errors[0]?.facts).toMatchObject({ listener: 'onFrame', found: 'decoder bug' });
  expect(client.totals.listenerThrows).toBe(1);
  expect(client.state).toBe('open');
});

test('trap 1: every listener may throw, also the one that hears of errors', async () => {
  const { url, server } = await raw((socket) => socket.write(frame('one')));
  const { client, clock, heard } = connect(url);
  heard.onEach = () => {
    throw new Error('nothing works here');
  };
  await until(() => expect(heard.frames).toEqual(['one']));
  server.sockets[0]!.destroy();
  await until(() => expect(heard.closes.length).toBe(1));
  passBackOff(clock, heard);
  await until(() => expect(heard.frames).toEqual(['one', 'one']));
  // onOpen, onFrame and onClose, each followed by its onError; then onOpen and onFrame again.
  await until(() => expect(client.totals.listenerThrows).toBe(10));
});

test('trap 1: a broken invariant reaches the process, but not through ws', async () => {
  const { url, server } = await raw((socket) => socket.write(frame('bad')));
  const former = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const uncaught: unknown[] = [];
  process.on('uncaughtException', (error) => uncaught.push(error));
  try {
    const { heard } = connect(url);
    heard.onEach = (text) => {
      if (text === 'bad') throw new InvariantError('ours');
    };
    await until(() => expect(uncaught.length).toBe(1));
    server.sockets[0]!.write(frame('good'));
    await until(() => expect(heard.frames).toEqual(['bad', 'good']));
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of former) process.on('uncaughtException', listener);
  }
  expect(uncaught[0]).toBeInstanceOf(InvariantError);
});

test('trap 2: a half-open connection raises no event, and the watchdog ends it', async () => {
  const { url, server } = await raw((socket) => socket.write(frame('last words')));
  const { client, clock, heard } = connect(url, { silenceMs: 8_000, pingIntervalMs: 3_000 });
  await until(() => expect(heard.frames).toEqual(['last words']));
  clock.advance(8_000);
  expect(client.state).toBe('open');
  clock.advance(2_000);
  expect(heard.closes).toMatchObject([{ cause: 'silence', code: 1006 }]);
  expect(heard.errors[0]?.code).toBe('WS_SILENT');
  // Terminated, not closed: the other side sees the end at once.
  await until(() => expect(server.sockets[0]!.destroyed || server.sockets[0]!.readableEnded).toBe(true));
  passBackOff(clock, heard);
  await until(() => expect(heard.opens).toBe(2));
});

test('trap 2: a ping of the server is answered and is a sign of life', async () => {
  let pongs = 0;
  const { url, server } = await raw((socket) => socket.on('data', (data) => (pongs += (data[0]! & 15) === 10 ? 1 : 0)));
  const { client, clock } = connect(url, { silenceMs: 8_000 });
  await until(() => expect(client.state).toBe('open'));
  for (let i = 1; i <= 4; i += 1) {
    clock.advance(6_000);
    server.sockets[0]!.write(frame('', 9));
    await until(() => expect(pongs).toBe(i));
  }
  expect(client.state).toBe('open');
});

test('trap 2: a message is a sign of life', async () => {
  const { url, server } = await raw(() => undefined);
  const { client, clock, heard } = connect(url, { silenceMs: 8_000 });
  await until(() => expect(client.state).toBe('open'));
  for (let i = 1; i <= 4; i += 1) {
    clock.advance(6_000);
    server.sockets[0]!.write(frame('x'));
    await until(() => expect(heard.frames.length).toBe(i));
  }
  expect(client.state).toBe('open');
});

test.for(['FIN', 'RST'])('trap 3: cut by %s in the middle of a frame: the whole one before it arrives, the torn one never', async (how) => {
  const { url, server } = await raw((socket) => {
    const torn = frame('y'.repeat(1_000)).subarray(0, 500);
    socket.write(Buffer.concat([frame('whole'), torn]));
  });
  const { clock, heard, client } = connect(url);
  await until(() => expect(heard.frames).toEqual(['whole']));
  // Only now: an RST also throws away what the other side has not read yet.
  if (how === 'FIN') server.sockets[0]!.end();
  else server.sockets[0]!.resetAndDestroy();
  await until(() => expect(heard.closes.length).toBe(1));
  expect(heard.closes[0]).toMatchObject({ code: 1006, cause: 'remote' });
  expect(heard.errors).toEqual([]);
  expect(heard.frames).toEqual(['whole']);
  passBackOff(clock, heard);
  await until(() => expect(client.totals.opens).toBe(2));
});

test.for([
  ['WS_ERR_INVALID_OPCODE', frame('x', 5)],
  ['WS_ERR_INVALID_OPCODE', frame('x', 0)],
  ['WS_ERR_UNEXPECTED_RSV_1', frame('x', 1, 0xc0)],
  ['WS_ERR_UNEXPECTED_MASK', Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5])],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', frame('z'.repeat(2_000))],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', Buffer.from([0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255])],
] as const)('trap 4: %s ends the connection with a typed error and it comes back', async ([code, bytes]) => {
  const { url } = await raw((socket) => socket.write(Buffer.concat([frame('before'), bytes, frame('after')])));
  const { clock, heard } = connect(url, { maxPayloadBytes: 1_000 });
  await until(() => expect(heard.closes.length).toBe(1));
  expect(heard.frames).toEqual(['before']);
  expect(heard.errors.map((error) => [error.code, error.facts['found']])).toEqual([['WS_PROTOCOL', code]]);
  expect(heard.closes[0]?.cause).toBe('error');
  passBackOff(clock, heard);
  await until(() => expect(heard.opens).toBe(2));
});

test('trap 5: a peer that does not read is closed with 1013 when too much waits for it', async () => {
  const peers: WsPeer[] = [];
  const errors: string[] = [];
  const server = new WsServer({
    clock: systemClock,
    maxBufferedBytes: 1_000_000,
    onConnection: (peer) => void peers.push(peer),
    onError: (error) => void errors.push(error.code),
  });
  cleanups.push(() => server.stop());
  const { client, heard } = connect(`ws://127.0.0.1:${await server.listen()}`);
  await until(() => expect(peers.length).toBe(1));
  await until(() => expect(client.state).toBe('open'));
  client.pause();
  const text = 'x'.repeat(100_000);
  let sent = 0;
  while (peers[0]!.send(text)) sent += 1;
  expect(peers[0]!.bufferedBytes).toBeLessThan(1_200_000);
  expect(peers[0]!.isOpen).toBe(false);
  expect(errors).toEqual(['WS_PEER_TOO_SLOW']);
  client.resume();
  await until(() => expect(heard.closes.length).toBe(1));
  expect(heard.frames.length).toBe(sent);
  expect(heard.closes[0]).toMatchObject({ code: 1013, cause: 'remote', text: 'reads too slowly' });
});

test('frames a former socket had already read never reach the listener', async () => {
  const { url } = await raw((socket) => socket.write(Buffer.concat([frame('first'), frame('late'), frame('late'), frame('', 8)])));
  const { client, clock, heard } = connect(url);
  heard.onEach = (text) => {
    if (text === 'first') client.reconnect('enough');
  };
  await until(() => expect(heard.closes.length).toBe(1));
  passBackOff(clock, heard);
  await until(() => expect(heard.closes.length).toBe(2));
  expect(heard.frames).toEqual(['first', 'first']);
  expect(client.totals.frames).toBe(2);
  expect(heard.closes.map(({ cause }) => cause)).toEqual(['asked', 'asked']);
});

test('a chunk goes out in turns, and what a listener puts off to a microtask comes between them', async () => {
  const { url } = await raw((socket) => socket.write(Buffer.concat(Array.from({ length: 100 }, (_, i) => frame(String(i))))));
  const { heard } = connect(url);
  const waited: number[] = [];
  heard.onEach = (text) => {
    if (Number(text) % 32 === 0) queueMicrotask(() => waited.push(heard.frames.length));
  };
  await until(() => expect(heard.frames.length).toBe(100));
  expect(waited).toEqual([32, 64, 96, 100]);
  expect(heard.frames).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
});

test('what came before a broken frame of the same chunk is heard before the error', async () => {
  const { url } = await raw((socket) => socket.write(Buffer.concat([frame('first'), frame('second'), frame('reserved bits', 1, 0xf0)])));
  const { heard } = connect(url);
  const order: string[] = [];
  heard.onEach = (text) => order.push(text);
  await until(() => expect(heard.closes.length).toBe(1));
  expect(order).toEqual(['open', 'first', 'second', 'error', 'close']);
});

test('a peer that says goodbye and then keeps the line open does not hold the client up for 30 s', async () => {
  const { url } = await raw((socket) => socket.write(frame('', 8)));
  const { heard } = connect(url, { closeTimeoutMs: 20 });
  await until(() => expect(heard.closes.length).toBe(1));
  expect(heard.closes[0]).toMatchObject({ cause: 'remote', code: 1005 });
});
