import { Client } from "pg";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everyStore } from "../../src/openapi-document.ts";
import { type Called, type SignedUp, type TestApp, testApp } from "../support/app.ts";
import { document, fill, type Operation, operations, randomId } from "../support/routes.ts";
import { makeCheckout, makeMessages } from "../support/tenant-things.ts";

/** A person with a team, and in it something of everything that a route shows. */
interface Tenant extends SignedUp {
  team: string;
  guest: SignedUp;
  invitation_id: string;
  api_key_id: string;
  key: string;
  license_id: string;
  checkout_id: string;
  message_id: string;
  endpoint_id: string;
  /** What there is in prism, by the names of the parameters. */
  prism: Record<string, string> & { turn_id: string };
  /** Whatever must not be seen elsewhere: ids, names, addresses, texts. */
  marks: string[];
}

let plinth: TestApp;
let root: SignedUp;
let ada: Tenant;
let eve: Tenant;
beforeAll(async () => {
  plinth = await testApp({
    env: { ...everyStore, PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1", RATE_LIMIT_API_KEY: "1000000" },
    worker: false,
  });
  root = await plinth.signUp("root@example.com");
  await plinth.app.promote(root.email);
  ada = await makeTenant("ada");
  eve = await makeTenant("eve");
});
afterAll(() => plinth.close());

type Method = Operation["method"];
const call = (
  token: string,
  team: string,
  method: Method,
  path: string,
  body?: object,
  more: Record<string, string> = {},
) => plinth.call(method, path, { token, body, headers: { "plinth-workspace": team, ...more } });

async function made(answer: Promise<Called>): Promise<Called["body"]> {
  const { status, body } = await answer;
  if (status !== 201) throw new Error(`It answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function makeTenant(name: string): Promise<Tenant> {
  const person = await plinth.signUp(`${name}@${name}.example`);
  const guest = await plinth.signUp(`guest@${name}.example`);
  await plinth.sql("update identity.users set full_name = $1 where id = any($2)", [
    `Person of ${name}`,
    [person.user_id, guest.user_id],
  ]);
  const token = person.access_token;
  const { id: team } = await made(plinth.call("POST", "/v1/workspaces", { token, body: { name: `Team of ${name}` } }));
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
    team,
    guest.user_id,
  ]);
  const ids: string[] = [];
  for (const which of ["first", "second"]) {
    const invitation = { email: `${which}@${name}.example` };
    const key = { name: `${which} key of ${name}`, scopes: ["prism:write", "workspaces:read"] };
    ids.push((await made(call(token, team, "POST", `/v1/workspaces/${team}/invitations`, invitation))).id);
    const { id, key: text } = await made(call(token, team, "POST", "/v1/api-keys", key));
    ids.push(id, text);
    ids.push((await made(call(token, team, "POST", "/v1/prism/turns", { question: `Who is ${name}, ${which}?` }))).id);
  }
  const [invitation_id = "", api_key_id = "", key = ""] = ids;
  const [license_id = "", ...license] = await makeLicense(team, token, name);
  const checkout_id = await makeCheckout(plinth, team, name);
  const [endpoint_id = "", ...webhooks] = await makeWebhooks(team, token, name);
  const [message_id = "", ...messages] = await makeMessages(plinth, team, name);
  const prism = { turn_id: ids[3] ?? "", ...(await makePrism(team, token, name)) };
  const marks = [
    team,
    person.user_id,
    guest.user_id,
    person.workspace_id,
    ...ids,
    license_id,
    ...license,
    checkout_id,
    endpoint_id,
    ...webhooks,
    message_id,
    ...messages,
    ...Object.values(prism),
    `of ${name}`,
    `@${name}.example`,
    `Who is ${name}`,
  ];
  return {
    ...{ ...person, team, guest, invitation_id, api_key_id, key, license_id, checkout_id, endpoint_id, message_id },
    ...{ prism, marks },
  };
}

/** Two of everything else in prism, as far as the free plan goes; the ids of the last ones. */
async function makePrism(team: string, token: string, name: string): Promise<Record<string, string>> {
  const make = (path: string, body: object) => made(call(token, team, "POST", `/v1/prism/${path}`, body));
  const { id: session_id } = await make("mirror/sessions", { title: `Session of ${name}` });
  await make(`mirror/sessions/${session_id}/messages`, { content: `Words of ${name}` });
  const ids: Record<string, string> = { session_id };
  for (const which of ["first", "second"]) {
    ids.fragment_id = (
      await make("mirror/fragments", { text: `${which} insight of ${name}`, theme: `theme of ${name}` })
    ).id;
    ids.goal_id = (await make("lens/goals", { title: `${which} goal of ${name}` })).id;
    ids.action_id = (await make("lens/actions", { goal_id: ids.goal_id, title: `${which} action of ${name}` })).id;
  }
  return ids;
}

/** Plans that were given by hand, the licence that came with one, its key and two machines. */
async function makeLicense(team: string, token: string, name: string): Promise<string[]> {
  for (const plan_id of ["coditect.starter", "swan.silver_wing"]) {
    const gift = { plan_id, ends_at: "2999-01-01T00:00:00Z", reason: `Gift of ${name}` };
    await made(plinth.call("POST", `/v1/admin/workspaces/${team}/grants`, { token: root.access_token, body: gift }));
  }
  const { data } = (await call(token, team, "GET", "/v1/licenses")).body;
  const { license_key } = (await call(token, team, "GET", `/v1/licenses/${data[0].id}`)).body;
  const machines: string[] = [];
  for (const machine of ["first", "second"]) {
    const body = { license_key, hardware_id: `${machine}-machine-${name}`, name: `${machine} of ${name}` };
    machines.push((await made(plinth.call("POST", "/v1/licenses/activate", { body }))).hardware_id);
  }
  return [data[0].id, license_key, ...machines];
}

/** Two webhook endpoints, and two deliveries to the first. */
async function makeWebhooks(team: string, token: string, name: string): Promise<string[]> {
  const ids: string[] = [];
  for (const which of ["first", "second"]) {
    const body = { url: `https://${which}.${name}.example/`, event_types: ["*"], description: `${which} of ${name}` };
    const { id, secret } = await made(call(token, team, "POST", "/v1/webhook-endpoints", body));
    ids.push(id, secret);
  }
  const deliveries = await plinth.sql<{ id: string }>(
    `insert into webhooks.deliveries (id, workspace_id, endpoint_id, event_id, event_type, body, status, created_at)
     select gen_random_uuid(), $1, $2, gen_random_uuid(), 'webhooks.ping', 'delivery of ' || $3, 'failed', date_trunc('milliseconds', now()) from generate_series(1, 2)
     returning id`,
    [team, ids[0], name],
  );
  return [...ids, ...deliveries.map(({ id }) => id)];
}

/** What of the tenant's stands in the answer. */
const traces = ({ marks }: Tenant, answer: Called) => {
  const text = JSON.stringify([answer.body, answer.headers]);
  return marks.filter((mark) => text.includes(mark));
};
/** Everything that the tenant has, as it stands in the tables. */
const stateOf = async ({ team, workspace_id }: Tenant) => {
  const state: unknown[] = [];
  for (const table of [
    "workspaces.workspaces",
    "workspaces.members",
    "invitations.invitations",
    "api_keys.keys",
    "prism.turns",
    "prism.mirror_sessions",
    "prism.mirror_messages",
    "prism.mirror_fragments",
    "prism.lens_goals",
    "prism.lens_actions",
    "licensing.licenses",
    "licensing.activations",
    "checkout.sessions",
    "entitlements.manual_grants",
    "webhooks.endpoints",
    "webhooks.deliveries",
  ]) {
    state.push(
      await plinth.sql(
        `select to_jsonb(t) - 'last_used_at' as row from ${table} t where workspace_id in ($1, $2) order by 1`,
        [team, workspace_id],
      ),
    );
  }
  return state;
};
const asAda = (method: Method, path: string, body?: object, more: Record<string, string> = {}) =>
  call(ada.access_token, ada.team, method, path, body, more);
const shown = ({ status, body }: Called) => ({ status, ...body, request_id: undefined });

const ofWorkspace = operations.filter((operation) => operation.ofWorkspace);
const reads = operations.filter(
  ({ method, credentials, isAdmin }) => method === "GET" && credentials.length > 0 && !isAdmin,
);
const nameOfParameter = ({ path }: Operation) => /\{(?!workspace_id)(\w+)\}/.exec(path)?.[1];
const bodies: Record<string, object> = {
  "PATCH /v1/workspaces/{workspace_id}/members/{user_id}": { role: "admin" },
  "PATCH /v1/api-keys/{api_key_id}": { name: "taken over" },
  "POST /v1/api-keys/{api_key_id}/rotate": { overlap_hours: 0 },
  "PATCH /v1/webhook-endpoints/{endpoint_id}": { enabled: false },
  "POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret": { overlap_hours: 0 },
  "POST /v1/webhook-endpoints/{endpoint_id}/replay": { since: "2026-01-01T00:00:00Z" },
  "PATCH /v1/prism/turns/{turn_id}": { favourite: true },
  "PATCH /v1/prism/mirror/sessions/{session_id}": { title: "taken over" },
  "POST /v1/prism/mirror/sessions/{session_id}/messages": { content: "taken over" },
};

describe("W2: another tenant named beside the own one", () => {
  const carriers = () => ({
    "x-workspace-id": eve.team,
    "x-tenant-id": eve.team,
    "workspace-id": eve.team,
    "x-user-id": eve.user_id,
  });

  test.each(reads)("$name: in a header is ignored, in the query refused or ignored", async (operation) => {
    const path = fill(operation, ada.team);
    const plain = await asAda("GET", path);
    const answer = await asAda("GET", path, undefined, carriers());
    expect([answer.status, traces(eve, answer)]).toEqual([plain.status, []]);
    for (const name of ["workspace_id", "workspaceId", "tenant_id", "user_id", "userId"]) {
      const asked = await asAda("GET", `${path}?${name}=${name.startsWith("user") ? eve.user_id : eve.team}`);
      expect([200, 404, 422]).toContain(asked.status);
      expect(traces(eve, asked).filter((mark) => mark !== eve.team && mark !== eve.user_id)).toEqual([]);
    }
  });

  const writes: [string, Method, () => string, object][] = [
    ["a turn", "POST", () => "/v1/prism/turns", { question: "Why?" }],
    ["a key", "POST", () => "/v1/api-keys", { name: "k", scopes: ["prism:write"] }],
    ["an invitation", "POST", () => `/v1/workspaces/${ada.team}/invitations`, { email: "x@ada.example" }],
    ["a workspace", "POST", () => "/v1/workspaces", { name: "x" }],
    ["a change", "PATCH", () => `/v1/workspaces/${ada.team}`, { name: "Team of ada" }],
    ["a profile", "PATCH", () => "/v1/me", { display_name: "Ada" }],
  ];
  test.each(writes)("in the body of %s is refused, and nothing is made there", async (_, method, path, body) => {
    const before = await stateOf(eve);
    const foreign = { workspace_id: eve.team, workspaceId: eve.team, tenant_id: eve.team, user_id: eve.user_id };
    for (const [field, value] of Object.entries({ ...foreign, created_by: eve.user_id, invited_by: eve.user_id })) {
      const answer = await asAda(method, path(), { ...body, [field]: value });
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, `/${field}`]);
    }
    expect((await asAda(method, path(), body, carriers())).status).toBeLessThan(300);
    expect(await stateOf(eve)).toEqual(before);
  });
});

