import type { Clock } from '../../../lib/clock/clock.ts';
import { assert } from '../../../lib/assert/assert.ts';
import type { RawFrames } from '../../ports/raw-frames.ts';
import type { PluginContext } from '../plugin.ts';
import type { Terminal } from './terminal.ts';

/** What only built-in plugins get, because it is not for strangers. */
export interface BuiltinServices {
  /** The whole clock, with timers. */
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly rawFrames: RawFrames;
}

/** Beside the contexts, not in them: a plugin from elsewhere has no way to this map. */
const granted = new WeakMap<object, BuiltinServices>();

export function grantServices(context: PluginContext, services: BuiltinServices): void {
  granted.set(context, services);
}

export function servicesOf<C>(context: PluginContext<C>): BuiltinServices {
  const services = granted.get(context);
  assert(services !== undefined, 'the host grants the services before it starts a plugin');
  return services;
}
