import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock/system-clock.ts';
import spreadAlert from '../../../examples/spread-alert.ts';
import { handlerTable } from '../../../internal/consumers/handlers.ts';
import { checkPluginConfig, loadConsumers } from '../../../internal/consumers/load-consumers.ts';
import { PluginLoader } from '../../../internal/consumers/loader.ts';
import type { Plugin } from '../../../internal/consumers/plugin.ts';
import type { BookLevel, BookView } from '../../../internal/ports/book-reader.ts';
import { EventType, Quality } from '../../../schemas/events/event.ts';
import { TakerSide } from '../../../schemas/events/payloads.ts';
import { book, ticker, trade } from './support/events.ts';
import { Stage, turns, type FakeMailbox } from './support/fakes.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const home = realpathSync(mkdtempSync(join(tmpdir(), 'meltica-examples-')));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Loads a plugin as a config file in `home` would, and puts it on a stage. */
async function stageOf(module: string, config: object): Promise<{ readonly stage: Stage; readonly mailbox: FakeMailbox }> {
  const loader = new PluginLoader({ configFolder: home, workingFolder: home, loadLimitMs: 10_000, clock: systemClock });
  const [loaded] = await loadConsumers([{ id: 'mine', module, config }], loader);
  return play(loaded!.plugin, loaded!.config);
}

async function play(plugin: Plugin, config: Readonly<Record<string, unknown>>): Promise<{ readonly stage: Stage; readonly mailbox: FakeMailbox }> {
  const stage = new Stage();
  const { mailbox } = stage.add('mine', plugin, config);
  await stage.host.start(1000);
  return { stage, mailbox };
}

/** The compiler takes an example's types from dist, as a stranger's does; there the classes are others than here. */
function asPlugin(example: object): Plugin {
  return example as Plugin;
}

describe('the example spread-alert', () => {
  test('says once that a spread is wide, and once that it is narrow again', async () => {
    const plugin = asPlugin(spreadAlert);
    const { stage, mailbox } = await play(plugin, checkPluginConfig(plugin, { widestBps: 10 }));
    const suspect = ticker(6_000_000, 1, 7_000_000, 1);
    suspect.quality = Quality.Suspect;
    mailbox.offer(suspect, ticker(6_000_000, 1, 6_001_000, 1), ticker(6_000_000, 1, 6_020_000, 1), ticker(6_000_000, 1, 6_030_000, 1), ticker(6_000_000, 1, 0, 0), ticker(6_000_000, 1, 6_001_000, 1));
    await turns();
    expect(stage.logger.messages).toEqual(['spread is wide', 'spread is narrow again']);
    expect(await stage.metrics.metricsText()).toContain('meltica_plugin_wide_spreads_total{consumer="mine"} 1');
  });

  test('waits as long as it is told to', async () => {
    const plugin = asPlugin(spreadAlert);
    const { stage, mailbox } = await play(plugin, checkPluginConfig(plugin, { widestBps: 10, holdMs: 500 }));
    for (const atMs of [0, 400, 600]) {
      const event = ticker(6_000_000, 1, 6_030_000, 1);
      event.receivedMonotonicMs = atMs;
      mailbox.offer(event);
      await turns();
      expect(stage.logger.messages).toHaveLength(atMs === 600 ? 1 : 0);
    }
  });
});

describe('the example trade-tape', () => {
  test('sums up a period, and says what was missed', async () => {
    const { stage, mailbox } = await stageOf(join(root, 'examples/trade-tape.mjs'), { periodMs: 1000 });
    const late = trade(6_000_000, 100_000, TakerSide.Sell);
    late.dropped = 7;
    mailbox.offer(trade(6_100_000, 100_000, TakerSide.Buy), late);
    await turns();
    stage.clock.advance(1000);
    mailbox.offer(trade(6_200_000, 200_000, TakerSide.Buy));
    await turns();
    expect(stage.logger.lines).toEqual([
      { level: 'info', message: 'traded', facts: { what: 'binance-spot BTC-USDT', trades: 3, volume: 4, price: 61_250, boughtShare: 0.75, missed: 7 } },
    ]);
    mailbox.offer(trade());
    await stage.host.stop(1000);
    expect(stage.logger.lines).toHaveLength(2);
  });
});

test.each(['spread-alert.ts', 'trade-tape.mjs'])('the example %s is short and imports nothing but the door', (name) => {
  const text = readFileSync(join(root, 'examples', name), 'utf8');
  expect(text.split('\n').length).toBeLessThanOrEqual(61);
  expect([...text.matchAll(/^import .* from '(.*)';$/gm)].map((match) => match[1])).toEqual(['meltica/plugin']);
});

describe('docs/plugins.md', () => {
  const doc = readFileSync(join(root, 'docs/plugins.md'), 'utf8');
  const codes = new Map([...doc.matchAll(/```js plugin=(\S+)\n([\s\S]*?)```/g)].map((match) => [match[1]!, match[2]!]));

  function put(name: string): string {
    mkdirSync(join(home, 'docs'), { recursive: true });
    writeFileSync(join(home, 'docs', name), codes.get(name)!);
    return `./docs/${name}`;
  }

  test('its first plugin runs', async () => {
    const { stage, mailbox } = await stageOf(put('tape.mjs'), {});
    mailbox.offer(trade());
    await turns();
    expect(stage.logger.lines).toEqual([{ level: 'info', message: 'traded', facts: { symbol: 'BTC-USDT', price: 61_837.63 } }]);
  });

  test('its complete plugin runs', async () => {
    const { stage, mailbox } = await stageOf(put('imbalance.mjs'), { depth: 2, ratio: 3 });
    const levels = { bids: ['4', '4', '9'], asks: ['1', '1', '99'] };
    const at = (side: readonly string[]) => (depth: number): BookLevel | null => (side[depth] === undefined ? null : { price: '1', quantity: side[depth] });
    const view: BookView = { provider: 'binance-spot', symbol: 'BTC-USDT', state: 'live', sequence: 1, bidCount: 3, askCount: 3, bid: at(levels.bids), ask: (depth) => at(levels.asks)(depth) };
    stage.books.views.set('binance-spot BTC-USDT', view);
    const update = book(EventType.BookUpdate, [1, 1], []);
    mailbox.offer(update, update.clone());
    await turns();
    levels.asks = ['4', '4'];
    mailbox.offer(update.clone());
    await stage.host.stop(1000);
    expect(stage.logger.lines.map(({ message, facts }) => `${message} ${Object.values(facts).join(' ')}`)).toEqual([
      'weighing 2 3',
      'heavier side binance-spot BTC-USDT bids 8 2',
      'heavier side binance-spot BTC-USDT none 8 8',
      'books seen 1',
    ]);
    expect(stage.host.rows()[0]?.errors).toBe(0);
  });

  test('lists every handler and every part of the context', async () => {
    for (const name of ['start', ...handlerTable.map((row) => row.name), 'stop']) expect(doc).toMatch(new RegExp(`^\\| \`${name}\\(`, 'm'));
    const keys: string[] = [];
    await play({ start: (context) => void keys.push(...Object.keys(context)) }, {});
    for (const key of keys) expect(doc).toMatch(new RegExp(`^\\| \`${key}[\`(]`, 'm'));
  });
});
