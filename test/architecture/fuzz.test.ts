import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Called, password, type SignedUp, type TestApp, testApp } from "../support/app.ts";
import { type FakeOAuth, startFakeOAuth } from "../support/fake-oauth.ts";
import { type FakeStripe, startFakeStripe } from "../support/fake-stripe.ts";
import { type FuzzInput, inputsOf } from "../support/fuzz-input.ts";
import { vendorSettings, vendorsOf } from "../support/fuzz-webhooks.ts";
import { type Operation, operations } from "../support/routes.ts";

/** Requests for each route: a few in the suite; FUZZ_RUNS=1000 for a thousand. */
const runs = Number(process.env.FUZZ_RUNS ?? "40");

/** Somebody with all that the marks in a request may stand for. */
type Person = SignedUp & {
  api_key: string;
  api_key_id: string;
  device_token: string;
  license_id: string;
  license_key: string;
  seat_id: string;
};

let plinth: TestApp;
let fake: FakeOAuth;
let stripe: FakeStripe;
let root: SignedUp;
let vendors: Awaited<ReturnType<typeof vendorsOf>>;
const flow = { flow_token: "", state: "" };
beforeAll(async () => {
  fake = await startFakeOAuth();
  stripe = await startFakeStripe();
  const { google, github, apple } = fake.settings;
  plinth = await testApp({
    env: {
      LOG_LEVEL: "error",
      PASSWORD_HASH_MEMORY_KIB: "8",
      PASSWORD_HASH_PASSES: "1",
      CORS_ORIGINS: "https://app.example",
      ...vendorSettings,
      STRIPE_SECRET_KEY: stripe.secret_key,
      STRIPE_URL: stripe.url,
      OAUTH_GOOGLE_CLIENT_ID: google.client_id,
      OAUTH_GOOGLE_CLIENT_SECRET: google.client_secret,
      OAUTH_GOOGLE_URL: fake.url("google"),
      OAUTH_GITHUB_CLIENT_ID: github.client_id,
      OAUTH_GITHUB_CLIENT_SECRET: github.client_secret,
      OAUTH_GITHUB_URL: fake.url("github"),
      OAUTH_APPLE_CLIENT_ID: apple.client_id,
      OAUTH_APPLE_TEAM_ID: apple.team_id,
      OAUTH_APPLE_KEY_ID: apple.key_id,
      OAUTH_APPLE_PRIVATE_KEY: apple.private_key,
      OAUTH_APPLE_URL: fake.url("apple"),
    },
  });
  const body = { return_to: "https://app.example/signed-in" };
  const started = await plinth.call("POST", "/v1/auth/oauth/google/start", { body });
  flow.flow_token = started.body.flow_token;
  root = await plinth.signUp("root@example.com");
  await plinth.app.promote(root.email);
  vendors = await vendorsOf(plinth);
  flow.state = new URL(started.body.authorization_url).searchParams.get("state") ?? "";
});
afterAll(async () => {
  await plinth.close();
  await fake.close();
  await stripe.close();
});

let people = 0;
let calls = 0;
async function newPerson(isAdmin: boolean): Promise<Person> {
  const person = await plinth.signUp(`fuzz-${++people}@example.com`);
  if (isAdmin) await plinth.app.promote(person.email);
  const { status, body } = await plinth.call("POST", "/v1/api-keys", {
    token: person.access_token,
    body: { name: "fuzz", scopes: ["prism:write", "prism:read", "billing:read", "workspaces:read"] },
  });
  expect(status).toBe(201);
  return { device_token: "", ...person, api_key: body.key, api_key_id: body.id, ...(await licensed(person)) };
}

/** A licence of the person's, and a seat of it that is taken. */
async function licensed({ workspace_id, access_token }: SignedUp) {
  const gift = { plan_id: "coditect.pro", ends_at: "2999-01-01T00:00:00Z", reason: "For the fuzz" };
  const token = root.access_token;
  await plinth.call("POST", `/v1/admin/workspaces/${workspace_id}/grants`, { token, body: gift });
  const { data } = (await plinth.call("GET", "/v1/licenses", { token: access_token })).body;
  const { id: license_id, license_key } = (
    await plinth.call("GET", `/v1/licenses/${data[0].id}`, { token: access_token })
  ).body;
  const body = { license_key, hardware_id: `machine-of-${workspace_id}` };
  const seat = await plinth.call("POST", "/v1/licenses/acquire", { body });
  expect(seat.status).toBe(201);
  return { license_id, license_key, seat_id: seat.body.session_id };
}

