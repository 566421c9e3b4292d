import type { Clock } from '../../lib/clock/clock.ts';
import type { PluginContext } from './plugin.ts';

/** What a plugin is given: frozen, and with a clock that cannot set timers. */
export function makeContext(parts: ContextParts): PluginContext {
  const { clock } = parts;
  return Object.freeze({
    ...parts,
    clock: Object.freeze({ wallMs: () => clock.wallMs(), monotonicMs: () => clock.monotonicMs() }),
  });
}

export interface ContextParts extends Omit<PluginContext, 'clock'> {
  readonly clock: Clock;
}
