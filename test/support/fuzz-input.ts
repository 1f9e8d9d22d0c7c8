import fc from "fast-check";
import type { Operation } from "./routes.ts";

/** A request made of noise: texts in it may hold marks such as `@@email@@`, which stand for what is only known when it is sent. */
export interface FuzzInput {
  /** With its query. */
  path: string;
  headers: Record<string, string | undefined>;
  body: string | undefined;
  credential: "session" | "cookie" | "api_key" | "none";
}

/** As much of JSON Schema as the reference uses. */
interface Schema {
  type?: string;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** What stands for something real of the person who asks. */
const marks = [
  "email",
  "password",
  "user_id",
  "workspace_id",
  "api_key",
  "api_key_id",
  "refresh_token",
  "session_id",
  "device_token",
  "flow_token",
  "state",
  "license_id",
  "license_key",
  "seat_id",
];
const mark = fc.constantFrom(...marks).map((name) => `@@${name}@@`);

const evilText = fc.constantFrom(
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udc00x",
  "\uffff\ufffe",
  "💥👩‍👩‍👧",
  "e\u0301\u0301\u0301",
  "\u202eevil",
  "ﷺ".repeat(60),
  "x".repeat(254),
  "x".repeat(5_000),
  "\r\nx: y",
  "'; drop table identity.users; --",
  "../../etc/passwd",
  "%00",
  "%",
  "$" + "{7*7}",
  "<script>",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "NaN",
  "Infinity",
  "-infinity",
  "now",
  "epoch",
  "1e309",
  "-1",
  "9007199254740993",
  "99999999999999999999",
  "00000000-0000-0000-0000-000000000000",
  "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
  "0000-00-00T00:00:00Z",
  "2024-12-31T23:59:60Z",
  "9999-12-31T23:59:59.999999999+23:59",
  "2024-02-30T10:00:00+00:00",
  "a@b.cc",
  "@",
  `a@${"x.".repeat(120)}y`,
  "\u0131@ß.example",
  "a@xn--.example",
  "a@[::1].x",
  "https://[::1",
  "https://user:pass@\u2024\u2024/",
  "javascript:alert(1)",
  "//evil.example",
  "Mars/Olympus",
  "GMT+25",
  "x-klingon-u-x",
  "::/0",
  "fe80::1%eth0",
  "0.0.0.0/0/0",
);
const evilNumber = fc.constantFrom(0, -0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 63), 1e21, 1e308, 5e-324);
const deep = fc
  .integer({ min: 1, max: 80 })
  .map((levels): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels)));
const anyText = fc.oneof(evilText, mark, fc.string({ unit: "binary", maxLength: 30 }), fc.string({ maxLength: 300 }));
const noise: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: anyText, weight: 4 },
  evilNumber,
  deep,
  fc.constantFrom(null, true, false, [], {}, [[]], [null], { $gt: "" }, { toString: 1 }, { constructor: "x" }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** What often fits a member of this name. */
const fitting: Record<string, unknown[]> = {
  email: ["@@email@@", "new-@@random@@@example.com"],
  password: ["@@password@@", "Another-horse-8"],
  current_password: ["@@password@@"],
  full_name: ["Ada"],
  time_zone: ["Europe/Berlin"],
  locale: ["de-AT"],
  avatar_url: ["https://example.com/a.png"],
  company_name: ["Ada Ltd"],
  slug: ["s-@@random@@"],
  scopes: [["billing:read"], ["prism:read", "prism:write"]],
  allowed_addresses: [[], ["192.0.2.0/24", "::/0"]],
  expires_at: ["2099-01-01T00:00:00Z"],
  return_to: ["https://app.example/x"],
  refresh_token: ["@@refresh_token@@"],
  user_id: ["@@user_id@@"],
  license_key: ["@@license_key@@"],
  hardware_id: ["machine-of-@@workspace_id@@", "another-machine-@@random@@"],
  product: ["prism", "coditect"],
  feature: ["turns_per_day", "memory_sessions_per_month"],
  plan_id: ["prism.plus", "coditect.pro"],
  amount: [1, 2],
  idempotency_key: ["once", "@@random@@"],
  occurred_at: ["2026-01-01T00:00:00Z"],
  ends_at: ["2999-01-01T00:00:00Z"],
  success_url: ["https://app.example/done"],
  cancel_url: ["https://app.example/back"],
  return_url: ["https://app.example/billing"],
  value: [true, { limit: 5, window: "day", per: "member" }],
};
const anyObject = fc.dictionary(fc.oneof(evilText, fc.string()), noise, { maxKeys: 4 });
/** What navigator.credentials gives. */
const passkey: Schema = shapeOf({
  id: "AAAA",
  rawId: "AAAA",
  type: "public-key",
  clientExtensionResults: {},
  response: {
    clientDataJSON: Buffer.from('{"type":"webauthn.get","challenge":"AAAA","origin":"http://plinth.test"}').toString(
      "base64url",
    ),
    authenticatorData: "A".repeat(64),
    attestationObject: "oA",
    signature: "AAAA",
    userHandle: "AAAA",
    transports: ["internal"],
  },
});

/** Values of the schema; with `isSpoilt`, most parts of which are and some of which are not. */
function arbitraryOf(schema: Schema, isSpoilt: boolean): fc.Arbitrary<unknown> {
  const own = ownArbitraryOf(schema, isSpoilt);
  return isSpoilt ? fc.oneof({ arbitrary: own, weight: 5 }, { arbitrary: noise, weight: 1 }) : own;
}

function ownArbitraryOf(schema: Schema, isSpoilt: boolean): fc.Arbitrary<unknown> {
  if (schema.type === "object" && schema.properties === undefined)
    return fc.oneof(arbitraryOf(passkey, isSpoilt), anyObject);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((each) => arbitraryOf(each, isSpoilt)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const { minimum: min = -10, maximum: max = 1_000_000, minItems: minLength = 0, items = {} } = schema;
  if (schema.type === "string") return textOf(schema);
  if (schema.type === "integer") return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "null") return fc.constant(null);
  if (schema.type === "array") return fc.array(arbitraryOf(items, isSpoilt), { minLength, maxLength: minLength + 3 });
  if (schema.type === "object") return objectOf(schema, isSpoilt);
  return noise;
}

function textOf({ format, pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (format === "uuid")
    return fc.oneof(fc.constantFrom("@@user_id@@", "@@workspace_id@@", "@@challenge_id@@"), fc.uuid());
  if (format === "date-time") {
    return fc
      .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  const free = fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, minLength + 40) });
  const matching = pattern === undefined || pattern === "\\S" ? free : fc.stringMatching(new RegExp(pattern));
  return fc.oneof({ arbitrary: matching, weight: 4 }, mark);
}

