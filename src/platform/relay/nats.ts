import { readFileSync } from "node:fs";
import { JetStreamApiCodes, JetStreamApiError, jetstream, jetstreamManager, StorageType } from "@nats-io/jetstream";
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  headers,
  type NatsConnection,
  nanos,
} from "@nats-io/transport-node";

/** Which NATS, and which stream in it. */
export interface RelaySettings {
  servers: string[];
  stream: string;
  /** An event's subject is `<prefix>.<event_type>`. */
  prefix: string;
  token?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  credentials_file?: string | undefined;
  duplicate_window_seconds: number;
  /** 0 keeps for ever. */
  max_age_days: number;
  replicas: number;
}

/** What goes over the wire. */
export interface Message {
  /** Known again by the stream within its duplicate window. */
  event_id: string;
  event_type: string;
  /** Each goes as a header of that name. */
  headers: Record<string, string>;
  /** UTF-8 JSON. */
  body: string;
}

/** The stream, as the relay sees it. */
export interface EventStream {
  /** Stores the message, and tells whether it was new. Resolves when the stream has acknowledged it, and never before. Throws when it did not. */
  publish(message: Message): Promise<"stored" | "duplicate">;
  /** Throws unless the stream can be reached. */
  check(): Promise<void>;
  isConnected(): boolean;
  close(): Promise<void>;
}

/** No retry makes the message fit. */
export class MessageTooLarge extends Error {
  override name = "MessageTooLarge";
}

/** Milliseconds for a server to answer: to a connection, to a message. */
const connectTimeout = 3_000;
const ackTimeout = 5_000;

/** Opens the stream. It is connected by the first message, made when it is missing, and connected again for ever. */
export function openNatsStream(settings: RelaySettings, onError: (error: unknown) => void): EventStream {
  let opening: Promise<NatsConnection> | undefined;
  let isUp = false;

  const open = async (): Promise<NatsConnection> => {
    const connection = await connect(connectionOptions(settings));
    isUp = true;
    void watch(connection);
    try {
      await makeStream(connection, settings);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  };
  const watch = async (connection: NatsConnection) => {
    for await (const { type } of connection.status()) {
      if (type === "disconnect" || type === "staleConnection") isUp = false;
      if (type === "reconnect") isUp = true;
    }
    // Closed for good: whoever comes next opens another.
    isUp = false;
    opening = undefined;
  };
  const connected = async (): Promise<NatsConnection> => {
    opening ??= open().catch((error) => {
      opening = undefined;
      throw error;
    });
    const connection = await opening;
    // The client would keep what is sent now until it is connected again; here it stays in the outbox.
    if (!isUp) throw new Error("The connection to NATS is down");
    return connection;
  };

  return {
    publish: async ({ event_id, event_type, headers: named, body }) => {
      const connection = await connected();
      const bytes = Buffer.from(body);
      const most = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
      // The headers count too; they have some hundred bytes.
      if (bytes.length + 2_048 > most) throw new MessageTooLarge(`${bytes.length} bytes; NATS takes ${most}`);
      const lines = headers();
      for (const [name, value] of Object.entries(named)) lines.set(name, value);
      const expect = { streamName: settings.stream };
      const options = { msgID: event_id, headers: lines, timeout: ackTimeout, expect };
      try {
        const ack = await jetstream(connection).publish(`${settings.prefix}.${event_type}`, bytes, options);
        return ack.duplicate ? "duplicate" : "stored";
      } catch (error) {
        // Nobody answers where there is no stream: somebody deleted it, or its subjects.
        await makeStream(connection, settings).catch(onError);
        throw error;
      }
    },
    check: async () => {
      const connection = await connected();
      await connection.flush();
    },
    isConnected: () => isUp,
    close: async () => {
      const connection = await opening?.catch(() => undefined);
      await connection?.close();
    },
  };
}

function connectionOptions(settings: RelaySettings): ConnectionOptions {
  const { servers, token, user, password, credentials_file } = settings;
  return {
    servers,
    name: "plinth relay",
    timeout: connectTimeout,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    ...(token === undefined ? {} : { token }),
    ...(user === undefined ? {} : { user, pass: password ?? "" }),
    ...(credentials_file === undefined ? {} : { authenticator: credsAuthenticator(readFileSync(credentials_file)) }),
  };
}

/** Makes the stream when it is missing; one that is there keeps the configuration that its operator gave it. */
async function makeStream(connection: NatsConnection, settings: RelaySettings): Promise<void> {
  const { streams } = await jetstreamManager(connection, { timeout: ackTimeout });
  try {
    await streams.info(settings.stream);
  } catch (error) {
    const isMissing = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
    if (!isMissing) throw error;
    await streams.add({
      name: settings.stream,
      subjects: [`${settings.prefix}.>`],
      storage: StorageType.File,
      duplicate_window: nanos(settings.duplicate_window_seconds * 1_000),
      max_age: nanos(settings.max_age_days * 86_400_000),
      num_replicas: settings.replicas,
    });
  }
}
