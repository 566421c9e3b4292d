import { isAbsolute, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { Random } from '../../lib/random/random.ts';
import type { ProviderConfig } from '../../schemas/config/config.ts';
import type { Feed } from '../providers/session/feed.ts';
import { LiveFeed } from '../providers/session/live-feed.ts';
import { RecordedFeed } from '../providers/session/recorded-feed.ts';
import type { ProviderSession } from '../providers/session/session.ts';
import type { SimulatedExchange } from '../sim/exchange.ts';
import { venueFor } from './venues.ts';
import type { House } from './wire.ts';

/** Where a provider's bytes come from, by its transport. `simulated` is the venue that was started for it, if any. */
export function feedFor(house: House, session: ProviderSession, config: ProviderConfig, folders: Folders, simulated: SimulatedExchange | null): Feed {
  const venue = venueFor(config.venue, config.market);
  const { transport } = config;
  const { clock, taps, budgets } = house;
  if (transport.kind === 'recording') {
    const file = findFile(transport.file ?? '', folders);
    return new RecordedFeed({ file, speed: speedOf(transport.speed) }, venue, session, house.consumers, clock);
  }
  const wsUrl = withoutSlash(transport.url ?? simulated?.wsUrl ?? venue.endpoints.wsUrl);
  const restUrl = withoutSlash(transport.restUrl ?? simulated?.restUrl ?? venue.endpoints.restUrl);
  const log = house.logger(config.id);
  const budget = budgets.of(restUrl, venue.limits.requestWeightPerMinute);
  return new LiveFeed({ wsUrl, restUrl, budget }, venue, session, () => session.streams(), clock, new Random(clock.wallMs()), {
    onRest: (url, body) => taps.onRest(config.id, url, body, clock.wallMs() * 1_000),
    onOpen: (connection, url) => taps.onOpen(config.id, connection, url, clock.wallMs() * 1_000),
    onError: (error) => log.warn('connection trouble', { code: error.code, error: error.message }),
  });
}

export interface Folders {
  /** Of the config files, in the order they were given; never empty. */
  readonly configs: readonly string[];
  /** Where the process was started. */
  readonly working: string;
}

/**
 * A relative path is one from the folder of a config file, the last one first; where nothing is there, from the folder the
 * process was started in. What is nowhere is named as it would be beside the last config file.
 */
export function findFile(path: string, folders: Folders): string {
  if (isAbsolute(path)) return path;
  const places = [...[...folders.configs].reverse(), folders.working].map((folder) => resolve(folder, path));
  return places.find((place) => existsSync(place)) ?? places[0]!;
}

/** `max`, or how many times faster than recorded; the config has been checked. */
function speedOf(speed: unknown): 'max' | number {
  return speed === 'max' ? 'max' : Number(speed);
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}
