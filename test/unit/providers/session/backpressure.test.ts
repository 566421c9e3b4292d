import { afterEach, expect, it } from 'vitest';
import { framePoolCapacity } from '../../../../internal/app/wire.ts';
import { Dispatcher } from '../../../../internal/dispatcher/dispatcher.ts';
import { binanceVenue } from '../../../../internal/providers/binance/provider.ts';
import { LiveFeed } from '../../../../internal/providers/session/live-feed.ts';
import { RestBudgets } from '../../../../internal/providers/session/rest-budgets.ts';
import { ManualClock } from '../../../../lib/clock/manual-clock.ts';
import { Pool } from '../../../../lib/pool/pool.ts';
import { Random } from '../../../../lib/random/random.ts';
import type { CanonicalEvent } from '../../../../schemas/events/event.ts';
import { WsFrame } from '../../../../schemas/market/ws-frame.ts';
import { load } from '../../docs/pages.ts';
import { SessionBench, tradeText } from '../../../support/session-bench.ts';
import { HandVenue } from './hand-venue.ts';

let stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** 4 KiB a frame, so that what a socket has already read is few of them. */
function heavyTrade(id: number): string {
  return `{"stream":"btcusdt@trade","data":${tradeText(id).replace('"M":true', `"M":true,"x":"${'-'.repeat(4_000)}"`)}}`;
}

it('a dry event pool stops the socket, and after it every frame is delivered and none refused', async () => {
  const hand = new HandVenue();
  const addresses = await hand.listen();
  const bench = new SessionBench({ guesses: false, symbols: ['BTCUSDT'], channels: ['trade'], events: 8 });
  const venue = binanceVenue('spot');
  const budget = new RestBudgets(bench.manual).of(addresses.restUrl, 6_000);
  const feed = new LiveFeed({ ...addresses, budget }, venue, bench.session, () => bench.session.streams(), bench.manual, new Random(1), {
    onRest: () => undefined,
    onOpen: () => undefined,
    onError: () => undefined,
  });
  bench.session.attach(feed);
  stops.push(() => bench.session.stop(), () => hand.stop());
  const heard: CanonicalEvent[] = [];
  const dispatcher = new Dispatcher({ latenessToleranceMs: 50, flushTickMs: 10, heldPerStreamMax: 200, heldMax: 200 }, bench.manual, bench.events, () => undefined);
  dispatcher.route([{ subscriber: { id: 'all', offer: (copy) => void heard.push(copy) }, subscriptions: [{ providers: [], symbols: [], types: [] }] }]);
  bench.accept = (event) => dispatcher.accept(event);
  const started = feed.start();
  while (hand.asked.length === 0) await turns(1);
  await started;

  // One trade of a hundred is lost: what follows it waits in the dispatcher until the pool of 8 is dry.
  const ids = Array.from({ length: 1_500 }, (_, index) => index + 1).filter((id) => id % 100 !== 50);
  for (const id of ids) hand.peers[0]!.send(heavyTrade(id));
  while (dispatcher.heldTotal < 8) await turns(1);
  await turns(200);
  const whileDry = bench.session.ledger.frames;
  await turns(200);
  expect(bench.session.ledger.frames).toBe(whileDry);
  expect(whileDry).toBeLessThan(200);

  for (let turn = 0; heard.length < ids.length && turn < 60_000; turn += 1) {
    bench.manual.advance(1);
    await turns(1);
  }
  expect(heard.map(({ sequenceLast }) => sequenceLast)).toEqual(ids);
  expect(heard.filter(({ gapBefore }) => gapBefore)).toHaveLength(15);
  expect(bench.session.ledger).toMatchObject({ refused: 0, deadLettered: 0 });
  expect([bench.events.counters()[0]!.peak, bench.lent]).toEqual([8, 0]);
});

it('a provider that is stalled takes no frame of another', async () => {
  const provider = (id: string): string => `{id: ${id}, venue: binance, symbols: ["*"], transport: {kind: sim}}`;
  const config = load([], [`providers=[${['a', 'b', 'c'].map(provider).join(', ')}]`]);
  const frames = new Pool({ name: 'frame', capacity: framePoolCapacity(config), create: () => new WsFrame(), clock: new ManualClock() });
  const benches = [1, 1, 8].map((events) => new SessionBench({ frames, events, channels: ['trade'] }));
  for (const bench of benches) {
    bench.session.attach({
      totals: { reconnects: 0, epochs: 0, refusedSubscriptions: [] },
      start: () => Promise.resolve(),
      requestSnapshot: () => undefined,
      onReply: () => undefined,
      onFarewell: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      stop: () => Promise.resolve(),
    });
  }
  const say = (bench: SessionBench, id: number): void =>
    bench.session.onFrame({ connection: 0, epoch: 1, receivedTimeUs: 5, receivedMonotonicMs: bench.manual.monotonicMs(), data: Buffer.from(tradeText(id)), isBinary: false });
  const [first, second, healthy] = benches as [SessionBench, SessionBench, SessionBench];
  for (const bench of [first, second]) {
    bench.holds = true;
    for (let id = 1; id <= 6_000; id += 1) say(bench, id);
  }
  say(healthy, 1);
  expect(frames.inUse).toBe(2 * 4_097);
  expect([healthy.heard, healthy.deadLetters.total]).toEqual([['trade BTCUSDT 1'], 0]);
  for (const bench of [first, second]) expect(bench.deadLetters.counts).toEqual(new Map([['event pool dry', 6_000 - 1 - 4_097]]));
  for (const bench of benches) await bench.session.stop();
  for (const bench of [first, second]) bench.giveBack(1);
  await turns(5);
  expect(frames.inUse).toBe(0);
});