describe("W3: the id of another tenant's thing below the own workspace", () => {
  const children: Record<string, (tenant: Tenant) => string> = {
    user_id: ({ guest }) => guest.user_id,
    invitation_id: ({ invitation_id }) => invitation_id,
    api_key_id: ({ api_key_id }) => api_key_id,
    license_id: ({ license_id }) => license_id,
    checkout_id: ({ checkout_id }) => checkout_id,
    message_id: ({ message_id }) => message_id,
    endpoint_id: ({ endpoint_id }) => endpoint_id,
    turn_id: ({ prism }) => prism.turn_id,
    session_id: ({ prism }) => prism.session_id ?? "",
    fragment_id: ({ prism }) => prism.fragment_id ?? "",
    goal_id: ({ prism }) => prism.goal_id ?? "",
    action_id: ({ prism }) => prism.action_id ?? "",
  };
  // The models are everybody's.
  const below = ofWorkspace.filter((operation) => ![undefined, "model"].includes(nameOfParameter(operation)));

  test("is known here for every kind of thing that a path names", () => {
    expect(new Set(below.map(nameOfParameter))).toEqual(new Set(Object.keys(children)));
  });

  test.each(below)("$name answers as for a random one, and nothing happens to it", async (operation) => {
    const before = await stateOf(eve);
    const path = (id: string) =>
      fill({ ...operation, path: operation.path.replace(`{${nameOfParameter(operation)}}`, id) }, ada.team);
    const id = children[nameOfParameter(operation) ?? ""]?.(eve) ?? "";
    const foreign = await asAda(operation.method, path(id), bodies[operation.name]);
    expect(foreign.status).toBe(404);
    expect(shown(foreign)).toEqual(shown(await asAda(operation.method, path(randomId), bodies[operation.name])));
    expect(await stateOf(eve)).toEqual(before);
  });

  test("is taken for nobody when the workspace is handed over to it", async () => {
    const answer = await asAda("POST", `/v1/workspaces/${ada.team}/transfer`, { user_id: eve.guest.user_id });
    expect([answer.status, answer.body.code]).toEqual([404, "request.not_found"]);
  });
});

