import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/clock/system-clock.ts';
import { ManualClock } from '../../../lib/clock/manual-clock.ts';
import { Random } from '../../../lib/random/random.ts';
import { WsClient } from '../../../lib/ws/client.ts';
import { startSimulatedExchange, type SimulatedExchange, type SimulatedExchangeOptions } from '../../../internal/sim/exchange.ts';
import { Rebuilt, type Snapshot } from './binance/rebuild.ts';
import { Listener, get, pause, until } from './support.ts';

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
});

async function start(options: Partial<SimulatedExchangeOptions> = {}): Promise<SimulatedExchange> {
  const exchange = await startSimulatedExchange({ venue: 'binance', market: 'spot', seed: 1, eventsPerSecond: 1_000, ...options });
  running.push(exchange);
  return exchange;
}

async function listen(exchange: SimulatedExchange, path: string): Promise<Listener> {
  const listener = await Listener.open(exchange.wsUrl + path);
  running.push(listener);
  return listener;
}

describe('the streams of the simulated exchange', () => {
  it('come raw on /ws and wrapped on /stream, with the same payload', async () => {
    const exchange = await start();
    const raw = await listen(exchange, '/ws/btcusdt@trade');
    const wrapped = await listen(exchange, '/stream?streams=btcusdt@trade');
    await until(() => wrapped.frames.length >= 10);
    exchange.stopMarket();
    const form = (frame: string): string => `{"stream":"btcusdt@trade","data":${frame}}`;
    await until(() => raw.frames.length > 0 && form(raw.frames.at(-1)!) === wrapped.frames.at(-1));
    // The raw one was there first: it has all that the wrapped one has, and what came before.
    expect(raw.frames.slice(-wrapped.frames.length).map(form)).toEqual(wrapped.frames);
  });

  it('start with SUBSCRIBE, end with UNSUBSCRIBE and change their form with SET_PROPERTY', async () => {
    const exchange = await start();
    const client = await listen(exchange, '/ws');
    await pause(50);
    expect(client.frames).toEqual([]);
    expect(await client.ask('{"method":"SUBSCRIBE","params":["ethusdt@bookTicker","nosuch@trade"],"id":1}')).toBe('{"result":null,"id":1}');
    await until(() => client.frames.some((frame) => frame.startsWith('{"u":')));
    expect(await client.ask('{"method":"SET_PROPERTY","params":["combined",true],"id":2}')).toBe('{"result":null,"id":2}');
    await until(() => client.frames.some((frame) => frame.startsWith('{"stream":"ethusdt@bookTicker","data":{"u":')));
    expect(await client.ask('{"method":"LIST_SUBSCRIPTIONS","id":3}')).toBe('{"result":["ethusdt@bookTicker","nosuch@trade"],"id":3}');
    expect(await client.ask('{"method":"UNSUBSCRIBE","params":["ethusdt@bookTicker"],"id":4}')).toBe('{"result":null,"id":4}');
    const heard = client.frames.length;
    await pause(100);
    expect(client.frames).toHaveLength(heard);
  });

  it('are acknowledged and silent on the wrong route of usdm', async () => {
    const exchange = await start({ market: 'usdm', symbols: ['BTCUSDT'] });
    const [open, closed] = [await listen(exchange, '/public/ws'), await listen(exchange, '/market/stream')];
    const all = '{"method":"SUBSCRIBE","params":["btcusdt@aggTrade","btcusdt@bookTicker","btcusdt@depth@0ms"],"id":1}';
    expect(await open.ask(all)).toBe('{"result":null,"id":1}');
    expect(await closed.ask(all)).toBe('{"result":null,"id":1}');
    await until(() => open.frames.length > 100 && closed.frames.length > 20);
    const heard = new Set(open.values.map(({ e }) => e).filter(Boolean));
    expect(heard).toEqual(new Set(['bookTicker', 'depthUpdate']));
    expect(closed.frames.slice(1).every((frame) => frame.startsWith('{"stream":"btcusdt@aggTrade"'))).toBe(true);
  });

  it('are refused where the venue serves none', async () => {
    const exchange = await start();
    const client = new Listener(`${exchange.wsUrl}/market/ws`);
    running.push(client);
    await until(() => client.closeCode !== 0);
    expect(client.closeCode).toBe(404);
  });

  it.each([['spot', 5], ['usdm', 10]] as const)('of %s are closed with 1008 beyond %i messages in a second', async (market, allowed) => {
    const exchange = await start({ market });
    const client = await listen(exchange, '/ws');
    for (let id = 1; id <= allowed; id += 1) client.send(`{"method":"LIST_SUBSCRIPTIONS","id":${id}}`);
    await until(() => client.frames.length === allowed);
    expect(client.closeCode).toBe(0);
    client.send('{"method":"LIST_SUBSCRIPTIONS","id":99}');
    await until(() => client.closeCode !== 0);
    expect(client.closeCode).toBe(1008);
  });

  it('may be asked for again after a second', async () => {
    const clock = new ManualClock();
    const exchange = await start({ clock });
    const client = await listen(exchange, '/ws');
    for (let round = 1; round <= 3; round += 1) {
      for (let id = 0; id < 5; id += 1) client.send(`{"method":"LIST_SUBSCRIPTIONS","id":${id}}`);
      await until(() => client.frames.length === round * 5);
      clock.advance(1_000);
    }
    expect(client.closeCode).toBe(0);
  });

  it('are 1,024 at most for one connection', async () => {
    const exchange = await start();
    const client = await listen(exchange, '/ws');
    const names = (from: number, count: number): string => Array.from({ length: count }, (_, i) => `"x${from + i}@trade"`).join(',');
    expect(await client.ask(`{"method":"SUBSCRIBE","params":[${names(0, 1_024)}],"id":1}`)).toBe('{"result":null,"id":1}');
    expect(await client.ask(`{"method":"SUBSCRIBE","params":[${names(0, 1_024)}],"id":2}`)).toBe('{"result":null,"id":2}');
    expect(await client.ask(`{"method":"SUBSCRIBE","params":[${names(2_000, 1)}],"id":3}`)).toContain('too many parameters');
  });

  it.each(['spot', 'usdm'] as const)('and the snapshots of %s make the very book of the simulator', async (market) => {
    const exchange = await start({ market, eventsPerSecond: 3_000 });
    const client = await listen(exchange, '/ws/btcusdt@depth@100ms');
    await until(() => client.frames.length > 3);
    const { body } = await get(`${exchange.restUrl}${market === 'usdm' ? '/fapi/v1' : '/api/v3'}/depth?symbol=BTCUSDT&limit=1000`);
    await pause(500);
    exchange.stopMarket();
    const { updateId, bids, asks } = exchange.book('BTC-USDT');
    await until(() => client.values.at(-1)!.u === updateId);
    const rebuilt = new Rebuilt(body as Snapshot, market === 'usdm');
    for (const frame of client.values) rebuilt.apply(frame);
    expect(rebuilt.levels('bids')).toEqual(bids);
    expect(rebuilt.levels('asks')).toEqual(asks);
  });

  it('have the pace asked for, over all symbols and kinds', async () => {
    const clock = new ManualClock();
    const exchange = await start({ clock, eventsPerSecond: 5_000 });
    const kinds = ['trade', 'aggTrade', 'bookTicker', 'depth@100ms', 'kline_1m'];
    const names = exchange.symbols.flatMap((symbol) => kinds.map((kind) => `${symbol.toLowerCase()}@${kind}`));
    const client = await listen(exchange, `/stream?streams=${names.join('/')}`);
    expect(exchange.connectionCount).toBe(1);
    const fromCount = exchange.framesSent;
    // Two seconds of its own time, however long they take here.
    for (let ms = 0; ms < 2_000; ms += 10) {
      clock.advance(10);
      if (ms % 100 === 0) await pause(1);
    }
    const perSecond = (exchange.framesSent - fromCount) / 2;
    expect(perSecond).toBeGreaterThan(4_000);
    expect(perSecond).toBeLessThan(6_000);
    await until(() => client.frames.length >= exchange.framesSent - fromCount);
  });

  it('end abruptly with disconnectAll, and with cutEveryMs by themselves', async () => {
    const clock = new ManualClock();
    const exchange = await start({ clock, cutEveryMs: 60_000 });
    const first = await listen(exchange, '/ws');
    expect(exchange.connectionCount).toBe(1);
    expect(exchange.disconnectAll('test')).toBe(1);
    await until(() => first.closeCode !== 0);
    expect(first.closeCode).toBe(1006);
    const second = await listen(exchange, '/ws');
    clock.advance(60_000);
    await until(() => second.closeCode !== 0);
    await until(() => exchange.connectionCount === 0);
  });
});

