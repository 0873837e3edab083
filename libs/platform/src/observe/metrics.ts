import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';

/**
 * Prometheus metrics of one service. Each service has a registry of its own, because several services may share
 * one process; prom-client's global registry is never used.
 */
export class Metrics {
  readonly registry = new Registry();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
  }

  /** Adds the process's own metrics (CPU, memory, event loop); once per process. */
  collectProcessMetrics(): void {
    // Measured every 10 ms, as is the default, the event loop of an idle process would never rest.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
  }

  /** A number that only grows. */
  counter<L extends string>(options: Omit<CounterConfiguration<L>, 'registers'>): Counter<L> {
    return this.existing(options.name, () => new Counter({ ...options, registers: [this.registry] }));
  }

  /** A number that goes up and down. `collect` is called when metrics are read. */
  gauge<L extends string>(options: Omit<GaugeConfiguration<L>, 'registers'>): Gauge<L> {
    return this.existing(options.name, () => new Gauge({ ...options, registers: [this.registry] }));
  }

  /** Counts observations in buckets; durations in seconds. */
  histogram<L extends string>(options: Omit<HistogramConfiguration<L>, 'registers'>): Histogram<L> {
    return this.existing(options.name, () => new Histogram({ ...options, registers: [this.registry] }));
  }

  /** The metrics in Prometheus' text form. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  // Two parts of a service may share a metric; the second gets the first's.
  private existing<M>(name: string, make: () => M): M {
    const found = this.registry.getSingleMetric(name);
    return found ? (found as M) : make();
  }
}
