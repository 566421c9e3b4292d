import type { ConsumerConfig } from '../../schemas/config/config.ts';
import type { Channel } from '../../schemas/market/stream.ts';
import type { Route, Subscription } from '../dispatcher/routes.ts';
import type { Subscriber } from '../ports/subscriber.ts';

/**
 * What a consumer is sent: what it subscribes to, as far as its plugin has a handler for it. An event that nobody would take is
 * not copied, queued and counted as delivered.
 */
export function routeOf(consumer: ConsumerConfig, handled: readonly Channel[], subscriber: Subscriber): Route {
  const subscriptions: Subscription[] = [];
  for (const { providers, symbols, types } of consumer.subscriptions) {
    const taken = types.length === 0 ? handled : handled.filter((channel) => types.includes(channel));
    // An empty list would mean every type.
    if (taken.length > 0) subscriptions.push({ providers, symbols, types: taken });
  }
  return { subscriber, subscriptions };
}
