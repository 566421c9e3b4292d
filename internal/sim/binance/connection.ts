import type { Clock } from '../../../lib/clock/clock.ts';
import type { WsPeer } from '../../../lib/ws/server.ts';
import type { StreamAddress } from './address.ts';
import { answerControl, type ControlTarget } from './control.ts';
import type { MarketRules } from './rules.ts';
import type { Route, TopicListener, Topics } from './topics.ts';

const POLICY_VIOLATION = 1008;
const RATE_WINDOW_MS = 1_000;

/** One client of the stream host: what it has subscribed to, in which form it wants it, and how often it speaks. */
export class Connection implements TopicListener, ControlTarget {
  readonly route: Route;
  readonly streamNames = new Set<string>();
  isCombined: boolean;
  readonly #peer: WsPeer;
  readonly #clock: Clock;
  readonly #rules: MarketRules;
  readonly #topics: Topics;
  /** When the last few messages came, oldest first: as many as are allowed in a second. */
  readonly #heardAtMs: number[] = [];

  constructor(peer: WsPeer, address: StreamAddress, topics: Topics, rules: MarketRules, clock: Clock) {
    this.route = address.route;
    this.isCombined = address.isCombined;
    this.#peer = peer;
    this.#clock = clock;
    this.#rules = rules;
    this.#topics = topics;
    peer.onMessage = (data) => this.#hear(data.toString());
    peer.onClose = () => this.unsubscribe([...this.streamNames]);
    if (!this.subscribe(address.streamNames)) peer.close(POLICY_VIOLATION, 'too many streams');
  }

  deliver(text: string): boolean {
    return this.#peer.send(text);
  }

  subscribe(names: readonly string[]): boolean {
    const isFull = new Set([...this.streamNames, ...names]).size > this.#rules.streamsMax;
    if (isFull) return false;
    for (const name of names) {
      this.streamNames.add(name);
      this.#topics.join(name, this);
    }
    return true;
  }

  unsubscribe(names: readonly string[]): void {
    for (const name of names) {
      this.streamNames.delete(name);
      this.#topics.leave(name, this);
    }
  }

  #hear(text: string): void {
    const nowMs = this.#clock.monotonicMs();
    const { messagesPerSecondMax, hasNumericIdsOnly } = this.#rules;
    if (this.#heardAtMs.length === messagesPerSecondMax && nowMs - this.#heardAtMs.shift()! < RATE_WINDOW_MS) {
      this.unsubscribe([...this.streamNames]);
      this.#peer.close(POLICY_VIOLATION, 'Too many requests');
      return;
    }
    this.#heardAtMs.push(nowMs);
    this.#peer.send(answerControl(text, this, hasNumericIdsOnly));
  }
}
