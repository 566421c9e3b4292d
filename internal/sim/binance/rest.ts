import type { Clock } from '../../../lib/clock/clock.ts';
import type { HttpReply, HttpServer, HttpServerRequest } from '../../../lib/http/server.ts';
import { formatJson, tryParseJson } from '../../../lib/json/json.ts';
import { encodeExchangeInfo } from '../../providers/binance/dialect.ts';
import type { SimulatedInstrument } from '../instrument.ts';
import type { Feed } from './feed.ts';
import type { MarketRules } from './rules.ts';
import { WeightMinute } from './weight.ts';

/**
 * The public REST calls of the venue: ping, time, exchangeInfo, depth.
 *
 *   request ─▶ how much does it weigh? ─▶ still in the minute's budget? ─▶ answer, with the weight used so far
 *                                          429 with Retry-After otherwise
 */
export class Rest {
  readonly #feed: Feed;
  readonly #rules: MarketRules;
  readonly #clock: Clock;
  readonly #weight: WeightMinute;

  constructor(feed: Feed, rules: MarketRules, clock: Clock) {
    this.#feed = feed;
    this.#rules = rules;
    this.#clock = clock;
    this.#weight = new WeightMinute(clock, rules.weightPerMinuteMax);
  }

  serveOn(http: HttpServer): void {
    const { restPrefix, exchangeInfoWeight } = this.#rules;
    const route = (name: string, weightOf: (query: URLSearchParams) => number, answer: (query: URLSearchParams) => Answer): void => {
      http.route('GET', `${restPrefix}/${name}`, (request) => this.#serve(request, weightOf, answer));
    };
    route('ping', () => 1, () => good('{}'));
    route('time', () => 1, () => good(formatJson({ serverTime: this.#clock.wallMs() })));
    route('exchangeInfo', () => exchangeInfoWeight, (query) => this.#exchangeInfo(query));
    route('depth', (query) => this.#depthWeight(query), (query) => this.#depth(query));
  }

  #serve(request: HttpServerRequest, weightOf: (query: URLSearchParams) => number, answer: (query: URLSearchParams) => Answer): HttpReply {
    const isPaid = this.#weight.take(weightOf(request.query));
    const headers = { 'content-type': 'application/json;charset=UTF-8', 'X-MBX-USED-WEIGHT-1M': String(this.#weight.used) };
    if (!isPaid) {
      const msg =
        `Too much request weight used; current limit is ${this.#weight.weightMax} request weight per 1 MINUTE.` +
        ' Please use WebSocket Streams for live updates to avoid polling the API.';
      return { status: 429, headers: { ...headers, 'Retry-After': String(this.#weight.secondsLeft) }, body: formatJson({ code: -1003, msg }) };
    }
    return { ...answer(request.query), headers };
  }

  /** `symbol`, or `symbols` as a JSON list, or everything. */
  #exchangeInfo(query: URLSearchParams): Answer {
    const one = query.get('symbol');
    const many = query.get('symbols');
    if (one !== null && many !== null) return bad(-1128, 'Combination of optional parameters invalid.');
    let instruments: readonly SimulatedInstrument[] = this.#feed.instruments;
    if (one !== null || many !== null) {
      const names = one === null ? namesIn(many!) : [one];
      if (names === null) return bad(-1100, "Illegal characters found in parameter 'symbols'.");
      if (names.some((name) => this.#feed.indexOf(name) < 0)) return bad(-1121, 'Invalid symbol.');
      instruments = instruments.filter(({ venueSymbol }) => names.includes(venueSymbol));
    }
    return good(encodeExchangeInfo(instruments, this.#rules.market, this.#clock.wallMs()));
  }

  #depth(query: URLSearchParams): Answer {
    const symbol = query.get('symbol') ?? '';
    if (symbol === '') return bad(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
    const limit = this.#limitOf(query);
    if (limit < 0) return bad(-1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.");
    const index = this.#feed.indexOf(symbol);
    if (index < 0) return bad(-1121, 'Invalid symbol.');
    return good(this.#feed.snapshot(index, limit, this.#clock.wallMs()));
  }

  #depthWeight(query: URLSearchParams): number {
    const limit = this.#limitOf(query);
    return this.#rules.depthWeights.find((row) => limit <= row.limit)!.weight;
  }

  /** At most what the venue gives; 0 asks for nothing and gets the default; -1 where it is no number. */
  #limitOf(query: URLSearchParams): number {
    const text = query.get('limit') ?? '0';
    if (!/^[0-9]{1,20}$/.test(text)) return -1;
    const { depthLimitDefault, depthWeights } = this.#rules;
    return Math.min(Number(text) || depthLimitDefault, depthWeights.at(-1)!.limit);
  }
}

type Answer = Omit<HttpReply, 'headers'>;

function good(body: string): Answer {
  return { status: 200, body };
}

function bad(code: number, msg: string): Answer {
  return { status: 400, body: formatJson({ code, msg }) };
}

/** The names in `["BTCUSDT","ETHUSDT"]`, or null when it is no such list. */
function namesIn(text: string): readonly string[] | null {
  const parsed = tryParseJson(text);
  if (!parsed.ok || !Array.isArray(parsed.value)) return null;
  const names: readonly unknown[] = parsed.value;
  return names.every((name) => typeof name === 'string') ? names : null;
}
