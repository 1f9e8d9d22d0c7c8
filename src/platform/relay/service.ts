import type { Database } from "../../core/database.ts";
import { latencyBuckets, type Metrics } from "../../core/metrics.ts";
import {
  type CompletedEvent,
  DependencyDown,
  defineSubscriber,
  everyEvent,
  listCompleted,
  PermanentFailure,
  type Subscriber,
} from "../events/index.ts";
import { MessageTooLarge, openNatsStream, type RelaySettings } from "./nats.ts";

/** Publishes every event to NATS JetStream, for other programs, machines and languages. */
export interface Relay {
  subscribers: Subscriber[];
  /**
   * Publishes again what was published here in [from, to) and has been delivered; tells how much of it the stream did not know. What is not delivered
   * yet comes by itself. `onProgress` hears of each page.
   */
  replay(range: ReplayRange, onProgress?: (so_far: Replayed) => void): Promise<Replayed>;
  /** Throws unless NATS can be reached. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface ReplayRange {
  from: Date;
  to: Date;
  /** Of this kind alone. */
  type?: string | undefined;
}

export interface Replayed {
  /** Events sent. */
  sent: number;
  /** Of these the ones that the stream had not. */
  stored: number;
}

interface RelayOptions {
  settings: RelaySettings;
  db: Pick<Database, "systemStatement">;
  metrics: Metrics;
  onError: (error: unknown) => void;
}

/** What of an event goes out. */
type Outgoing = Omit<CompletedEvent, "id" | "completed_at">;

/** Deliveries that a replay reads at once, and sends before it reads on. */
const page = 500;

export function createRelay({ settings, db, metrics, onError }: RelayOptions): Relay {
  const stream = openNatsStream(settings, onError);
  const published = metrics.counter("plinth_relay_published_total", "Events handed to NATS, by outcome", ["outcome"]);
  const seconds = metrics.histogram(
    "plinth_relay_publish_duration_seconds",
    "Until NATS had acknowledged an event",
    [],
    latencyBuckets,
  );
  metrics.gauge("plinth_relay_connected", "Whether this process is connected to NATS", [], () => [
    [{}, stream.isConnected() ? 1 : 0],
  ]);

  const publish = async (event: Outgoing): Promise<"stored" | "duplicate"> => {
    const { event_id, event_type, workspace_id, request_id, payload } = event;
    const headers = { event_id, event_type, workspace_id, request_id, created_at: event.created_at.toISOString() };
    const began = performance.now();
    try {
      const outcome = await stream.publish({ event_id, event_type, headers, body: JSON.stringify(payload) });
      published({ outcome });
      seconds({}, (performance.now() - began) / 1_000);
      return outcome;
    } catch (error) {
      published({ outcome: "failed" });
      throw error;
    }
  };

  const relay = defineSubscriber({
    name: "relay.nats",
    event: everyEvent,
    timeout_ms: 20_000,
    handle: async ({ workspace_id, request_id }, event) => {
      try {
        await publish({ ...event, workspace_id, request_id });
      } catch (error) {
        if (error instanceof MessageTooLarge) throw new PermanentFailure(error.message, { cause: error });
        // The rows wait until NATS is back; none of their tries is used up.
        throw new DependencyDown("nats", { cause: error });
      }
    },
  });

  return {
    subscribers: [relay],
    check: stream.check,
    close: stream.close,
    replay: async (range, onProgress) => {
      const so_far: Replayed = { sent: 0, stored: 0 };
      const isFirst = firstOfEach();
      let last: CompletedEvent | undefined;
      for (;;) {
        const rows = await db.systemStatement("relay replay", (tx) => listCompleted(tx, range, last, page));
        const outcomes = await Promise.all(rows.filter(isFirst).map(publish));
        last = rows.at(-1);
        so_far.sent += outcomes.length;
        so_far.stored += outcomes.filter((outcome) => outcome === "stored").length;
        onProgress?.({ ...so_far });
        if (rows.length < page) return so_far;
      }
    },
  };
}

/** An event has a row for each subscriber that it had, all of them in its workspace: so the ids of one workspace are enough to know it again. */
function firstOfEach(): (row: CompletedEvent) => boolean {
  let workspace: string | undefined;
  let seen = new Set<string>();
  return ({ workspace_id, event_id }) => {
    if (workspace_id !== workspace) seen = new Set();
    workspace = workspace_id;
    const isFirst = !seen.has(event_id);
    seen.add(event_id);
    return isFirst;
  };
}
