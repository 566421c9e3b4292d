import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderConfigDocs } from '../../../lib/config/render-config.ts';
import { configTable } from '../../../schemas/config/config.ts';
import { load, readPage, saveFiles, withGenerated } from './pages.ts';

test('docs/config.md has every key of the config table; npm run docs rewrites it', () => {
  const wanted = withGenerated('docs/config.md', renderConfigDocs(configTable));
  expect(readPage('docs/config.md')).toBe(wanted);
});

test('the complete example of docs/config.md loads', () => {
  const config = load([join(saveFiles(readPage('docs/config.md')), 'my.yaml')]);
  expect(config.providers.map(({ id }) => id)).toEqual(['binance-spot']);
  expect(config.consumers.map(({ id }) => id)).toEqual(['table', 'trades']);
});

test('the paths and overrides that docs/config.md shows are understood', () => {
  const folder = saveFiles(readPage('docs/config.md'));
  const file = join(folder, 'my.yaml');
  const config = load([file], ['providers[binance-spot].symbols=[BTC-USDT]', 'providers[binance-spot].transport.seed=7', 'providers.0.transport.seed=8']);
  expect(config.providers[0]).toMatchObject({ symbols: ['BTC-USDT'], transport: { seed: 8 } });
});
