import { AppError } from '../../lib/errors/app-error.ts';
import { Counter } from '../../lib/metrics/counter.ts';
import { Gauge } from '../../lib/metrics/gauge.ts';
import { Histogram } from '../../lib/metrics/histogram.ts';
import type { MetricsRegistry } from '../../lib/metrics/registry.ts';
import { errors } from '../../schemas/errors.ts';
import type { PluginMetrics } from './plugin.ts';

type Kind = 'counter' | 'gauge' | 'histogram';
type Instrument = Counter | Gauge | Histogram;

interface Family {
  readonly kind: Kind;
  /** By consumer. */
  readonly instruments: Map<string, Instrument>;
}

/**
 * The metrics that plugins make. A family is declared once, by the consumer who asks first; the consumers are its labels:
 *
 *   alerts.counter('signals')  ┐
 *                              ├─▶ meltica_plugin_signals_total{consumer="alerts"}, meltica_plugin_signals_total{consumer="alerts-2"}
 *   alerts-2.counter('signals')┘
 */
export class PluginMetricsFamilies {
  readonly #registry: MetricsRegistry;
  readonly #families = new Map<string, Family>();

  constructor(registry: MetricsRegistry) {
    this.#registry = registry;
  }

  of(consumerId: string): PluginMetrics {
    return Object.freeze({
      counter: (name: string, help: string) => this.#instrument(consumerId, 'counter', name, help, []) as Counter,
      gauge: (name: string, help: string) => this.#instrument(consumerId, 'gauge', name, help, []) as Gauge,
      histogram: (name: string, help: string, bounds: readonly number[]) => this.#instrument(consumerId, 'histogram', name, help, bounds) as Histogram,
    });
  }

  /** @throws AppError PLUGIN_START, never an assertion of the registry: the names come from strangers. */
  #instrument(consumer: string, kind: Kind, name: string, help: string, bounds: readonly number[]): Instrument {
    const fullName = kind === 'counter' ? `meltica_plugin_${name}_total` : `meltica_plugin_${name}`;
    let family = this.#families.get(fullName);
    if (family === undefined) {
      const wrong = problemOf(kind, name, help, bounds);
      if (wrong !== null) throw new AppError(errors.pluginStart, { consumer, metric: String(name), ...wrong });
      family = this.#declare(kind, fullName, help, bounds);
    }
    if (family.kind !== kind) {
      throw new AppError(errors.pluginStart, { consumer, metric: name, expected: `a ${family.kind}, as another consumer made it`, found: `a ${kind}` });
    }
    let instrument = family.instruments.get(consumer);
    if (instrument === undefined) {
      instrument = kind === 'counter' ? new Counter() : kind === 'gauge' ? new Gauge() : new Histogram();
      family.instruments.set(consumer, instrument);
    }
    return instrument;
  }

  #declare(kind: Kind, name: string, help: string, bounds: readonly number[]): Family {
    const family: Family = { kind, instruments: new Map() };
    this.#families.set(name, family);
    const spec = { name, help, labels: ['consumer'] };
    const entries = (): [string, Instrument][] => [...family.instruments];
    if (kind === 'histogram') {
      this.#registry.histogram({ ...spec, bounds }, () => entries().map(([consumer, histogram]) => ({ labels: { consumer }, histogram: histogram as Histogram })));
    } else {
      this.#registry[kind](spec, () => entries().map(([consumer, number]) => ({ labels: { consumer }, value: (number as Counter | Gauge).value })));
    }
    return family;
  }
}

function problemOf(kind: Kind, name: string, help: string, bounds: readonly number[]): { expected: string; found: string } | null {
  if (typeof name !== 'string' || !/^[a-z]+(_[a-z]+)*$/.test(name)) return { expected: 'a name of lower case letters and single underscores', found: String(name) };
  if (name === 'total' || name.endsWith('_total')) return { expected: 'a name without _total, which counters get by themselves', found: name };
  if (typeof help !== 'string' || help === '') return { expected: 'a help text', found: 'none' };
  if (kind !== 'histogram') return null;
  const isGrowing = Array.isArray(bounds) && bounds.length > 0 && bounds.every((bound, index) => index === 0 || bound > bounds[index - 1]!);
  return isGrowing ? null : { expected: 'bounds that grow', found: String(bounds) };
}