function objectOf({ properties = {}, required = [] }: Schema, isSpoilt: boolean): fc.Arbitrary<object> {
  const parts = Object.entries(properties).map(([name, schema]) => {
    const value = arbitraryOf(schema, isSpoilt);
    const known = fitting[name];
    return [
      name,
      known === undefined ? value : fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, value),
    ] as const;
  });
  const own = fc.record(Object.fromEntries(parts), { requiredKeys: isSpoilt ? [] : required });
  const names = fc.oneof(evilText, fc.constantFrom("role", "owner_id", "plan", "is_admin", "workspace_id"));
  const others = fc.dictionary(names, noise, { maxKeys: 2 });
  return isSpoilt ? fc.tuple(own, others).map(([a, b]) => ({ ...b, ...a })) : own;
}

/** The value with one text, number or so in it replaced. */
function prick(value: unknown, at: number, evil: (leaf: unknown) => unknown): unknown {
  const json = JSON.stringify(value) ?? "null";
  const isLeaf = (part: unknown) => typeof part !== "object" || part === null;
  let leaves = 0;
  JSON.parse(json, (_, part) => (leaves += isLeaf(part) ? 1 : 0));
  let seen = 0;
  return JSON.parse(json, (_, part) => (isLeaf(part) && seen++ === at % leaves ? evil(part) : part));
}
const worse: fc.Arbitrary<(leaf: unknown) => unknown> = fc.oneof(
  { arbitrary: evilText.map((text) => () => text), weight: 3 },
  { arbitrary: evilText.map((text) => (leaf: unknown) => `${leaf}${text}`), weight: 3 },
  noise.map((value) => () => value),
);

/** Bodies that no JSON.stringify would write. */
const broken = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.nat(text.length).map((at) => text.slice(0, at)),
    fc
      .constantFrom('"__proto__":{"role":"admin"},', '"constructor":{"prototype":{}},', '"a":1,"a":2,', '"n":1e400,')
      .map((member) => text.replace("{", `{${member}`)),
    fc
      .tuple(fc.nat(text.length), fc.string({ unit: "binary", minLength: 1, maxLength: 3 }))
      .map(([at, more]) => text.slice(0, at) + more + text.slice(at)),
  );

function bodyOf(operation: Operation): fc.Arbitrary<string | undefined> {
  const schema: Schema = operation.body ?? {};
  const text = (value: unknown) => JSON.stringify(value) ?? "";
  const valid = arbitraryOf(schema, false);
  const spoilt = arbitraryOf(schema, true).map(text);
  const pricked = fc.tuple(valid, fc.nat(100), worse).map(([value, at, evil]) => text(prick(value, at, evil)));
  const body = fc.oneof(
    { arbitrary: valid.map(text), weight: 3 },
    { arbitrary: pricked, weight: 5 },
    { arbitrary: spoilt, weight: 2 },
    { arbitrary: spoilt.chain(broken), weight: 1 },
    { arbitrary: noise.map(text), weight: 1 },
    { arbitrary: fc.string({ unit: "binary", maxLength: 50 }), weight: 1 },
  );
  const none = fc.constant(undefined);
  if (operation.body === undefined && operation.method !== "POST")
    return fc.oneof({ arbitrary: none, weight: 9 }, body);
  return fc.oneof({ arbitrary: body, weight: 9 }, none);
}

