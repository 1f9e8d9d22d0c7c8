import { Client } from "pg";

/** Hears PostgreSQL's notifications on one connection of its own. */
export interface Listener {
  /** Calls the handler with each notification's payload on this channel. */
  on(channel: string, handler: (payload: string) => void): void;
  /** Whether notifications are being heard right now; caches that live by them are not used while they are not. */
  connected(): boolean;
  /** Calls the handler whenever the connection was lost or came (back) up: something may have been missed. */
  onGap(handler: () => void): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface ListenerOptions {
  url: string;
  onError: (error: Error) => void;
  /** Longest pause between two tries to reconnect, in milliseconds. Default 2,000. */
  max_pause_ms?: number;
}

/**
 * Makes a listener that reconnects for ever. It needs a direct connection: LISTEN does not pass a PgBouncer in transaction
 * mode, where everything that listens falls back to polling or to reading afresh.
 */
export function createListener(options: ListenerOptions): Listener {
  const handlers = new Map<string, ((payload: string) => void)[]>();
  const gaps: (() => void)[] = [];
  let client: Client | undefined;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;
  let pause = 50;

  const connect = async () => {
    const next = new Client({ connectionString: options.url, keepAlive: true });
    next.on("error", (error) => {
      options.onError(error);
      void next.end().catch(() => undefined);
      lost(next);
    });
    next.on("end", () => lost(next));
    next.on("notification", ({ channel, payload }) => {
      for (const handler of handlers.get(channel) ?? []) handler(payload ?? "");
    });
    await next.connect();
    for (const channel of handlers.keys()) await next.query(`listen "${channel}"`);
    client = next;
    pause = 50;
    for (const gap of gaps) gap();
  };

  const reconnect = () => {
    if (stopped) return;
    retry = setTimeout(() => {
      connect().catch((error: Error) => {
        options.onError(error);
        pause = Math.min(pause * 2, options.max_pause_ms ?? 2_000);
        reconnect();
      });
    }, pause);
  };

  const lost = (which: Client) => {
    if (client !== which) return;
    client = undefined;
    for (const gap of gaps) gap();
    reconnect();
  };

  return {
    on: (channel, handler) => {
      if (client !== undefined) throw new Error("Handlers are registered before the listener starts");
      handlers.set(channel, [...(handlers.get(channel) ?? []), handler]);
    },
    onGap: (handler) => {
      gaps.push(handler);
    },
    connected: () => client !== undefined,
    start: async () => {
      stopped = false;
      await connect().catch((error: Error) => {
        options.onError(error);
        reconnect();
      });
    },
    stop: async () => {
      stopped = true;
      clearTimeout(retry);
      const closing = client;
      client = undefined;
      await closing?.end();
    },
  };
}
