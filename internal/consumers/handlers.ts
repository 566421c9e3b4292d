import { EventType, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { Channel } from '../../schemas/market/stream.ts';
import type { Plugin, PluginContext } from './plugin.ts';

/** The handlers a plugin can have, the channel each one is for, and the types of event it is given. */
export const handlerTable = [
  { name: 'onTrade', channels: ['trade'], types: [EventType.Trade] },
  { name: 'onTicker', channels: ['ticker'], types: [EventType.Ticker] },
  { name: 'onBook', channels: ['book'], types: [EventType.BookSnapshot, EventType.BookUpdate] },
  { name: 'onKline', channels: ['kline'], types: [EventType.Kline] },
  { name: 'onEvent', channels: ['trade', 'ticker', 'book', 'kline'], types: [] },
] as const satisfies readonly { name: string; channels: readonly Channel[]; types: readonly EventType[] }[];

export type HandlerName = (typeof handlerTable)[number]['name'];
export type Handler = (this: Plugin, event: CanonicalEvent, context: PluginContext) => unknown;

/** One handler and how it does. */
export interface HandlerSlot {
  readonly name: HandlerName;
  readonly handler: Handler;
  readonly failureMessage: string;
  failuresInRow: number;
  errorsTotal: number;
}

export interface Handlers {
  readonly all: readonly HandlerSlot[];
  /** By the integer of the event's type; a hole where the plugin has no handler. */
  readonly ofType: readonly (HandlerSlot | undefined)[];
  readonly onEvent: HandlerSlot | null;
}

/** Looks once at what a plugin has; nobody asks again. */
export function handlersOf(plugin: Plugin): Handlers {
  const all: HandlerSlot[] = [];
  const ofType: (HandlerSlot | undefined)[] = [];
  let onEvent: HandlerSlot | null = null;
  for (const { name, types } of handlerTable) {
    const handler = plugin[name] as Handler | undefined;
    if (handler === undefined) continue;
    const slot: HandlerSlot = { name, handler, failureMessage: `plugin handler ${name} failed`, failuresInRow: 0, errorsTotal: 0 };
    all.push(slot);
    for (const type of types) ofType[type] = slot;
    if (name === 'onEvent') onEvent = slot;
  }
  return { all, ofType, onEvent };
}

/** What a plugin can take at all: subscribing it to more would only be thrown away. */
export function channelsOf(plugin: Plugin): readonly Channel[] {
  const wanted = new Set<Channel>();
  for (const { name, channels } of handlerTable) {
    if (plugin[name] !== undefined) for (const channel of channels) wanted.add(channel);
  }
  return [...wanted];
}
