import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { systemClock } from '../../../../lib/clock/system-clock.ts';
import { AppError } from '../../../../lib/errors/app-error.ts';
import { HttpClient, type HttpClientOptions, type HttpRequest } from '../../../../lib/http/client.ts';
import { HttpServer, type HttpHandler, type HttpReply } from '../../../../lib/http/server.ts';
import { TokenBucket } from '../../../../lib/http/token-bucket.ts';
import { Random } from '../../../../lib/random/random.ts';
import { expectNoMoreHandles, handles, turns, until } from '../ws/helpers.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const get: HttpRequest = { method: 'GET', path: '/' };
const ok: HttpReply = { status: 200, body: 'ok' };

/** A server whose '/' answers by `handler`, and a client of it with quick retries. */
async function make(handler: HttpHandler, options: Partial<HttpClientOptions> = {}) {
  const server = new HttpServer({ clock: systemClock, closeTimeoutMs: 50 });
  server.route('GET', '/', handler).route('POST', '/', handler);
  const origin = `http://127.0.0.1:${await server.listen()}`;
  const client = makeClient(origin, options);
  cleanups.unshift(() => server.close());
  return { server, origin, client };
}

function makeClient(origin: string, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = new HttpClient({ origin, clock: systemClock, random: new Random(5), backoffMinMs: 1, backoffMaxMs: 4, acquireTimeoutMs: 5_000, ...options });
  cleanups.push(() => client.close());
  return client;
}

