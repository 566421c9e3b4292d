import { Registry } from 'prom-client';
import type { Metric } from 'prom-client';
import { assert } from '../assert/assert.ts';
import type { Histogram } from './histogram.ts';

/**
 * Publishes the program's own numbers for Prometheus.
 *
 *   hot path ──▶ Counter, Gauge, Histogram (plain fields) ◀── collect() ◀── metricsText(), once per scrape
 *
 * prom-client is only asked to write text: its labelled `inc` costs 166 ns even through a bound child, a plain
 * field 1 ns. A declared family has a function that says what its numbers are now.
 */
export class MetricsRegistry {
  readonly #registry = new Registry();
  readonly #declared = new Map<string, MetricDeclaration>();
  readonly #seriesMax: number;
  #collectFailures = 0;
  #seriesDropped = 0;

  /** A family with more than `seriesMax` label combinations is cut there: labels must not grow without bound. */
  constructor(seriesMax = 1000) {
    assert(seriesMax > 0, 'the series limit must be positive');
    this.#seriesMax = seriesMax;
    this.counter({ name: 'metrics_collect_failures_total', help: 'Metric families that could not say their values' }, () => this.#collectFailures);
    this.counter({ name: 'metrics_series_dropped_total', help: 'Series left out because a family had too many' }, () => this.#seriesDropped);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Every declared family, in order of declaration: for reference pages and checks. */
  get declarations(): readonly MetricDeclaration[] {
    return [...this.#declared.values()];
  }

  /** The name must end in `_total`. */
  counter(spec: MetricSpec, collect: () => Readings): void {
    this.#declare('counter', spec, () => samplesOf(collect()));
  }

  gauge(spec: MetricSpec, collect: () => Readings): void {
    this.#declare('gauge', spec, () => samplesOf(collect()));
  }

  /** `bounds` are in the published unit; a recorded value times `scale` is in that unit (ns to seconds: 1e-9). */
  histogram(spec: HistogramSpec, collect: () => Histogram | readonly HistogramReading[]): void {
    const { bounds, scale = 1 } = spec;
    assert(scale > 0, 'the scale of a histogram must be positive');
    assert(bounds.length > 0, 'a histogram needs bounds');
    assert(
      bounds.every((bound, index) => index === 0 || bound > bounds[index - 1]!),
      'the bounds of a histogram must grow',
    );
    this.#declare('histogram', spec, () => {
      const readings = collect();
      const list = isList(readings) ? readings : [{ labels: {}, histogram: readings }];
      return list.map(({ labels, histogram }) => histogramSeries(spec.name, labels, histogram, bounds, scale));
    });
  }

  /** The text exposition. A family whose function throws is left out and counted, the others stand. */
  metricsText(): Promise<string> {
    return this.#registry.metrics();
  }

  #declare(kind: MetricKind, spec: MetricSpec, collect: () => Sample[][]): void {
    const { name, help, unit = '', labels = [] } = spec;
    checkName(kind, name, unit);
    assert(help.length > 0, 'a metric needs a help text');
    assert(labels.every(isName), 'a metric label is lower case letters and underscores');
    assert(!this.#declared.has(name), 'a metric name is declared once');
    this.#declared.set(name, { kind, name, help, unit, labels });
    const family = { name, help, type: kind, aggregator: 'sum', get: () => Promise.resolve({ name, help, type: kind, values: this.#collect(collect) }) };
    // prom-client asks a registered metric for `name` and `get()` only; its type also demands the writing side.
    this.#registry.registerMetric(family as unknown as Metric);
  }

  #collect(collect: () => Sample[][]): Sample[] {
    let series: Sample[][];
    try {
      series = collect();
    } catch {
      this.#collectFailures += 1;
      return [];
    }
    this.#seriesDropped += Math.max(0, series.length - this.#seriesMax);
    return series.slice(0, this.#seriesMax).flat();
  }
}

export interface MetricSpec {
  /** Lower case letters and underscores; a counter ends in `_total`, a unit stands before that. */
  readonly name: string;
  readonly help: string;
  /** When given, the name must end in it: `seconds`, `bytes`. */
  readonly unit?: string;
  readonly labels?: readonly string[];
}

export interface HistogramSpec extends MetricSpec {
  readonly bounds: readonly number[];
  readonly scale?: number;
}

export type MetricKind = 'counter' | 'gauge' | 'histogram';
export type MetricDeclaration = Required<MetricSpec> & { readonly kind: MetricKind };
export type Labels = Readonly<Record<string, string | number>>;

export interface Reading {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramReading {
  readonly labels: Labels;
  readonly histogram: Histogram;
}

/** One number, or one per label combination. */
export type Readings = number | readonly Reading[];

/** Ten bounds a factor of about 3 apart, from 10 µs to 0.3 s: for latencies in seconds. */
export const latencyBoundsSeconds = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3] as const;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

function samplesOf(readings: Readings): Sample[][] {
  if (typeof readings === 'number') return [[{ labels: {}, value: readings }]];
  return readings.map((reading) => [reading]);
}

function histogramSeries(name: string, labels: Labels, histogram: Histogram, bounds: readonly number[], scale: number): Sample[] {
  const bucket = (le: number | string, value: number): Sample => ({ labels: { ...labels, le }, value, metricName: `${name}_bucket` });
  return [
    // 0.031 / 0.001 may come out just below 31: a bound must not lose its own value to the last binary digit.
    ...bounds.map((bound) => bucket(bound, histogram.countUpTo((bound / scale) * (1 + 1e-9)))),
    bucket('+Inf', histogram.count),
    { labels, value: histogram.sum * scale, metricName: `${name}_sum` },
    { labels, value: histogram.count, metricName: `${name}_count` },
  ];
}

function checkName(kind: MetricKind, name: string, unit: string): void {
  assert(isName(name), 'a metric name is lower case letters and underscores');
  assert(name.endsWith('_total') === (kind === 'counter'), 'a counter ends in _total and nothing else does');
  const stem = kind === 'counter' ? name.slice(0, -'_total'.length) : name;
  assert(unit === '' || stem.endsWith(`_${unit}`), 'a metric name ends in its unit');
}

function isName(name: string): boolean {
  return /^[a-z_]+$/.test(name);
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(readings: Histogram | readonly HistogramReading[]): readings is readonly HistogramReading[] {
  return Array.isArray(readings);
}
