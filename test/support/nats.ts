import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

/** Why there is no NATS for the tests; undefined where there is one. */
export const natsMissing: string | undefined =
  spawnSync("nats-server", ["--version"]).error === undefined ? undefined : "there is no nats-server on the PATH";
if (natsMissing !== undefined) console.warn(`Tests on NATS are skipped: ${natsMissing}.`);

/** A nats-server of the test's own with JetStream on a store of its own, which it may kill. */
export interface TestNats {
  url: string;
  /** Starts it on its port and its store; resolves when it is ready. */
  start(): Promise<void>;
  /** Kills it as a crash does. */
  kill(): Promise<void>;
  /** Loses everything that it has stored. It is dead then. */
  wipe(): Promise<void>;
  /** Everything in the stream, in its order. */
  read(stream: string): Promise<StoredMessage[]>;
  stop(): Promise<void>;
}

export interface StoredMessage {
  subject: string;
  id: string;
  headers: Record<string, string>;
  body: unknown;
}

export async function makeNats(): Promise<TestNats> {
  const [port, store] = [await freePort(), await mkdtemp(join(tmpdir(), "plinth-nats-"))];
  const url = `nats://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const kill = async () => {
    const ended = server;
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return;
    const gone = new Promise((resolve) => ended.once("exit", resolve));
    ended.kill("SIGKILL");
    await gone;
  };
  return {
    url,
    kill,
    start: async () => {
      server = spawn("nats-server", ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", store]);
      await ready(server);
    },
    wipe: async () => {
      await kill();
      await rm(store, { recursive: true, force: true });
    },
    read: (stream) => readStream(url, stream),
    stop: async () => {
      await kill();
      await rm(store, { recursive: true, force: true });
    },
  };
}

async function readStream(url: string, stream: string): Promise<StoredMessage[]> {
  const connection = await connect({ servers: url });
  try {
    const { streams } = await jetstreamManager(connection);
    const { state } = await streams.info(stream);
    const found: StoredMessage[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
      const message = await streams.getMessage(stream, { seq });
      if (message === null) continue;
      const { header } = message;
      const headers = Object.fromEntries(header.keys().map((name) => [name, header.get(name)]));
      found.push({ subject: message.subject, id: header.get("Nats-Msg-Id"), headers, body: message.json() });
    }
    return found;
  } finally {
    await connection.close();
  }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`nats-server ended with ${code}`)));
    server.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.includes("Server is ready")) resolve();
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