/** A header's value as a server gets it: no control characters. */
const headerText = fc
  .oneof(anyText, fc.string({ maxLength: 40 }))
  .map((text) => text.replaceAll(/[^\x20-\x7e\xa0-\xff@]/g, "").slice(0, 2_000));

function headersOf(operation: Operation): fc.Arbitrary<FuzzInput["headers"]> {
  const declared = operation.parameters.filter((each) => each.in === "header").map(({ name }) => name);
  const useful = fc.oneof(fc.constantFrom("@@workspace_id@@", "once"), headerText);
  const own = fc.record(Object.fromEntries(declared.map((name) => [name, useful])), { requiredKeys: [] });
  const types = [
    "application/json",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/json;",
    "multipart/form-data",
    "json",
    "",
  ];
  const others = fc.record(
    {
      "content-type": fc.oneof(fc.constantFrom(...types), headerText),
      accept: fc.oneof(fc.constantFrom("text/html", "*/*"), headerText),
      cookie: headerText,
      origin: headerText,
      host: headerText,
      "user-agent": headerText,
      "x-request-id": headerText,
      "x-forwarded-for": headerText,
      "if-none-match": headerText,
      range: headerText,
      "stripe-signature": headerText,
    },
    { requiredKeys: [] },
  );
  return fc.oneof(
    { arbitrary: own, weight: 3 },
    { arbitrary: fc.tuple(own, others).map(([a, b]) => ({ ...b, ...a })), weight: 1 },
  );
}

/** As a part of a URL; marks stay marks. */
const encode = (text: string) => encodeURIComponent(text.toWellFormed()).replaceAll("%40%40", "@@");

function pathOf(operation: Operation): fc.Arbitrary<string> {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const known: Record<string, string[]> = {
    provider: ["google", "github", "apple"],
    product: ["prism", "coditect"],
    feature: ["turns_per_day", "knowledge_graph"],
    plan_id: ["prism.free", "coditect.pro"],
    template: ["welcome", "license_issued"],
    session_id: operation.path.includes("licenses") ? ["@@seat_id@@"] : ["@@session_id@@"],
  };
  const useful = (name: string) => fc.constantFrom(...(known[name] ?? [`@@${name}@@`]), "@@user_id@@");
  const encoded = anyText.map(encode);
  const segments = names.map((name) =>
    fc.oneof(
      { arbitrary: useful(name), weight: 6 },
      fc.uuid(),
      encoded,
      fc.constantFrom("%", "%ff", "%2e%2e", "a%2fb"),
    ),
  );
  return fc.tuple(...segments).map((values) => {
    let path = operation.path;
    for (const [i, name] of names.entries()) path = path.replace(`{${name}}`, () => values[i] ?? "");
    return path;
  });
}

function queryOf(operation: Operation): fc.Arbitrary<string> {
  const declared = operation.parameters.filter((each) => each.in === "query").map(({ name }) => name);
  const name = fc.oneof(
    { arbitrary: fc.constantFrom(...declared, "x"), weight: 6 },
    fc.constantFrom("__proto__", "a[b]", "limit[]"),
  );
  const value = fc.oneof(fc.constantFrom("1", "100", "0", "active", "prism", "pending"), anyText);
  const pair = fc.tuple(name, value).map(([key, text]) => `${key}=${encode(text)}`);
  const pairs = fc.array(pair, { minLength: 1, maxLength: 3 }).map((all) => `?${all.join("&")}`);
  return fc.oneof(
    { arbitrary: fc.constant(""), weight: declared.length > 0 ? 1 : 6 },
    { arbitrary: pairs, weight: 2 },
    fc.constantFrom("?", "?&&=", "?%", "?a=%ff"),
  );
}

/** The schema of a sample: every part of it is what it is, or noise. */
export function shapeOf(sample: unknown): object {
  if (typeof sample !== "object" || sample === null) return { enum: [sample] };
  if (Array.isArray(sample)) return { type: "array", items: shapeOf(sample[0]), minItems: sample.length };
  const parts = Object.entries(sample).map(([name, part]) => [name, shapeOf(part)]);
  return { type: "object", properties: Object.fromEntries(parts), required: Object.keys(sample) };
}

/** Requests for an operation: many that its schema takes, many that it just does not, and noise. */
export function inputsOf(operation: Operation): fc.Arbitrary<FuzzInput> {
  const credential = fc.oneof(
    { arbitrary: fc.constant("session" as const), weight: 8 },
    fc.constantFrom("cookie" as const, "api_key" as const, "none" as const),
  );
  return fc
    .tuple(pathOf(operation), queryOf(operation), headersOf(operation), bodyOf(operation), credential)
    .map(([path, query, headers, body, chosen]) => ({ path: path + query, headers, body, credential: chosen }));
}
