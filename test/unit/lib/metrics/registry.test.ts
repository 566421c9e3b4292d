import prometheus from 'prom-client';
import { describe, expect, test } from 'vitest';
import { Counter } from '../../../../lib/metrics/counter.ts';
import { Gauge } from '../../../../lib/metrics/gauge.ts';
import { Histogram } from '../../../../lib/metrics/histogram.ts';
import { latencyBoundsSeconds, MetricsRegistry } from '../../../../lib/metrics/registry.ts';

/** The lines of the families whose name starts so. */
async function linesOf(registry: MetricsRegistry, name: string): Promise<string[]> {
  const text = await registry.metricsText();
  return text.split('\n').filter((line) => line.includes(name));
}

describe('the numbers themselves', () => {
  test('a counter grows', () => {
    const counter = new Counter();
    counter.add();
    counter.add(4);
    expect(counter.value).toBe(5);
  });

  test('a gauge goes up and down and remembers its highest value', () => {
    const gauge = new Gauge();
    gauge.set(7);
    gauge.add(-3);
    expect([gauge.value, gauge.valueMax]).toEqual([4, 7]);
  });
});

describe('MetricsRegistry', () => {
  test('writes what prom-client writes for counters and gauges', async () => {
    const theirs = new prometheus.Registry();
    const counter = new prometheus.Counter({ name: 'frames_total', help: 'Frames "in"\nall', labelNames: ['venue'], registers: [theirs] });
    counter.inc({ venue: 'okx' }, 3);
    counter.inc({ venue: 'a"b\\c\nd' }, 0.5);
    new prometheus.Gauge({ name: 'depth', help: 'Depth', registers: [theirs] }).set(-2.5);

    const ours = new MetricsRegistry();
    ours.counter({ name: 'frames_total', help: 'Frames "in"\nall', labels: ['venue'] }, () => [
      { labels: { venue: 'okx' }, value: 3 },
      { labels: { venue: 'a"b\\c\nd' }, value: 0.5 },
    ]);
    ours.gauge({ name: 'depth', help: 'Depth' }, () => -2.5);
    const ourText = await ours.metricsText();
    expect(ourText.slice(ourText.indexOf('# HELP frames_total'))).toBe(await theirs.metrics());
    expect(ours.contentType).toBe(theirs.contentType);
  });

  test('writes what prom-client writes for a histogram, when the bounds fall between buckets', async () => {
    const bounds = [0.01, 0.031, 0.063];
    const values = [1, 10, 20, 31, 40, 63, 1000];
    const theirs = new prometheus.Registry();
    const histogram = new prometheus.Histogram({ name: 'wait_seconds', help: 'Wait', labelNames: ['venue'], buckets: bounds, registers: [theirs] });
    for (const value of values) histogram.observe({ venue: 'okx' }, value * 1e-3);

    const own = new Histogram();
    for (const value of values) own.record(value);
    const ours = new MetricsRegistry();
    ours.histogram({ name: 'wait_seconds', unit: 'seconds', help: 'Wait', labels: ['venue'], bounds, scale: 1e-3 }, () => [{ labels: { venue: 'okx' }, histogram: own }]);

    const parse = (text: string): Map<string, number> => {
      const rows = text.split('\n').filter((line) => line.startsWith('wait_seconds'));
      return new Map(rows.map((row) => [canonical(row.slice(0, row.lastIndexOf(' '))), Number(row.slice(row.lastIndexOf(' ')))]));
    };
    const [ourRows, theirRows] = [parse(await ours.metricsText()), parse(await theirs.metrics())];
    expect([...ourRows.keys()].sort()).toEqual([...theirRows.keys()].sort());
    for (const [name, value] of theirRows) expect(ourRows.get(name)).toBeCloseTo(value, 9);
  });

  test('a histogram without labels needs no list', async () => {
    const own = new Histogram();
    own.record(5);
    const registry = new MetricsRegistry();
    registry.histogram({ name: 'size_bytes', unit: 'bytes', help: 'Size', bounds: [4, 8] }, () => own);
    expect(await linesOf(registry, 'size_bytes')).toEqual([
      '# HELP size_bytes Size',
      '# TYPE size_bytes histogram',
      'size_bytes_bucket{le="4"} 0',
      'size_bytes_bucket{le="8"} 1',
      'size_bytes_bucket{le="+Inf"} 1',
      'size_bytes_sum 5',
      'size_bytes_count 1',
    ]);
  });

  test('asks for the values at every scrape and not before', async () => {
    const registry = new MetricsRegistry();
    let asked = 0;
    registry.gauge({ name: 'asked', help: 'Asked' }, () => (asked += 1));
    expect(asked).toBe(0);
    await registry.metricsText();
    expect(await linesOf(registry, 'asked ')).toContain('asked 2');
  });

  test('a family that fails is left out and counted, the others stand', async () => {
    const registry = new MetricsRegistry();
    registry.gauge({ name: 'broken', help: 'Broken' }, () => {
      throw new Error('broken');
    });
    registry.gauge({ name: 'whole', help: 'Whole' }, () => 1);
    await registry.metricsText();
    const text = await registry.metricsText();
    expect(text).toContain('whole 1');
    expect(text).not.toContain('broken 1');
    expect(text).toContain('metrics_collect_failures_total 1');
  });

  test('a family with too many series is cut and counted', async () => {
    const registry = new MetricsRegistry(2);
    registry.gauge({ name: 'many', help: 'Many', labels: ['i'] }, () => [1, 2, 3, 4, 5].map((i) => ({ labels: { i }, value: i })));
    expect(await linesOf(registry, 'many{')).toEqual(['many{i="1"} 1', 'many{i="2"} 2']);
    expect(await registry.metricsText()).toContain('\nmetrics_series_dropped_total 3\n');
  });

  test('lists what was declared, for the reference page', () => {
    const registry = new MetricsRegistry();
    registry.gauge({ name: 'queue_bytes', unit: 'bytes', help: 'Queue', labels: ['queue'] }, () => 1);
    expect(registry.declarations.at(-1)).toEqual({ kind: 'gauge', name: 'queue_bytes', unit: 'bytes', help: 'Queue', labels: ['queue'] });
  });

  test.each([
    ['counter', 'frames', 'a counter ends in _total'],
    ['gauge', 'frames_total', 'a counter ends in _total'],
    ['gauge', 'Frames', 'a metric name is lower case'],
    ['gauge', 'frames-in', 'a metric name is lower case'],
    ['gauge', 'frames2', 'a metric name is lower case'],
    ['gauge', '', 'a metric name is lower case'],
  ] as const)('refuses the %s name "%s"', (kind, name, message) => {
    expect(() => new MetricsRegistry()[kind]({ name, help: 'Help' }, () => 1)).toThrow(message);
  });

  test('refuses a name without its unit, a double name, a bad label and a missing help', () => {
    const registry = new MetricsRegistry();
    expect(() => registry.gauge({ name: 'wait_ms', unit: 'seconds', help: 'x' }, () => 1)).toThrow('ends in its unit');
    expect(() => registry.counter({ name: 'metrics_collect_failures_total', help: 'x' }, () => 1)).toThrow('declared once');
    expect(() => registry.gauge({ name: 'depth', help: 'x', labels: ['a-b'] }, () => 1)).toThrow('a metric label');
    expect(() => registry.gauge({ name: 'depth', help: '' }, () => 1)).toThrow('needs a help text');
    registry.counter({ name: 'sent_bytes_total', unit: 'bytes', help: 'x' }, () => 1);
  });

  test.each([
    [[], 'needs bounds'],
    [[1, 1], 'must grow'],
    [[2, 1], 'must grow'],
  ])('refuses the histogram bounds %j', (bounds, message) => {
    expect(() => new MetricsRegistry().histogram({ name: 'x', help: 'x', bounds }, () => [])).toThrow(message);
  });

  test('the latency bounds grow', () => {
    expect([...latencyBoundsSeconds].sort((left, right) => left - right)).toEqual([...latencyBoundsSeconds]);
  });
});

/** Labels in one order: prom-client writes `le` first. */
function canonical(series: string): string {
  const [name, labels = ''] = series.replace('}', '').split('{');
  return `${name!}{${labels.split(',').sort().join(',')}}`;
}
