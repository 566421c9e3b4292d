import { createConnection } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../../lib/clock/system-clock.ts';
import { HttpClient } from '../../../../lib/http/client.ts';
import { HttpServer, type HttpServerOptions } from '../../../../lib/http/server.ts';
import { Random } from '../../../../lib/random/random.ts';
import { turns, until } from '../ws/helpers.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function make(options: Partial<HttpServerOptions> = {}) {
  const errors: string[] = [];
  const server = new HttpServer({ clock: systemClock, onError: (error) => void errors.push(error.message), ...options });
  cleanups.push(() => server.close());
  const port = await server.listen();
  const client = new HttpClient({ origin: `http://127.0.0.1:${port}`, clock: systemClock, random: new Random(1), attemptsMax: 1 });
  cleanups.push(() => client.close());
  return { server, port, client, errors };
}

test('a handler gets query, headers and body, and its reply goes out as it is', async () => {
  const { server, client } = await make();
  server.route('POST', '/echo', async ({ query, headers, body, path, method }) => {
    await Promise.resolve();
    return { status: 201, headers: { 'x-seen': headers['x-sent'] }, body: `${method} ${path} ${query.get('a') ?? ''} ${body.toString()}` };
  });
  const answer = await client.request({ method: 'POST', path: '/echo', query: { a: 'b&c' }, headers: { 'x-sent': 'yes' }, body: 'payload' });
  expect(answer.status).toBe(201);
  expect(answer.headers['x-seen']).toBe('yes');
  expect(answer.body.toString()).toBe('POST /echo b&c payload');
});

test('an unknown path and an unknown method are 404', async () => {
  const { server, client } = await make();
  server.route('GET', '/here', () => ({ status: 200, body: '' }));
  expect((await client.request({ method: 'GET', path: '/there' })).status).toBe(404);
  expect((await client.request({ method: 'POST', path: '/here' })).status).toBe(404);
});

test('one route has one handler', async () => {
  const { server } = await make();
  server.route('GET', '/a', () => ({ status: 200, body: '' }));
  expect(() => server.route('GET', '/a', () => ({ status: 200, body: '' }))).toThrow('a route has one handler');
});

test('a handler that throws or rejects gives 500, is reported, and the server goes on', async () => {
  const { server, client, errors } = await make();
  server.route('GET', '/throws', () => {
    throw new Error('first');
  });
  server.route('GET', '/rejects', () => Promise.reject(new Error('second')));
  server.route('GET', '/invalid', () => ({ status: 99, body: '' }));
  server.route('GET', '/fine', () => ({ status: 200, body: 'fine' }));
  for (const path of ['/throws', '/rejects', '/invalid']) expect((await client.request({ method: 'GET', path })).status).toBe(500);
  expect((await client.request({ method: 'GET', path: '/fine' })).status).toBe(200);
  expect(errors.length).toBe(3);
  expect(errors[0]).toContain('found: first');
});

test('an onError that throws does not end the process', async () => {
  const { server, client } = await make({
    onError() {
      throw new Error('no');
    },
  });
  server.route('GET', '/throws', () => {
    throw new Error('first');
  });
  expect((await client.request({ method: 'GET', path: '/throws' })).status).toBe(500);
});

test('a body above the bound is 413 and the handler is not called', async () => {
  const { server, client } = await make({ maxBodyBytes: 1_000 });
  let calls = 0;
  server.route('POST', '/', () => {
    calls += 1;
    return { status: 200, body: '' };
  });
  expect((await client.request({ method: 'POST', path: '/', body: Buffer.alloc(1_000) })).status).toBe(200);
  expect((await client.request({ method: 'POST', path: '/', body: Buffer.alloc(1_001) })).status).toBe(413);
  expect(calls).toBe(1);
});

test('a client that leaves in the middle of its body is nobody to answer and no error of a handler', async () => {
  const { port, server, errors } = await make();
  let upgrades = 0;
  server.node.on('request', () => (upgrades += 1));
  const socket = createConnection(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
  await until(() => expect(upgrades).toBe(1));
  socket.destroy();
  await turns(200);
  expect(errors).toEqual([]);
});

test('close cuts what does not end by itself, and may be asked twice or before listening', async () => {
  const { server, port } = await make({ closeTimeoutMs: 20 });
  let calls = 0;
  server.route('GET', '/never', () => {
    calls += 1;
    return new Promise(() => undefined);
  });
  const socket = createConnection(port, '127.0.0.1');
  let isClosed = false;
  socket.on('close', () => (isClosed = true)).on('error', () => undefined);
  socket.resume();
  socket.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => expect(calls).toBe(1));
  const first = server.close();
  expect(server.close()).toBe(first);
  await first;
  await until(() => expect(isClosed).toBe(true));
  expect(server.port).toBe(0);
  await new HttpServer({ clock: systemClock }).close();
});

test('a port that is taken is an error of listen', async () => {
  const { port } = await make();
  const second = new HttpServer({ clock: systemClock });
  await expect(second.listen(port)).rejects.toThrow('EADDRINUSE');
});
