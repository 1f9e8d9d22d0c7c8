import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWebhookReceiver, type WebhookReceiver } from "../../../test/support/webhook-receiver.ts";
import type { Sender } from "./sender-port.ts";
import { createSender } from "./undici.ts";

const notPublic = "The address leads into a private network, where webhooks are not sent";
const never = new AbortController().signal;

let receiver: WebhookReceiver;
let open: Sender;
/** Listens, and counts who connects. */
let inner: Server;
let connections = 0;
let port: number;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
  open = createSender({ allow_private: true, timeout_ms: 10_000 });
  inner = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => inner.listen(0, resolve));
  port = (inner.address() as AddressInfo).port;
});
afterAll(async () => {
  await open.close();
  await receiver.close();
  await new Promise((resolve) => inner.close(resolve));
});

const send = (sender: Sender, url: string) => sender.send({ url, headers: { "x-test": "1" }, body: "{}" }, never);

/** Sends with a resolver of the test's own, where private addresses are refused. */
async function sendTo(url: string, addresses: string[]): Promise<{ error: string | null; resolved: number }> {
  let resolved = 0;
  const sender = createSender({
    allow_private: false,
    timeout_ms: 10_000,
    resolve: async () => {
      resolved++;
      return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    },
  });
  try {
    const { error } = await send(sender, url);
    return { error, resolved };
  } finally {
    await sender.close();
  }
}

test("9: a path that does not answer holds up no other at its host", async () => {
  const server = createHttpServer((request, response) => void (request.url === "/quick" && response.end("ok")));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const host = `http://localhost:${(server.address() as AddressInfo).port}`;
  const sender = createSender({ allow_private: true, timeout_ms: 10_000 });
  const controller = new AbortController();
  const hanging = Array.from({ length: 20 }, () =>
    sender.send({ url: `${host}/hangs`, headers: {}, body: "{}" }, controller.signal).catch(() => undefined),
  );
  const outcome = await send(sender, `${host}/quick`);
  controller.abort();
  await Promise.all(hanging);
  await sender.close();
  await new Promise((resolve) => server.close(resolve));
  expect(outcome).toMatchObject({ status_code: 200, error: null });
});

describe("an answer", () => {
  test("of 2xx has arrived, with its status, time and first kilobyte", async () => {
    receiver.answer("ok", { status: 201, body: "x".repeat(100_000) });
    const outcome = await send(open, receiver.url("ok"));
    expect(outcome).toMatchObject({ status_code: 201, error: null, response: "x".repeat(1_024), retry_after: null });
    expect(outcome.latency_ms).toBeGreaterThanOrEqual(0);
    expect(receiver.at("ok")).toMatchObject([{ body: "{}", headers: { "x-test": "1" } }]);
  });

  test("of anything else has failed, with what it said", async () => {
    receiver.answer("busy", { status: 503, body: "later", headers: { "retry-after": "17" } });
    expect(await send(open, receiver.url("busy"))).toMatchObject({
      ...{ status_code: 503, response: "later", error: "Answered 503", retry_after: 17 },
    });
  });

  test("that leads elsewhere is not followed, least of all into a private network", async () => {
    receiver.answer("moved", { status: 307, headers: { location: `http://127.0.0.1:${port}/` } });
    const before = connections;
    expect(await send(open, receiver.url("moved"))).toMatchObject({
      ...{ status_code: 307, error: "Answered 307; redirects are not followed" },
    });
    expect(connections).toBe(before);
  });

  test("that does not come is given up", async () => {
    receiver.always("hangs", { status: 200, after: new Promise(() => {}) });
    const hasty = createSender({ allow_private: true, timeout_ms: 50 });
    expect(await send(hasty, receiver.url("hangs"))).toMatchObject({
      ...{ status_code: null, response: null, error: "No answer within 0.05 seconds" },
    });
  });

  test("from nobody is told", async () => {
    const free = await freePort();
    expect((await send(open, `http://127.0.0.1:${free}/`)).error).toMatch(/ECONNREFUSED/);
  });

  test("is not waited for when the process ends", async () => {
    receiver.always("ending", { status: 200, after: new Promise(() => {}) });
    const ending = new AbortController();
    const sending = open.send({ url: receiver.url("ending"), headers: {}, body: "{}" }, ending.signal);
    ending.abort(new Error("The process is ending"));
    await expect(sending).rejects.toThrow("The process is ending");
  });
});

describe("a private address is refused at the moment of connecting, and nothing connects", () => {
  test.each([
    "http://127.0.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://[fd00:ec2::254]/",
  ])("as a literal: %s", async (url) => {
    const before = connections;
    expect((await sendTo(url.replace("{port}", String(port)), [])).error).toBe(notPublic);
    expect(connections).toBe(before);
  });

  test.each([
    ["a name that resolves to loopback", ["127.0.0.1"]],
    ["a name that resolves to loopback of IPv6", ["::1"]],
    ["a name that resolves to mapped IPv4", ["::ffff:127.0.0.1"]],
    ["a name that resolves to the metadata service", ["169.254.169.254"]],
    ["a name with a public address and a private one", ["93.184.216.34", "127.0.0.1"]],
    ["a name that resolves to nothing", []],
  ])("%s", async (_, addresses) => {
    const before = connections;
    const { error, resolved } = await sendTo(`http://hooks.example.com:${port}/`, addresses);
    expect({ error, resolved }).toEqual({ error: notPublic, resolved: 1 });
    expect(connections).toBe(before);
  });

  test("a name that the machine itself resolves to loopback", async () => {
    const sender = createSender({ allow_private: false, timeout_ms: 10_000 });
    const before = connections;
    expect((await send(sender, `http://localhost:${port}/`)).error).toBe(notPublic);
    expect(connections).toBe(before);
    await sender.close();
  });

  test("a name is asked for once for each connection, so what was checked is what is connected to", async () => {
    const answers = ["127.0.0.1", "10.0.0.1", "::1"];
    let asked = 0;
    const resolve = async () => {
      const address = answers[asked++] ?? "";
      return [{ address, family: address.includes(":") ? 6 : 4 }];
    };
    const sender = createSender({ allow_private: false, timeout_ms: 10_000, resolve });
    const before = connections;
    for (const count of [1, 2, 3]) {
      expect((await send(sender, `http://rebinding.example.com:${port}/`)).error).toBe(notPublic);
      expect(asked).toBe(count);
    }
    expect(connections).toBe(before);
    await sender.close();
  });

  test("and where it is allowed, the same addresses are reached", async () => {
    expect((await send(open, receiver.url("allowed"))).error).toBeNull();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