describe("W4: another tenant's place in a list", () => {
  const paged = reads.filter(
    ({ parameters, path }) => parameters.some(({ name }) => name === "cursor") && path !== "/v1/me/sessions",
  );

  test.each(paged)("$name goes on in the own rows", async (operation) => {
    const pathOf = ({ team, license_id, endpoint_id, prism }: Tenant) => {
      const path = operation.path
        .replace("{license_id}", license_id)
        .replace("{endpoint_id}", endpoint_id)
        .replace("{session_id}", prism.session_id ?? "");
      return fill({ ...operation, path }, team);
    };
    const first = await call(eve.access_token, eve.team, "GET", `${pathOf(eve)}?limit=1`);
    expect(first.status).toBe(200);
    const isPlaced = /\/(?:goals|messages)$/.test(operation.path) && operation.path.startsWith("/v1/prism");
    const ends = isPlaced ? ["0", "9999999"] : ["2999-01-01T00:00:00.000Z", "2000-01-01T00:00:00.000Z"];
    // A place in usage is a day and its keys.
    if (operation.path === "/v1/ai/usage") ends.length = 0;
    const forged = ends.map((end) => Buffer.from(`${end}|${eve.team}`).toString("base64url"));
    // No store has told of any; a workspace has one licence for a product; the free plan has one session a week.
    const isShort = ["/v1/billing/subscriptions", "/v1/licenses", "/v1/prism/mirror/sessions"].includes(operation.path);
    expect(typeof first.body.next_cursor).toBe(isShort ? "object" : "string");
    for (const cursor of [first.body.next_cursor ?? forged[0] ?? "", ...forged]) {
      const answer = await asAda("GET", `${pathOf(ada)}?limit=100&cursor=${cursor}`);
      expect([answer.status, traces(eve, answer)]).toEqual([200, []]);
    }
  });
});