/** Whether the person may still do what they could: a request may have ended the session, or the account. */
async function isStill({ access_token: token }: Person, { isAdmin }: Operation): Promise<boolean> {
  return (await plinth.call("GET", isAdmin ? "/v1/admin/users?limit=1" : "/v1/me", { token })).status === 200;
}

/** Sends it in the person's name, the marks replaced. */
async function send(
  { method, id, path: pattern }: Operation,
  { path, headers, body, credential }: FuzzInput,
  person: Person,
): Promise<Called> {
  const values: Record<string, string> = { ...flow, ...person, password, random: randomUUID() };
  if (body?.includes("@@challenge_id@@")) {
    const options = id === "post_me_passkeys" ? "/v1/me/passkeys/options" : "/v1/auth/passkey/options";
    values.challenge_id = (await plinth.call("POST", options, { token: person.access_token })).body.challenge_id;
  }
  const put = (text: string) => text.replaceAll(/@@(\w+)@@/g, (mark, name: string) => values[name] ?? mark);
  const told = body === undefined ? undefined : put(body);
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, put(value ?? "")]));
  // Where a vendor sends, it has signed; of one in eight the signature is another's, or none.
  const vendor = pattern.startsWith("/v1/webhooks/") && calls % 8 !== 0 ? vendors[pattern.slice(13)] : undefined;
  const { text = told, headers: signed = {} } = vendor?.send(told ?? "") ?? {};
  Object.assign(own, signed);
  if (credential === "cookie") {
    own.cookie = `__Host-plinth_access=${person.access_token}; __Host-plinth_refresh=${person.refresh_token}`;
    own.origin = "https://app.example";
  }
  const token = { session: person.access_token, api_key: person.api_key, cookie: undefined, none: undefined }[
    credential
  ];
  // No rate is to keep anything from being tried.
  const ip = `10.${++calls >> 16}.${(calls >> 8) & 255}.${calls & 255}`;
  return plinth.call(method, put(path), { body: text, token, ip, headers: own });
}

describe(`${runs} random requests`, () => {
  test.each(operations)(
    "L16: $name answers none of them with a 5xx",
    async (described) => {
      const vendor = described.path.startsWith("/v1/webhooks/") ? vendors[described.path.slice(13)] : undefined;
      const operation = vendor === undefined ? described : { ...described, body: vendor.body };
      let person = await newPerson(operation.isAdmin);
      await fc.assert(
        fc.asyncProperty(inputsOf(operation), async (input) => {
          const { status, body, headers } = await send(operation, input, person);
          const isBusy = body?.code === "identity.hashing_busy" && headers["retry-after"] !== undefined;
          if (status >= 500 && !isBusy) throw new Error(`${status} ${JSON.stringify(body)}`);
          expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:\d|syntax error|relation "/);
          if (!(await isStill(person, operation))) person = await newPerson(operation.isAdmin);
        }),
        { numRuns: runs },
      );
    },
    600_000,
  );

  test("L16: leave no error in the log, and no event that could not be handled", async () => {
    // What of a store's cannot be read, or was bought twice, is an error that the operator is to hear of.
    const stores = ["stripe", "app_store", "google_play", "revenuecat"];
    const isTold = ({ source, alert }: Record<string, unknown>) =>
      stores.includes(String(source)) || alert !== undefined;
    expect(plinth.logged.filter((line) => !isTold(line))).toEqual([]);
    const [taken] = await plinth.sql(
      "select array_agg(distinct source order by source) as stores from inbox.webhook_events",
    );
    expect(taken?.stores).toEqual(expect.arrayContaining(stores.toSorted()));
    const { body } = await plinth.call("GET", "/metrics");
    expect(body).not.toMatch(/^plinth_events_dead_letters\{.*\} [1-9]/m);
  });
});
