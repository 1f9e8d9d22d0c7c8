import { request } from "node:http";

/** One server-sent event as it came over the wire. */
export interface ReceivedEvent {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON as a client sees it; the test asserts what is in it
  data: any;
}

/** The events of a whole stream's text. */
export function eventsIn(text: string): ReceivedEvent[] {
  return text
    .split("\n\n")
    .map((block) => block.split("\n").filter((line) => !line.startsWith(":")))
    .filter((lines) => lines.some((line) => line.startsWith("data:")))
    .map((lines) => {
      const of = (name: string) =>
        lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []));
      return { event: of("event")[0] ?? "message", data: JSON.parse(of("data").join("\n")) };
    });
}

/** A stream that is read over a real socket. */
export interface OpenStream {
  status: number;
  headers: Record<string, unknown>;
  /** What came so far. */
  events(): ReceivedEvent[];
  /** Resolves with the first event of the name, when it is there. */
  first(name: string): Promise<ReceivedEvent>;
  /** Resolves with everything when the server ends it. */
  ended: Promise<ReceivedEvent[]>;
  /** Hangs up. */
  leave(): void;
}

/** Sends a POST and reads its stream as it comes. */
export function openStream(
  url: string,
  { token, body, headers = {} }: { token: string; body: object; headers?: Record<string, string> },
): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "text/event-stream",
        ...headers,
      },
    });
    call.once("error", reject);
    call.once("response", (response) => {
      let text = "";
      let isOver = false;
      const watchers = new Set<() => void>();
      const wake = () => {
        for (const watcher of watchers) watcher();
      };
      const events = () => eventsIn(text.slice(0, text.lastIndexOf("\n\n") + 2));
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        wake();
      });
      const ended = new Promise<ReceivedEvent[]>((end) => response.once("end", () => end(events())));
      response.once("close", () => {
        isOver = true;
        wake();
      });
      response.on("error", () => {});
      const first = (name: string) =>
        new Promise<ReceivedEvent>((found, lost) => {
          const look = () => {
            const event = events().find((each) => each.event === name);
            if (event === undefined && !isOver) return;
            watchers.delete(look);
            if (event === undefined) lost(new Error(`The stream ended without ${name}: ${text}`));
            else found(event);
          };
          watchers.add(look);
          look();
        });
      const leave = () => {
        call.on("error", () => {});
        response.destroy();
      };
      resolve({ status: response.statusCode ?? 0, headers: response.headers, events, first, ended, leave });
    });
    call.end(JSON.stringify(body));
  });
}