test("W5: no route takes a list of ids; one that does has to be tried with a foreign one among them", () => {
  const lists: string[] = [];
  const look = (schema: unknown, name: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    if ("type" in schema && schema.type === "array" && /"uuid"/.test(JSON.stringify(schema))) lists.push(name);
    for (const part of Object.values(schema)) look(part, name);
  };
  for (const { body, name } of operations) look(body, name);
  expect(operations.filter(({ body }) => body !== undefined).length).toBeGreaterThan(20);
  expect(lists).toEqual([]);
});

test("W6: a name, an invited address and an Idempotency-Key that are used in one workspace are free in another", async () => {
  const { access_token: token, workspace_id } = await plinth.signUp("mia@mia.example");
  const { id: team } = await made(plinth.call("POST", "/v1/workspaces", { token, body: { name: "Team of eve" } }));
  const invitation = { email: "first@eve.example" };
  await made(call(token, team, "POST", `/v1/workspaces/${team}/invitations`, invitation));
  const key = { name: "first key of eve", scopes: ["prism:write"] };
  const make = (workspace: string) =>
    made(call(token, workspace, "POST", "/v1/api-keys", key, { "idempotency-key": "once" }));
  expect((await make(team)).id).not.toBe((await make(workspace_id)).id);
});

describe("W7: two tenants in turn over 20 connections", () => {
  test("2,000 requests, some refused by the database, some hung up on, some cut off from it, show no foreign row", async () => {
    const url = await plinth.app.http.listen({ port: 0, host: "127.0.0.1" });
    const dispatcher = new Agent({ connections: 20, pipelining: 1 });
    const statuses: number[] = [];
    const foreign: string[] = [];
    const one = async (i: number) => {
      const [own, other] = i % 2 === 0 ? [ada, eve] : [eve, ada];
      const isWrite = i % 13 === 5;
      const paths = [
        `/v1/workspaces/${own.team}`,
        "/v1/prism/turns",
        `/v1/workspaces/${own.team}/members`,
        "/v1/api-keys",
      ];
      const hangUp = new AbortController();
      if (i % 17 === 3) setImmediate(() => hangUp.abort());
      const answer = await request(url + (isWrite ? `/v1/workspaces/${own.team}` : paths[i % 4]), {
        method: isWrite ? "PATCH" : "GET",
        headers: {
          authorization: `Bearer ${i % 8 === 0 && !isWrite ? own.key : own.access_token}`,
          "plinth-workspace": own.team,
          "content-type": "application/json",
        },
        body: isWrite ? JSON.stringify({ slug: "taken" }) : null,
        signal: hangUp.signal,
        dispatcher,
      }).catch(() => undefined);
      const text = (await answer?.body.text().catch(() => "")) ?? "";
      statuses.push(answer?.statusCode ?? 0);
      foreign.push(...other.marks.filter((mark) => text.includes(mark)));
    };
    const cutOff =
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'plinth_app' and datname = current_database()";
    await plinth.sql("update workspaces.workspaces set slug = 'taken' where id = $1", [eve.workspace_id]);
    for (let batch = 0; batch < 10; batch++) {
      const requests = Array.from({ length: 200 }, (_, i) => one(batch * 200 + i));
      if (batch % 3 === 2) await plinth.sql(cutOff);
      await Promise.all(requests);
    }
    await dispatcher.close();
    expect(foreign).toEqual([]);
    const count = (status: number) => statuses.filter((each) => each === status).length;
    expect(count(200)).toBeGreaterThan(1_000);
    expect(count(409)).toBeGreaterThan(100);
    expect(count(0)).toBeGreaterThan(50);
    expect([...new Set(statuses)].filter((status) => ![0, 200, 409, 503].includes(status))).toEqual([]);
  });
});

