import { systemClock } from '../../lib/clock/system-clock.ts';
import { HttpClient } from '../../lib/http/client.ts';
import { formatJson } from '../../lib/json/json.ts';
import { silentLogger } from '../../lib/log/logger.ts';
import { Random } from '../../lib/random/random.ts';
import { loadConfig } from '../../lib/config/load-config.ts';
import { wsClientDefaults } from '../../lib/ws/client-options.ts';
import { openSocket } from '../../lib/ws/socket.ts';
import { configTable } from '../../schemas/config/config.ts';
import { Monolith } from '../../internal/app/monolith.ts';
import { Meter, type Cost } from './meter.ts';

/**
 * Process of its own that receives a feeder's frames in one way and prints what that cost: arguments are `empty` (a bare ws
 * socket whose handler only counts) or `pipeline` (the whole house with three subscribers), the feeder's port, and how many
 * frames to wait for.
 */
const [, , mode, port, count] = process.argv;
const framesMax = Number(count);
/** The optimiser learns from the first plays, on other threads that count as this process's; then one play counts. */
const WARM_UPS = 2;
const client = new HttpClient({ origin: `http://127.0.0.1:${port}`, clock: systemClock, random: new Random(1) });

const cost = mode === 'empty' ? await receiveEmpty() : await receivePipeline();
process.stdout.write(`${formatJson(cost)}\n`);
await client.close();
process.exit(0);

async function receiveEmpty(): Promise<Cost> {
  for (let i = 0; i < WARM_UPS; i += 1) await receiveOnce();
  return receiveOnce();
}

async function receiveOnce(): Promise<Cost> {
  const socket = openSocket(`ws://127.0.0.1:${port}/stream`, wsClientDefaults);
  await new Promise((resolve) => socket.once('open', resolve));
  let received = 0;
  const meter = new Meter();
  const done = new Promise<void>((resolve) => {
    socket.on('message', () => {
      received += 1;
      if (received === framesMax) resolve();
    });
  });
  meter.start();
  await post('/go');
  await done;
  const cost = meter.stop(received, 0, 0, received);
  socket.terminate();
  return cost;
}

async function receivePipeline(): Promise<Cost> {
  const url = `127.0.0.1:${port}`;
  const consumer = (id: string): object => ({ id, module: new URL('./counting-plugin.js', import.meta.url).pathname });
  const config = loadConfig(configTable, {
    sets: [
      `providers=[{id: feeder, venue: binance, symbols: [BTC-USDT], transport: {kind: live, url: "ws://${url}", restUrl: "http://${url}"}}]`,
      `consumers=${formatJson([consumer('one'), consumer('two'), consumer('three')])}`,
      'telemetry.statusMs=0',
    ],
  });
  const folders = { configs: [process.cwd()], working: process.cwd() };
  const monolith = new Monolith({ config, folders, clock: systemClock, logger: () => silentLogger, version: 'bench', auditsBooks: false });
  await monolith.loadPlugins();
  await monolith.start();
  for (let i = 0; i < WARM_UPS; i += 1) {
    await playToPipeline(monolith);
    await post('/cut');
  }
  const cost = await playToPipeline(monolith);
  await monolith.stop();
  return cost;
}

async function playToPipeline({ house }: Monolith): Promise<Cost> {
  const { sessions, books, consumers } = house;
  const session = sessions[0]!;
  const snapshotsBefore = books.books[0]?.snapshots ?? 0;
  while (books.books[0]?.state !== 'live' || books.books[0].snapshots === snapshotsBefore) await pause();
  for (const { latencyUs } of consumers.runners) latencyUs.reset();
  const before = session.ledger.frames;
  const meter = new Meter();
  meter.start();
  await post('/go');
  while (session.ledger.frames - before < framesMax) await pause();
  await consumers.whenEmpty();
  const rows = consumers.rows();
  const delivered = rows.reduce((sum, row) => sum + row.delivered, 0);
  const worst = (pick: (row: (typeof rows)[number]) => number): number => Math.max(...rows.map(pick));
  const cost = meter.stop(session.ledger.frames - before, worst((row) => row.latencyUs.p50), worst((row) => row.latencyUs.p99), delivered);
  if (books.books[0]!.state !== 'live') throw new Error(`the book is ${books.books[0]!.state} at the end`);
  return cost;
}

async function post(path: string): Promise<void> {
  await client.request({ method: 'POST', path });
}

/** Looks rarely, so that looking costs nothing that counts. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}
