import type { Database } from "./core/database.ts";
import type { Dependency } from "./core/http/operations.ts";
import type { Listener } from "./core/listener.ts";
import type { Metrics } from "./core/metrics.ts";
import { ping } from "./core/ping.ts";
import type { RedisClient } from "./core/redis.ts";
import { tenantWallFaults } from "./core/tenant-wall.ts";
import type { Tracer } from "./core/traces.ts";
import type { AttemptTrace } from "./platform/ai/index.ts";
import { exposeOutbox } from "./platform/events/index.ts";
import type { Relay } from "./platform/relay/index.ts";
import type { Product } from "./product.ts";

// What the process looks at in itself: its tables before it serves, what it depends on, its gauges, what is due at intervals.

/** Nobody is served while a product has a table outside the tenant wall. */
export async function refuseOpenTables(db: Database, products: Product[]): Promise<void> {
  const schemas = products.filter(({ migrations }) => migrations !== undefined).map(({ name }) => name);
  const faults = await db.asSystem("tenant wall", (tx) => tenantWallFaults(tx, schemas));
  if (faults.length === 0) return;
  const list = faults.map((fault) => `  - ${fault}`).join("\n");
  throw new Error(
    `These tables are not behind the tenant wall:\n${list}\nCall plinth.protect_tenant_table('<table>') in the migration.`,
  );
}

export function dependenciesOf(
  db: Database,
  listener: Listener,
  redis: RedisClient | undefined,
  relay: Pick<Relay, "check"> | undefined,
): Dependency[] {
  const hears = async () => {
    if (!listener.connected()) throw new Error("not listening");
  };
  return [
    { name: "database", check: () => db.systemStatement("health", ping) },
    { name: "notifications", check: hears, optional: true },
    ...(redis === undefined ? [] : [{ name: "redis", check: () => redis.ping(), optional: true }]),
    ...(relay === undefined ? [] : [{ name: "nats", check: relay.check, optional: true }]),
  ];
}

export function exposeGauges(metrics: Metrics, db: Database): void {
  metrics.gauge("plinth_database_connections", "Connections of the pools, by state", ["pool", "state"], () =>
    db.pools().flatMap(({ pool, total, idle, waiting }) => [
      [{ pool, state: "used" }, total - idle],
      [{ pool, state: "idle" }, idle],
      [{ pool, state: "awaited" }, waiting],
    ]),
  );
  exposeOutbox(metrics, db);
}

/** Runs the tasks now and again after each interval, one after the other; returns what ends that and waits for what runs. */
export function every(
  milliseconds: number,
  tasks: (() => Promise<unknown>)[],
  onError: (error: unknown) => void,
): () => Promise<void> {
  let isEnded = false;
  const run = async () => {
    for (const task of tasks) if (!isEnded) await task().catch(onError);
  };
  let running = run();
  const timer = setInterval(() => {
    running = running.then(run);
  }, milliseconds);
  timer.unref();
  return () => {
    isEnded = true;
    clearInterval(timer);
    return running;
  };
}

/** Attempts at AI providers as spans, by OpenTelemetry's conventions (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/); nothing of a prompt or an answer. */
export function aiSpans(tracer: Tracer): AttemptTrace {
  return {
    onAttempt: (facts) => {
      const operation = {
        complete: "chat",
        stream: "chat",
        embed: "embeddings",
        speak: "speech",
        transcribe: "transcription",
      };
      const name = operation[facts.operation];
      tracer.add({
        name: `${name} ${facts.wire_model}`,
        kind: "client",
        request_id: facts.request_id,
        started_at: facts.began_at.getTime(),
        duration_ms: facts.latency_ms,
        attributes: {
          "gen_ai.operation.name": name,
          "gen_ai.provider.name": facts.provider,
          "gen_ai.request.model": facts.wire_model,
          "gen_ai.usage.input_tokens": facts.input_tokens,
          "gen_ai.usage.output_tokens": facts.output_tokens,
          "plinth.feature": facts.feature,
          "plinth.ai.attempt": facts.attempt,
          "plinth.ai.outcome": facts.outcome,
        },
        ...(facts.error_code === null ? {} : { error: facts.error_code }),
      });
    },
  };
}
