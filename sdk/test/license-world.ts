// A server, a network that can be cut, and time that goes as the test says. The requests go over real sockets.
import { createLicenseClient, type LicenseClient, type LicenseClientOptions } from "../src/license/index.ts";
import { type CuttableNetwork, createNetwork, type Network } from "./cuttable-network.ts";
import { type FakeLicenseServer, startLicenseServer } from "./license-server.ts";

export interface LicenseWorld {
  server: FakeLicenseServer;
  url: string;
  /** A client on this world's clocks and network, with a log of what it told: `FROM>TO`, and `!code` for problems. */
  client(options?: Partial<LicenseClientOptions>): LicenseClient & { log: string[] };
  cut(mode: Network): Promise<void>;
  heal(): Promise<void>;
  /** Lets seconds go by: timers fire in their order, and what they began ends, before the next one fires. */
  advance(seconds: number): Promise<void>;
  /** The machine sleeps: its timers and its monotonic clock stand still. */
  sleep(seconds: number): void;
  /** The program is busy with itself: time goes by, and no timer fires. */
  block(seconds: number): void;
  /** Somebody sets the machine's wall clock. */
  setWall(seconds: number): void;
  /** Until no request is under way, but those that hang in the network. */
  quiet(): Promise<void>;
  /** Seconds gone by in truth. */
  seconds(): number;
  pendingTimers(): number;
  close(): Promise<void>;
}

export const key = "PRISM-AAAAA-BBBBB-CCCCC-DDDDD";
const epoch = Date.parse("2026-01-01T00:00:00Z");

export async function createLicenseWorld(): Promise<LicenseWorld> {
  const time = createTime();
  const server = await startLicenseServer(() => epoch + time.truth());
  const network: CuttableNetwork = await createNetwork(server.port);
  server.licenses.set(key, { product: "prism", max_seats: 1, status: "active" });
  const clients: LicenseClient[] = [];
  let mode: Network = "open";
  let under_way = 0;

  const countingFetch = async (url: string, init: RequestInit): Promise<Response> => {
    under_way += 1;
    try {
      const response = await fetch(url, init);
      const text = await response.text();
      return new Response(text === "" ? null : text, { status: response.status, headers: response.headers });
    } finally {
      under_way -= 1;
    }
  };
  const turns = async (n: number) => {
    for (let i = 0; i < n; i += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const quiet = async () => {
    await turns(5);
    while (under_way > 0 && mode !== "silent") await turns(1);
    await turns(5);
  };
  const become = async (next: Network) => {
    mode = next;
    await network.become(next);
    await quiet();
  };

  return {
    server,
    url: network.url,
    client: (options = {}) => {
      const client = createLicenseClient({
        base_url: network.url,
        license_key: key,
        hardware_id: "machine-1",
        release_on_exit: false,
        fetch: countingFetch,
        clock: time.clock,
        timers: time.timers,
        random: () => 0,
        ...options,
      });
      clients.push(client);
      const log: string[] = [];
      client.on("state", ({ from, to }) => void log.push(`${from}>${to}`));
      client.on("problem", ({ code }) => void log.push(`!${code}`));
      // Not spread: the readings of the client are live.
      return Object.assign(client, { log });
    },
    cut: become,
    heal: () => become("open"),
    advance: (seconds) => time.advance(seconds * 1_000, quiet),
    sleep: (seconds) => time.sleep(seconds * 1_000),
    block: (seconds) => time.block(seconds * 1_000),
    setWall: (seconds) => time.setWall(seconds * 1_000),
    quiet,
    seconds: () => time.truth() / 1_000,
    pendingTimers: () => time.pending(),
    close: async () => {
      await become("open");
      await Promise.all(clients.map((client) => client.stop()));
      await network.close();
      await server.close();
    },
  };
}

function createTime() {
  let truth = 0;
  let asleep = 0;
  let set = 0;
  let made = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const monotonic = () => truth - asleep;
  const earliest = () => [...timers].sort(([, a], [, b]) => a.at - b.at)[0];
  return {
    truth: () => truth,
    pending: () => timers.size,
    clock: { monotonic, wall: () => epoch + truth + set },
    timers: {
      set: (callback: () => void, ms: number) => {
        made += 1;
        timers.set(made, { at: monotonic() + ms, callback });
        return made;
      },
      clear: (handle: unknown) => void timers.delete(handle as number),
    },
    advance: async (ms: number, quiet: () => Promise<void>) => {
      const end = truth + ms;
      await quiet();
      for (let due = earliest(); due !== undefined && due[1].at + asleep <= end; due = earliest()) {
        const [handle, { at, callback }] = due;
        truth = Math.max(truth, at + asleep);
        timers.delete(handle);
        callback();
        await quiet();
      }
      truth = end;
    },
    sleep: (ms: number) => {
      truth += ms;
      asleep += ms;
    },
    block: (ms: number) => {
      truth += ms;
    },
    setWall: (ms: number) => {
      set += ms;
    },
  };
}
