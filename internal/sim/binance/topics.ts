import { combined } from '../../providers/binance/dialect.ts';

/**
 * Which connections hear which of the venue's streams. A topic is one stream name of the venue; a name that is no topic
 * can be subscribed all the same, and stays silent, as at the venue.
 */
export class Topics {
  readonly #topics = new Map<string, Topic>();
  #sentTotal = 0;

  /** Frames handed to listeners since the start. */
  get sentTotal(): number {
    return this.#sentTotal;
  }

  add(name: string, route: Route): Topic {
    const topic = { name, route, listeners: new Set<TopicListener>() };
    this.#topics.set(name, topic);
    return topic;
  }

  join(name: string, listener: TopicListener): void {
    const topic = this.#topics.get(name);
    // "Wrong-route subscriptions are acked but silent" (sheet B1).
    if (topic !== undefined && (listener.route === 'any' || listener.route === topic.route)) topic.listeners.add(listener);
  }

  leave(name: string, listener: TopicListener): void {
    this.#topics.get(name)?.listeners.delete(listener);
  }

  /** `text` is the payload itself; a combined connection gets it wrapped, made once for all of them. */
  publish(topic: Topic, text: string): void {
    let wrapped = '';
    for (const listener of topic.listeners) {
      if (listener.isCombined && wrapped === '') wrapped = combined(topic.name, text);
      if (listener.deliver(listener.isCombined ? wrapped : text)) this.#sentTotal += 1;
    }
  }
}

/** The path prefix a stream belongs to, on markets that have them; a connection of another market hears `any`. */
export type Route = 'any' | 'public' | 'market';

export interface Topic {
  readonly name: string;
  readonly route: Route;
  readonly listeners: Set<TopicListener>;
}

export interface TopicListener {
  readonly route: Route;
  readonly isCombined: boolean;
  /** False when the frame went nowhere. */
  deliver(text: string): boolean;
}
