import { Webhook } from "standardwebhooks";
import { expect, vi } from "vitest";
import { newId } from "../../src/core/id.ts";
import { type Called, type SignedUp, type TestApp, testApp } from "./app.ts";
import { type Received, startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

export const patience = { timeout: 40_000, interval: 20 };

export interface TestEndpoint {
  id: string;
  secret: string;
  /** Its path at the receiver. */
  name: string;
}

/** Two processes of Plinth whose workers share the work, a customer's server, and a person who is another for each test. */
export interface WebhookStage {
  plinth: TestApp;
  receiver: WebhookReceiver;
  /** The next test's person. */
  newPerson(): Promise<SignedUp>;
  /** Calls the API of endpoints in the person's name. */
  as(person: SignedUp): (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown) => Promise<Called>;
  /** An endpoint of the person's, at a path of its own. */
  endpoint(person?: SignedUp, input?: Record<string, unknown>): Promise<TestEndpoint>;
  /** An event of the person's workspace, as the transaction that it is of would have written it; its id. */
  happen(person?: SignedUp, type?: string, data?: object): Promise<string>;
  /** What has arrived at a path, when it is so many. */
  arrived(name: string, times: number): Promise<Received[]>;
  // biome-ignore lint/suspicious/noExplicitAny: JSON as a client sees it; the test asserts what is in it
  deliveries(endpoint_id: string, query?: string): Promise<any>;
  /** Waits until the newest delivery stands so. */
  stands(endpoint_id: string, expected: Record<string, unknown>): Promise<void>;
  /** How much is still to be done in the person's workspace. */
  waiting(): Promise<number | undefined>;
  /** Makes what waits in the person's workspace due now, as time does. */
  hasten(): Promise<unknown>;
  /** Moves the time that the database and the processes go by, until the test is over. */
  advance(seconds: number): void;
  backToNow(): void;
  close(): Promise<void>;
}

/** Throws when the library of Standard Webhooks does not believe the message. */
export function verify(secret: string, { body, headers }: Received): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

export async function webhookStage(): Promise<WebhookStage> {
  const receiver = await startWebhookReceiver();
  const env = { WEBHOOKS_ALLOW_PRIVATE: "on", WEBHOOKS_TIMEOUT_SECONDS: "30" };
  const plinth = await testApp({ env });
  const beside = await testApp({ env, beside: plinth });
  let ada: SignedUp = await plinth.signUp("ada-0@example.com");
  let people = 0;
  let moved = 0;

  const as: WebhookStage["as"] = (person) => (method, path, body) =>
    plinth.call(method, `/v1/webhook-endpoints${path}`, {
      ...{ token: person.access_token },
      ...(body === undefined ? {} : { body }),
    });
  const deliveries: WebhookStage["deliveries"] = async (id, query = "") =>
    (await as(ada)("GET", `/${id}/deliveries${query}`)).body.data;

  return {
    plinth,
    receiver,
    as,
    deliveries,
    newPerson: async () => {
      ada = await plinth.signUp(`ada-${++people}@example.com`);
      return ada;
    },
    endpoint: async (person = ada, input = {}) => {
      const name = newId();
      const { status, body } = await as(person)("POST", "", { url: receiver.url(name), event_types: ["*"], ...input });
      expect(status).toBe(201);
      return { id: body.id, secret: body.secret, name };
    },
    happen: async (person = ada, type = "licensing.license_renewed", data = { n: 1 }) => {
      const event_id = newId();
      await plinth.sql(
        `insert into events.outbox (event_id, event_type, subscriber, workspace_id, payload, request_id, max_retries)
         values ($1, $2, 'webhooks.fan_out', $3, $4, 'test', 5)`,
        [event_id, type, person.workspace_id, JSON.stringify(data)],
      );
      return event_id;
    },
    arrived: async (name, times) => {
      await vi.waitFor(() => expect(receiver.at(name).length).toBeGreaterThanOrEqual(times), patience);
      expect(receiver.at(name)).toHaveLength(times);
      return receiver.at(name);
    },
    stands: (id, expected) =>
      vi.waitFor(async () => expect((await deliveries(id))[0]).toMatchObject(expected), patience),
    waiting: async () => {
      const count = "select count(*)::int as n from events.outbox where workspace_id = $1";
      return (await plinth.sql<{ n: number }>(count, [ada.workspace_id]))[0]?.n;
    },
    hasten: () =>
      plinth.sql("update events.outbox set scheduled_for = now() where workspace_id = $1 and status = 'pending'", [
        ada.workspace_id,
      ]),
    advance: (seconds) => {
      plinth.clock.advance(seconds * 1_000);
      moved += seconds;
    },
    backToNow: () => {
      plinth.clock.advance(-moved * 1_000);
      moved = 0;
    },
    close: async () => {
      await beside.close();
      await plinth.close();
      await receiver.close();
    },
  };
}
