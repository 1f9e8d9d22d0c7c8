import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { within } from "./shutdown.ts";

/**
 * The metrics of one process. Names follow the Prometheus conventions: `plinth_<module>_<what>_<unit>`; a label never holds a
 * person, a workspace or anything else without bound.
 */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labels: L[]): (labels: Record<L, string>, by?: number) => void;
  histogram<L extends string>(
    name: string,
    help: string,
    labels: L[],
    buckets: number[],
  ): (labels: Record<L, string>, value: number) => void;
  /** A gauge that is read when the page is asked for; missing there, and counted, when it cannot be read within two seconds. */
  gauge<L extends string>(name: string, help: string, labels: L[], read: () => GaugeValues<L>): void;
  /** The page in the Prometheus text format, with its content type. */
  page(): Promise<{ content_type: string; body: string }>;
  /** Names and help texts of everything registered, for the architecture test and the documentation. */
  describe(): { name: string; help: string }[];
}

type GaugeValues<L extends string> =
  | Iterable<[Record<L, string>, number]>
  | Promise<Iterable<[Record<L, string>, number]>>;

/** Latency buckets in seconds, from 1 ms to 10 s. */
export const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Milliseconds for which the page waits for one gauge. */
const longestRead = 2_000;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const unread = new Counter({
    name: "plinth_observability_unread_gauges_total",
    help: "Gauges that could not be read when the page was asked for, and are missing on it, by metric",
    labelNames: ["metric"],
    registers,
  });
  /** A gauge that needs what is down is missing: the page goes on telling the rest, when it is needed most. */
  const readInTime = async <V>(
    metric: string,
    read: () => Iterable<V> | Promise<Iterable<V>>,
  ): Promise<Iterable<V>> => {
    try {
      const values = await within(longestRead, Promise.resolve(read()));
      if (values !== undefined) return values;
    } catch {
      // Counted below.
    }
    unread.inc({ metric });
    return [];
  };
  return {
    counter: (name, help, labelNames) => {
      const metric = new Counter({ name, help, labelNames, registers });
      return (labels, by = 1) => metric.inc(labels, by);
    },
    histogram: (name, help, labelNames, buckets) => {
      const metric = new Histogram({ name, help, labelNames, buckets, registers });
      return (labels, value) => metric.observe(labels, value);
    },
    gauge: (name, help, labelNames, read) => {
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        async collect() {
          const values = await readInTime(name, read);
          this.reset();
          // Without labels a reset leaves a 0 behind.
          if (labelNames.length === 0) this.remove({});
          for (const [labels, value] of values) this.set(labels, value);
        },
      });
    },
    page: async () => ({ content_type: registry.contentType, body: await registry.metrics() }),
    describe: () => registry.getMetricsAsArray().map(({ name, help }) => ({ name, help })),
  };
}