describe("W8: without a workspace", () => {
  test.each(ofWorkspace.filter(({ path }) => !path.includes("{workspace_id}")))(
    "$name shows nothing and does not break",
    async (operation) => {
      const lost = await plinth.signUp(`lost${operation.id}@example.com`);
      await plinth.sql("delete from workspaces.workspaces where personal_of = $1", [lost.user_id]);
      const body = bodies[operation.name] ?? (operation.body === undefined ? undefined : {});
      const answer = await plinth.call(operation.method, fill(operation, randomId), { token: lost.access_token, body });
      expect([403, 404]).toContain(answer.status);
    },
  );

  test("the role that serves sees no row of any tenant's table", async () => {
    const client = new Client({ connectionString: plinth.app_url });
    await client.connect();
    try {
      const tables = await plinth.sql<{ table: string }>(
        `select c.oid::regclass::text as "table" from pg_class c where c.relrowsecurity and has_table_privilege('plinth_app', c.oid, 'select')
           and has_schema_privilege('plinth_app', c.relnamespace, 'usage') order by 1`,
      );
      expect(tables.length).toBeGreaterThan(10);
      for (const { table } of tables) {
        expect({ table, rows: (await client.query(`select 1 from ${table}`)).rowCount }).toEqual({ table, rows: 0 });
      }
    } finally {
      await client.end();
    }
  });
});

describe("W9: what a tenant is told", () => {
  test.each(reads)("$name has nothing of another's in it", async (operation) => {
    const answer = await asAda("GET", fill(operation, ada.team));
    expect(answer.status).toBeLessThan(500);
    expect(traces(eve, answer)).toEqual([]);
  });

  test("is the own count of everything", async () => {
    const quotas = await asAda("GET", `/v1/workspaces/${ada.team}/quotas`);
    const [own] = await plinth.sql(
      "select (select count(*)::int from workspaces.members where workspace_id = $1) as members, (select count(*)::int from api_keys.keys where workspace_id = $1) as keys",
      [ada.team],
    );
    expect({ members: quotas.body.members.used, keys: quotas.body.api_keys.used }).toEqual(own);
    const turns = async (tenant: Tenant) =>
      (await call(tenant.access_token, tenant.team, "GET", "/v1/billing/entitlements?product=prism")).body.data[0]
        .features.turns_per_day.used;
    const before = await turns(ada);
    await call(eve.access_token, eve.team, "POST", "/v1/prism/turns", { question: "Who is eve, again?" });
    expect([await turns(ada), await turns(eve)]).toEqual([before, 3]);
  });

  test("by the reference itself is nothing of anybody", () => {
    const text = JSON.stringify(document);
    for (const tenant of [ada, eve]) expect(tenant.marks.filter((mark) => text.includes(mark))).toEqual([]);
  });
});

describe("W1: another's workspace, key and invitation", () => {
  const rounds = 300;
  const median = (times: number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

  test.each([
    ["workspace", (id: string) => `/v1/workspaces/${id}`, () => eve.team],
    ["API key", (id: string) => `/v1/api-keys/${id}`, () => eve.api_key_id],
  ])("takes as long to refuse as a random one: %s", async (_, path, id) => {
    const times: { foreign: number[]; random: number[] } = { foreign: [], random: [] };
    const measure = async (into: number[], which: string) => {
      const began = performance.now();
      expect((await asAda("GET", path(which))).status).toBe(404);
      into.push(performance.now() - began);
    };
    for (let i = 0; i < rounds; i++) {
      const pair = [() => measure(times.foreign, id()), () => measure(times.random, randomId)];
      for (const step of i % 2 === 0 ? pair : pair.reverse()) await step();
    }
    const ratio = median(times.foreign) / median(times.random);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  });
});