/** A TCP server that does with each connection what it is told. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function errorOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('no error came');
}

test('status, headers and body come back as bytes, and connections are kept', async () => {
  const ports = new Set<number>();
  const { client, server } = await make(() => ({ status: 200, headers: { 'x-a': 'b' }, body: Buffer.from([0, 255]) }));
  server.node.on('connection', (socket: Socket) => ports.add(socket.remotePort ?? 0));
  for (let i = 0; i < 5; i += 1) {
    const answer = await client.request(get);
    expect([answer.status, answer.headers['x-a'], [...answer.body]]).toEqual([200, 'b', [0, 255]]);
  }
  expect(ports.size).toBe(1);
  expect(client.busySessions).toBe(0);
});

test('a query keeps its order and its encoding', async () => {
  const seen: string[] = [];
  const { client } = await make(({ query }) => {
    seen.push(query.toString());
    return ok;
  });
  await client.request({ ...get, query: { z: 1, a: 'x y', b: true } });
  await client.request({ ...get, query: new URLSearchParams('b=2&b=1&a=%3D') });
  expect(seen).toEqual(['z=1&a=x+y&b=true', 'b=2&b=1&a=%3D']);
});

test('no more sessions are open than allowed, and the others wait', async () => {
  let now = 0;
  let most = 0;
  const { client } = await make(
    async () => {
      now += 1;
      most = Math.max(most, now);
      await turns(20);
      now -= 1;
      return ok;
    },
    { sessionsMax: 3 },
  );
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.request(get)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(most).toBe(3);
});

test('a wait for a session ends, and so does the line for one', async () => {
  const { client } = await make(() => new Promise(() => undefined), { sessionsMax: 1, waitersMax: 1, acquireTimeoutMs: 20 });
  const first = errorOf(client.request(get));
  await until(() => expect(client.busySessions).toBe(1));
  const second = errorOf(client.request(get));
  const third = errorOf(client.request(get));
  expect((await third).code).toBe('HTTP_NO_SESSION');
  expect((await third).facts['found']).toBe('max waitingClients count exceeded');
  expect((await second).facts['found']).toBe('ResourceRequest timed out');
  await client.close();
  expect((await first).code).toBe('HTTP_CLOSED');
});

test('an answer that does not come in time is a typed error', async () => {
  const { client } = await make(() => new Promise(() => undefined), { attemptsMax: 1 });
  const error = await errorOf(client.request({ ...get, timeoutMs: 30 }));
  expect(error.code).toBe('HTTP_TIMEOUT');
  expect(error.facts).toMatchObject({ phase: 'whole', timeoutMs: 30, path: '/', method: 'GET' });
});

test('headers that do not come, and a body that stops, have time-outs of their own', async () => {
  const silent = await rawServer(() => undefined);
  const stalled = await rawServer((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')));
  const limits = { attemptsMax: 1, headersTimeoutMs: 50, bodyTimeoutMs: 50 };
  const errors = await Promise.all([silent, stalled].map((origin) => errorOf(makeClient(origin, limits).request(get))));
  expect(errors.map(({ code, facts }) => [code, facts['phase']])).toEqual([
    ['HTTP_TIMEOUT', 'headers'],
    ['HTTP_TIMEOUT', 'body'],
  ]);
});

test('an answer above the bound is a typed error and is not tried again', async () => {
  let calls = 0;
  const { client } = await make(
    () => {
      calls += 1;
      return { status: 200, body: Buffer.alloc(calls === 1 ? 100_001 : 100_000) };
    },
    { maxResponseBytes: 100_000 },
  );
  const error = await errorOf(client.request(get));
  expect([error.code, error.facts['maxResponseBytes'], calls]).toEqual(['HTTP_RESPONSE_TOO_LARGE', 100_000, 1]);
  expect((await client.request(get)).body.length).toBe(100_000);
});

test.for([500, 502, 503, 429])('a GET answered with %i is tried again and in the end gets its answer', async (status) => {
  let calls = 0;
  const { client } = await make(() => ((calls += 1) < 3 ? { status, body: '' } : ok), { gateDefaultMs: 1 });
  expect((await client.request(get)).status).toBe(200);
  expect(calls).toBe(3);
});

test('attempts have a bound, and the last answer is an answer', async () => {
  let calls = 0;
  const { client } = await make(() => {
    calls += 1;
    return { status: 500, body: `no ${calls}` };
  });
  const answer = await client.request(get);
  expect([answer.status, answer.body.toString(), calls]).toEqual([500, 'no 3', 3]);
});

test.for([
  ['a POST', { method: 'POST', path: '/' }, 500],
  ['a GET that does not want it', { method: 'GET', path: '/', retry: false }, 500],
  ['a 404', { method: 'GET', path: '/' }, 404],
  ['a 418', { method: 'GET', path: '/' }, 418],
] as [string, HttpRequest, number][])('%s is tried once', async ([, request, status]) => {
  let calls = 0;
  const { client } = await make(() => {
    calls += 1;
    return { status, body: '' };
  });
  expect((await client.request(request)).status).toBe(status);
  expect(calls).toBe(1);
});

test('a connection cut before the answer is tried again on a new one, and then a typed error', async () => {
  let connections = 0;
  const origin = await rawServer((socket) => {
    connections += 1;
    socket.once('data', () => socket.destroy());
  });
  const error = await errorOf(makeClient(origin).request(get));
  expect([error.code, error.severity, connections]).toEqual(['HTTP_NETWORK', 'retry', 3]);
  connections = 0;
  await errorOf(makeClient(origin).request({ method: 'POST', path: '/', body: 'order' }));
  expect(connections).toBe(1);
});

test('a closed port is a typed error with the code of the system', async () => {
  const { client, server } = await make(() => ok);
  await server.close();
  const error = await errorOf(client.request(get));
  expect([error.code, error.facts['found']]).toEqual(['HTTP_NETWORK', 'ECONNREFUSED']);
});

test('an error tells origin and path, masks secrets in the query, and never tells headers', async () => {
  const { client, origin, server } = await make(() => ok);
  await server.close();
  const query = { symbol: 'BTCUSDT', timestamp: 5, signature: 'S3CRET', apiKey: 'S3CRET', listenKey: 'S3CRET', 'API-KEY': 'S3CRET' };
  const error = await errorOf(client.request({ ...get, query, headers: { 'X-MBX-APIKEY': 'S3CRET' } }));
  expect(error.facts).toMatchObject({ origin, path: '/' });
  expect(error.facts['query']).toContain('symbol=BTCUSDT&timestamp=5&signature=***');
  expect(error.message).not.toContain('S3CRET');
});

test('weight is spent before the request, and without budget in time nothing is sent', async () => {
  let calls = 0;
  const clock = new ManualClock();
  const bucket = new TokenBucket({ clock, capacity: 10, rate: { windowMs: 60_000 } });
  const handler = (): HttpReply => {
    calls += 1;
    return ok;
  };
  const { client } = await make(handler, { clock, bucket, maxWaitMs: 50_000 });
  await client.request({ ...get, weight: 7 });
  expect(bucket.available).toBe(3);
  const error = await errorOf(client.request({ ...get, weight: 7, maxWaitMs: 100 }));
  expect([error.code, calls]).toEqual(['HTTP_RATE_WAIT', 1]);
  const waiting = client.request({ ...get, weight: 7 });
  await until(() => expect(bucket.waiterCount).toBe(1));
  clock.advance(60_000);
  expect((await waiting).status).toBe(200);
  expect(calls).toBe(2);
});

test('what the server says was used is taken from its header', async () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket({ clock, capacity: 100, rate: { windowMs: 60_000 } });
  const { client } = await make(() => ({ ...ok, headers: { 'x-used': '90' } }), { clock, bucket, usedHeader: 'x-used' });
  await client.request(get);
  expect(bucket.available).toBe(10);
});

test.for([429, 418, 503])('Retry-After on %i closes the gate until then', async (status) => {
  let calls = 0;
  const clock = new ManualClock();
  const { client } = await make(() => ((calls += 1) === 1 ? { status, headers: { 'retry-after': '30' }, body: '' } : ok), { clock, maxWaitMs: 40_000 });
  expect((await client.request({ ...get, retry: false })).status).toBe(status);
  expect((await errorOf(client.request({ ...get, maxWaitMs: 29_999 }))).code).toBe('HTTP_RATE_WAIT');
  const waiting = client.request(get);
  clock.advance(29_999);
  await turns(50);
  expect(calls).toBe(1);
  clock.advance(1);
  expect((await waiting).status).toBe(200);
});

test('a 429 whose Retry-After is beyond the patience is returned instead of waited for', async () => {
  let calls = 0;
  const { client } = await make(() => {
    calls += 1;
    return { status: 429, headers: { 'retry-after': '600' }, body: 'banned' };
  });
  const answer = await client.request(get);
  expect([answer.status, answer.body.toString(), calls]).toEqual([429, 'banned', 1]);
});

test('the caller can call it off at any point: before, during the exchange, during the pause between attempts', async () => {
  const off = new AbortController();
  off.abort();
  const { client } = await make(() => new Promise(() => undefined));
  expect((await errorOf(client.request({ ...get, signal: off.signal }))).code).toBe('HTTP_ABORTED');

  const during = new AbortController();
  const exchange = errorOf(client.request({ ...get, signal: during.signal }));
  await until(() => expect(client.busySessions).toBe(1));
  during.abort();
  expect((await exchange).code).toBe('HTTP_ABORTED');

  let calls = 0;
  const clock = new ManualClock();
  const failing = await make(
    () => {
      calls += 1;
      return { status: 500, body: '' };
    },
    { clock, backoffMinMs: 60_000, backoffMaxMs: 60_000 },
  );
  const between = new AbortController();
  const pause = errorOf(failing.client.request({ ...get, signal: between.signal }));
  await until(() => expect([calls, failing.client.busySessions, clock.pendingTimers]).toEqual([1, 0, 1]));
  between.abort();
  expect((await pause).code).toBe('HTTP_ABORTED');
  expect(clock.pendingTimers).toBe(0);
});

test('close calls off what is under way, leaves nothing, refuses what comes after, and may be asked twice', async () => {
  const before = await handles();
  const { client, server } = await make(() => new Promise(() => undefined));
  const running = errorOf(client.request(get));
  await until(() => expect(client.busySessions).toBe(1));
  const first = client.close();
  expect(client.close()).toBe(first);
  await first;
  expect((await running).code).toBe('HTTP_CLOSED');
  expect((await errorOf(client.request(get))).code).toBe('HTTP_CLOSED');
  await server.close();
  await expectNoMoreHandles(before);
});

test('close also ends the connections that were kept for later', async () => {
  const { client, server } = await make(() => ok);
  // Else the server itself would end them after a while.
  server.node.keepAliveTimeout = 0;
  let open = 0;
  server.node.on('connection', (socket: Socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
  });
  await Promise.all([client.request(get), client.request(get)]);
  expect(open).toBe(2);
  await client.close();
  await until(() => expect(open).toBe(0));
});

test('a path has its query apart', async () => {
  const { client } = await make(() => ok);
  await expect(client.request({ method: 'GET', path: '/?signature=S3CRET' })).rejects.toThrow('a path starts with /');
});