describe('the REST calls of the simulated exchange', () => {
  it.each([
    ['/api/v3/ping', 200, {}],
    ['/api/v3/time', 200, { serverTime: expect.any(Number) as number }],
    ['/api/v3/depth?symbol=NOSUCH', 400, { code: -1121, msg: 'Invalid symbol.' }],
    ['/api/v3/depth?symbol=btcusdt', 400, { code: -1121, msg: 'Invalid symbol.' }],
    ['/api/v3/depth', 400, { code: -1102, msg: "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed." }],
    ['/api/v3/depth?symbol=BTCUSDT&limit=ten', 400, { code: -1100, msg: "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'." }],
    ['/api/v3/exchangeInfo?symbol=NOSUCH', 400, { code: -1121, msg: 'Invalid symbol.' }],
    ['/api/v3/exchangeInfo?symbols=nonsense', 400, { code: -1100, msg: "Illegal characters found in parameter 'symbols'." }],
    ['/api/v3/exchangeInfo?symbol=BTCUSDT&symbols=[]', 400, { code: -1128, msg: 'Combination of optional parameters invalid.' }],
    ['/fapi/v1/ping', 404, null],
    ['/sim/book?symbol=NOSUCH', 400, { code: 'SYMBOL_UNKNOWN', message: 'the venue lists no such symbol (venue: binance, symbol: NOSUCH)' }],
  ])('GET %s is answered with %i', async (path, status, body) => {
    const exchange = await start();
    const reply = await get(exchange.restUrl + path);
    expect([reply.status, reply.body]).toEqual([status, body]);
  });

  it('list what is asked for', async () => {
    const exchange = await start();
    const symbolsOf = async (query: string): Promise<string[]> => {
      const { body } = await get(`${exchange.restUrl}/api/v3/exchangeInfo${query}`);
      return (body as { symbols: { symbol: string }[] }).symbols.map(({ symbol }) => symbol);
    };
    expect(await symbolsOf('')).toEqual(exchange.symbols);
    expect(await symbolsOf('?symbol=ETHBTC')).toEqual(['ETHBTC']);
    expect(await symbolsOf('?symbols=["ETHBTC","BTCUSDT"]')).toEqual(['BTCUSDT', 'ETHBTC']);
  });

  it.each([
    ['spot', '/api/v3', [[1, 5], [100, 5], [101, 25], [500, 25], [1_000, 50], [5_000, 250], [9_999, 250]]],
    ['usdm', '/fapi/v1', [[5, 2], [50, 2], [100, 5], [500, 10], [1_000, 20], [9_999, 20]]],
  ] as const)('of %s weigh what the venue says', async (market, prefix, weights) => {
    const exchange = await start({ market, clock: new ManualClock() });
    let used = 0;
    for (const [limit, weight] of weights) {
      const { headers, body } = await get(`${exchange.restUrl}${prefix}/depth?symbol=BTCUSDT&limit=${limit}`);
      used += weight;
      expect(headers.get('x-mbx-used-weight-1m')).toBe(String(used));
      expect((body as Snapshot).bids).toHaveLength(Math.min(limit, 250));
    }
  });

  it('are refused with 429 and Retry-After beyond the weight of a minute, until the next one', async () => {
    const clock = new ManualClock(1_700_000_005_000);
    const exchange = await start({ clock });
    const url = `${exchange.restUrl}/api/v3/depth?symbol=BTCUSDT&limit=5000`;
    for (let i = 0; i < 24; i += 1) expect((await get(url)).status).toBe(200);
    const { status, headers, body } = await get(url);
    expect([status, headers.get('retry-after')]).toEqual([429, '35']);
    expect(body).toMatchObject({ code: -1003 });
    clock.advance(35_000);
    expect((await get(url)).status).toBe(200);
  });

  it('under /sim/ stop and start the market, cut connections and tell the truth', async () => {
    const exchange = await start();
    const client = await listen(exchange, '/ws/btcusdt@bookTicker');
    await until(() => client.frames.length > 0);
    expect((await get(`${exchange.restUrl}/sim/stop`, 'POST')).body).toEqual({ isMarketRunning: false });
    const still = await get(`${exchange.restUrl}/sim/book?symbol=BTCUSDT`);
    await pause(50);
    expect(still.body).toEqual(exchange.book('BTCUSDT'));
    expect((await get(`${exchange.restUrl}/sim/stats`)).body).toEqual({
      connectionCount: 1, framesSent: exchange.framesSent, isMarketRunning: false, symbols: exchange.symbols,
    });
    expect((await get(`${exchange.restUrl}/sim/start`, 'POST')).body).toEqual({ isMarketRunning: true });
    await until(() => exchange.book('BTCUSDT').updateId > (still.body as { updateId: number }).updateId);
    expect((await get(`${exchange.restUrl}/sim/disconnect`, 'POST')).body).toEqual({ disconnected: 1 });
    await until(() => client.closeCode !== 0);
  });
});

