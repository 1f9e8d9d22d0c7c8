import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as it arrived. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How a call is answered. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** The headers come when this is settled. */
  after?: Promise<unknown>;
}

/** A customer's HTTP server, on loopback. */
export interface WebhookReceiver {
  /** A path that is nobody else's, as an address. */
  url(name: string): string;
  /** What arrived at a path, in order. */
  at(name: string): Received[];
  /** What the next calls to a path are answered; after them it is 204 again. */
  answer(name: string, ...answers: Answer[]): void;
  /** What every call to a path is answered. */
  always(name: string, answer: Answer): void;
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const next = new Map<string, Answer[]>();
  const standing = new Map<string, Answer>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    received.push({ path, headers: request.headers, body: await textOf(request) });
    const answer = next.get(path)?.shift() ?? standing.get(path) ?? { status: 204 };
    await answer.after;
    response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    at: (name) => received.filter(({ path }) => path === `/${name}`),
    answer: (name, ...answers) => void next.set(`/${name}`, answers),
    always: (name, answer) => void standing.set(`/${name}`, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
