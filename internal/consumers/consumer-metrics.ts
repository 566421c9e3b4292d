import { latencyBoundsSeconds, type MetricsRegistry, type Reading } from '../../lib/metrics/registry.ts';
import type { Consumer } from './host.ts';

/** Declares what the host itself counts. `consumers` may still grow. */
export function declareConsumerMetrics(registry: MetricsRegistry, consumers: readonly Consumer[]): void {
  const labels = ['consumer'];
  const perConsumer = (valueOf: (consumer: Consumer) => number) => (): Reading[] =>
    consumers.map((consumer) => ({ labels: { consumer: consumer.runner.id }, value: valueOf(consumer) }));

  registry.counter({ name: 'meltica_consumer_delivered_total', help: 'Events given to the handlers of a consumer', labels }, perConsumer(({ runner }) => runner.deliveredTotal));
  registry.counter({ name: 'meltica_consumer_displaced_total', help: 'States replaced by or merged with a newer one before a consumer took them', labels }, perConsumer(({ mailbox }) => mailbox.displacedTotal));
  registry.counter({ name: 'meltica_consumer_dropped_total', help: 'Events lost to the bound of a mailbox or to a suspended consumer', labels }, perConsumer(({ mailbox }) => mailbox.droppedTotal));
  registry.gauge({ name: 'meltica_consumer_suspended', help: '1 when a consumer was suspended', labels }, perConsumer(({ runner }) => (runner.state === 'suspended' ? 1 : 0)));
  registry.counter({ name: 'meltica_consumer_errors_total', help: 'Handler calls that failed', labels: ['consumer', 'handler'] }, () =>
    consumers.flatMap(({ runner }) => Object.entries(runner.errorsByHandler).map(([handler, value]) => ({ labels: { consumer: runner.id, handler }, value }))),
  );
  registry.histogram(
    { name: 'meltica_consumer_latency_seconds', help: 'From the receipt of a frame to the entry of the handler', unit: 'seconds', labels, bounds: latencyBoundsSeconds, scale: 1e-6 },
    () => consumers.map(({ runner }) => ({ labels: { consumer: runner.id }, histogram: runner.latencyUs })),
  );
}
