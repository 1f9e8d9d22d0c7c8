// An API process that takes messages in, for a test that kills it. It answers 200 when a message is kept, unless it is to die before.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDatabase } from "../../src/core/database.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import { session, sql } from "../../src/core/tables.ts";
import { createInbox } from "../../src/platform/inbox/index.ts";

/** What such a process is told. */
export interface InboxTask {
  app_url: string;
  system_url: string;
  /** Where it is killed (SIGKILL, by itself): between the work and the commit, or between the commit and the answer. */
  dies: "before commit" | "before answer" | "never";
}

function main({ dies, ...urls }: InboxTask): void {
  const inbox = createInbox({ db: createDatabase({ ...urls, pool_size: 2 }), metrics: createMetrics() });
  const die = (where: InboxTask["dies"]) => {
    if (dies === where) process.kill(process.pid, "SIGKILL");
  };
  const server = createServer(async (request, response) => {
    const event_id = (request.url ?? "").slice(1);
    const message = {
      source: "telegram",
      endpoint: "bot",
      event_type: "message",
      subject: "42",
      payload: "",
      event_id,
    };
    await inbox.receive(message, async (tx) => {
      await sql`insert into public.runs values (${event_id})`.execute(tx[session]);
      die("before commit");
      return { status: "applied", reason: null };
    });
    die("before answer");
    response.end();
  });
  server.listen(0, () => process.send?.((server.address() as AddressInfo).port));
}

const [, file, task] = process.argv;
if (file?.endsWith("inbox-process.ts") && task !== undefined) main(JSON.parse(task));
