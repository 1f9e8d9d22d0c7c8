import type { Clock } from "../../src/core/clock.ts";
import { createDatabase, type Database } from "../../src/core/database.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics, type Metrics } from "../../src/core/metrics.ts";
import {
  createEvents,
  defineSubscriber,
  type EventsInternals,
  type Subscriber,
} from "../../src/platform/events/index.ts";
import { createLocks } from "../../src/platform/locks/index.ts";
import {
  createSchedules,
  defineSchedule,
  PersonalDue,
  type Schedule,
  type Schedules,
} from "../../src/platform/schedules/index.ts";
import { activeAmong, listActive } from "../../src/platform/workspaces/store.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

/** One process' worth of schedules: connections of its own. */
export interface ScheduleNode {
  schedules: Schedules;
  events: EventsInternals;
  db: Database;
  metrics: Metrics;
  lines: Record<string, unknown>[];
  subscriber(name: string): Subscriber;
  close(): Promise<void>;
}

export interface NodeUrls {
  app_url: string;
  system_url: string;
  clock?: Clock;
}

export async function scheduleNode(urls: NodeUrls, added: Schedule[]): Promise<ScheduleNode> {
  const db = createDatabase({ ...urls, pool_size: 4, onError: () => {} });
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => lines.push(JSON.parse(line)) });
  const metrics = createMetrics();
  const events = createEvents({ db, onError: () => {} });
  const locks = createLocks({ db, logger, metrics });
  const workspaces = { listActive, activeAmong };
  const schedules = createSchedules({ db, events, locks, logger, metrics, workspaces, poll_ms: 40 });
  const hearer = defineSubscriber({ name: "test.personal", event: PersonalDue, handle: async () => {} });
  events.subscribe([...schedules.add(added), hearer]);
  return {
    schedules,
    events,
    db,
    metrics,
    lines,
    subscriber: (name) => {
      const found = events.subscribers().get(name);
      if (found === undefined) throw new Error(`There is no subscriber ${name}`);
      return found;
    },
    close: async () => {
      await schedules.stop();
      await events.settled();
      await db.close();
    },
  };
}

/** What the processes of the tests run. */
export const minutely = defineSchedule({
  name: "test.minutely",
  cron: "* * * * *",
  missed: "run_all",
  handle: async () => {},
});
export const hourly = defineSchedule({
  name: "test.hourly",
  cron: "0 * * * *",
  missed: "run_all",
  handle: async () => {},
});

/** A database whose clock stands, and goes when it is told to, for every process at the same moment. */
export async function standingClock(
  at: string,
): Promise<TestDatabase & { setClock(to: Date | string): Promise<void> }> {
  const t = await testDatabase();
  await t.sql(`create table plinth.test_clock (at timestamptz not null);
    grant select on plinth.test_clock to plinth_app, plinth_system;
    create or replace function plinth.now() returns timestamptz language sql stable return (select at from plinth.test_clock)`);
  await t.sql("insert into plinth.test_clock values ($1)", [at]);
  return { ...t, setClock: async (to) => void (await t.sql("update plinth.test_clock set at = $1", [to])) };
}
