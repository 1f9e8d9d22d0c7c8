import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One event as it arrived: from an envelope (https://develop.sentry.dev/sdk/data-model/envelopes/), read as strictly as Sentry's relay does. */
export interface ReportedEvent {
  envelope: Record<string, unknown>;
  event: {
    event_id: string;
    level?: string;
    release?: string;
    environment?: string;
    tags?: Record<string, unknown>;
    message?: unknown;
    exception?: { values: { type: string; value: string; stacktrace?: { frames: { filename?: string }[] } }[] };
  };
  /** The whole text of the envelope. */
  raw: string;
}

/** A project at Sentry or GlitchTip. `status` may be set for the answers to come, with headers. */
export async function fakeSentry() {
  const events: ReportedEvent[] = [];
  const answers: { status: number; headers?: Record<string, string> }[] = [];
  const faults: string[] = [];
  let calls = 0;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      calls++;
      const { status, headers } = answers.shift() ?? { status: 200 };
      try {
        if (!/^\/api\/42\/envelope\/\?.*sentry_key=public/.test(request.url ?? ""))
          throw new Error(`asked ${request.url}`);
        if (status === 200) events.push(...readEnvelope(Buffer.concat(pieces)));
      } catch (error) {
        faults.push(String(error));
      }
      response.writeHead(status, { "content-type": "application/json", ...headers }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    dsn: `http://public@127.0.0.1:${port}/42`,
    events,
    /** What was not as the format says. */
    faults,
    calls: () => calls,
    /** The next answer; 200 when none is given. */
    answer: (status: number, headers?: Record<string, string>) => answers.push({ status, ...(headers && { headers }) }),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function readEnvelope(body: Buffer): ReportedEvent[] {
  const raw = body.toString("utf8");
  let rest = raw;
  const line = () => {
    const end = rest.indexOf("\n");
    const text = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? "" : rest.slice(end + 1);
    return text;
  };
  const envelope: Record<string, unknown> = JSON.parse(line());
  const found: ReportedEvent[] = [];
  while (rest.trim() !== "") {
    const item: { type?: string; length?: number } = JSON.parse(line());
    const payload = item.length === undefined ? line() : rest.slice(0, item.length);
    if (item.length !== undefined) rest = rest.slice(item.length).replace(/^\n/, "");
    if (item.type === "event") found.push({ envelope, event: JSON.parse(payload), raw });
  }
  return found;
}
