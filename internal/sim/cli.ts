import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseJson } from '../../lib/json/json.ts';
import { binanceMarkets } from '../providers/binance/dialect.ts';
import { simulatedVenues, type SimulatedExchangeOptions } from './exchange.ts';

/** What the command line asks for: to run, or to write one text and end with `exitCode`. */
export type SimCommand =
  | { readonly kind: 'run'; readonly options: SimulatedExchangeOptions }
  | { readonly kind: 'say'; readonly text: string; readonly exitCode: 0 | 2 };

export const usage = `Usage: node dist/cmd/sim [options]

Runs a simulated exchange on 127.0.0.1: a seeded market behind the venue's own protocol.

  --venue NAME       ${simulatedVenues.join(', ')} (default binance)
  --market NAME      ${binanceMarkets.join(', ')} (default spot)
  --port N           0 to 65535, 0 takes any free port (default 9001)
  --seed S           whole number; the same seed gives the same market (default 1)
  --rate N           frames per second, 1 to 20000, over all symbols, to a client that hears one of each kind (default 200)
  --symbols A,B      a subset, such as BTCUSDT,ETHUSDT (default all)
  --cut-every TIME   cuts all connections so often, such as 30s, 5m (default never)
  --help             this text
  --version          the version
`;

/** Never throws: whatever is wrong becomes a sentence and exit code 2. */
export function readCommand(args: readonly string[]): SimCommand {
  try {
    return commandOf(args);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    // The second sentence of Node's own message tells how to pass a positional argument; there are none.
    return { kind: 'say', text: `sim: ${thrown.message.split('. ')[0]!}\nTry 'node dist/cmd/sim --help'.\n`, exitCode: 2 };
  }
}

function commandOf(args: readonly string[]): SimCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      venue: { type: 'string', default: 'binance' },
      market: { type: 'string', default: 'spot' },
      port: { type: 'string', default: '9001' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '200' },
      symbols: { type: 'string', default: '' },
      'cut-every': { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { kind: 'say', text: usage, exitCode: 0 };
  if (values.version) return { kind: 'say', text: `${version()}\n`, exitCode: 0 };
  return {
    kind: 'run',
    options: {
      venue: oneOf('venue', values.venue, simulatedVenues),
      market: oneOf('market', values.market, binanceMarkets),
      port: wholeNumber('port', values.port, 0, 65_535),
      seed: wholeNumber('seed', values.seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
      eventsPerSecond: wholeNumber('rate', values.rate, 1, 20_000),
      symbols: values.symbols.split(',').map((symbol) => symbol.trim().toUpperCase()).filter((symbol) => symbol !== ''),
      cutEveryMs: values['cut-every'] === '' ? 0 : milliseconds('cut-every', values['cut-every']),
    },
  };
}

function oneOf<T extends string>(flag: string, text: string, known: readonly T[]): T {
  const found = known.find((name) => name === text);
  if (found === undefined) throw new Error(`--${flag} must be one of ${known.join(', ')}, was '${text}'`);
  return found;
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new Error(`--${flag} must be a whole number from ${min} to ${max}, was '${text}'`);
  return value;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** What a timer of Node can wait; beyond, it fires at once. */
const DURATION_MS_MAX = 2_147_483_647;

function milliseconds(flag: string, text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  const value = match === null ? 0 : Number(match[1]) * unitsMs[match[2]!]!;
  if (value < 1 || value > DURATION_MS_MAX) throw new Error(`--${flag} must be a duration such as 500ms, 30s, 5m or 1h, was '${text}'`);
  return value;
}

/** From the nearest package.json above: this file runs from the sources and from dist. */
function version(): string {
  let place = new URL('../package.json', import.meta.url);
  while (!existsSync(place) && place.pathname !== '/package.json') place = new URL('../package.json', place);
  const parsed = parseJson(readFileSync(place, 'utf8')) as { readonly version?: unknown };
  return String(parsed.version);
}