describe('the life of the simulated exchange', () => {
  it('ends without a timer and without a socket', async () => {
    const clock = new ManualClock();
    const exchange = await start({ clock, cutEveryMs: 1_000 });
    const clients = await Promise.all(['/ws/btcusdt@trade', '/stream', '/ws'].map((path) => listen(exchange, path)));
    await get(`${exchange.restUrl}/api/v3/time`);
    expect(clock.pendingTimers).toBeGreaterThan(0);
    const { port } = exchange;
    await Promise.all([exchange.stop(), exchange.stop()]);
    expect(clock.pendingTimers).toBe(0);
    expect(exchange.connectionCount).toBe(0);
    await until(() => clients.every(({ closeCode }) => closeCode === 1001));
    exchange.startMarket();
    expect([exchange.isMarketRunning, clock.pendingTimers]).toEqual([false, 0]);
    // The port is free again.
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => other.close(resolve));
  });

  it('pings its clients: one that takes silence for death lives', async () => {
    const exchange = await start({ pingMs: 20 });
    exchange.stopMarket();
    const closes: string[] = [];
    const client = new WsClient({
      url: `${exchange.wsUrl}/ws`,
      clock: systemClock,
      random: new Random(1),
      silenceMs: 200,
      listener: { onOpen: () => undefined, onFrame: () => undefined, onError: () => undefined, onClose: ({ cause }) => void closes.push(cause) },
    });
    running.push(client);
    client.start();
    await until(() => client.state === 'open');
    await pause(600);
    expect([client.state, closes]).toEqual(['open', []]);
  });

  it('listens on loopback only, and fails where it cannot', async () => {
    const exchange = await start();
    expect([exchange.wsUrl, exchange.restUrl]).toEqual([`ws://127.0.0.1:${exchange.port}`, `http://127.0.0.1:${exchange.port}`]);
    await expect(start({ port: exchange.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('refuses symbols and venues it does not have', async () => {
    await expect(start({ symbols: ['NOSUCH'] })).rejects.toMatchObject({ code: 'SYMBOL_UNKNOWN' });
    await expect(start({ market: 'coinm' as never })).rejects.toMatchObject({ code: 'VENUE_UNKNOWN' });
    expect((await start({ symbols: ['ETH-BTC', 'BTCUSDT', 'BTC-USDT'] })).symbols).toEqual(['ETHBTC', 'BTCUSDT']);
  });
});
