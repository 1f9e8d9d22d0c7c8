import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, testApp } from "../../../test/support/app.ts";
import { readIssuers } from "./issuers-file.ts";

const file = "config/issuers.yaml";
const read = (text: string) => readIssuers(text, file);

test("the file that comes with Plinth names nobody, and its examples are right", async () => {
  const text = await readFile(file, "utf8");
  expect(read(text)).toEqual([]);
  const examples = text.replaceAll(/^# (?= {2})/gm, "").replace("issuers: []", "");
  const list = examples.slice(examples.indexOf("  - preset"));
  expect(read(`issuers:\n${list}`).map(({ name, issuer }) => [name, issuer])).toEqual([
    ["clerk", "https://your-app.clerk.accounts.dev"],
    ["firebase", "https://securetoken.google.com/your-project"],
    ["supabase", "https://your-ref.supabase.co/auth/v1"],
    ["workforce", "https://login.example.com"],
  ]);
});

test.each(["", "# nothing\n", "issuers: []"])("%j names nobody", (text) => {
  expect(read(text)).toEqual([]);
});

const oidc = (more: string) =>
  `{ preset: oidc, issuer: "https://a.example", jwks_uri: "https://a.example/jwks", audience: [plinth]${more} }`;

test.each([
  ["no list", "issuers: { preset: clerk }", /issuers must be a list/],
  ["no issuers", "issuer: []", /issuers must be a list/],
  ["a text", "issuers", /issuers must be a list/],
  ["something beside the list", "issuers: []\nmodels: []", /only `issuers` stands in this file/],
  ["broken YAML", "issuers: [", /./],
  ["an entry that is null", "issuers: [null]", /issuers\[0\]/],
  ["an unknown preset", "issuers: [{ preset: auth0, issuer: 'https://a.example' }]", /issuers\[0\]/],
  ["no preset", "issuers: [{ issuer: 'https://a.example' }]", /issuers\[0\]/],
  ["a preset's field missing", "issuers: [{ preset: firebase }]", /issuers\[0\]/],
  [
    "no audience",
    "issuers: [{ preset: oidc, issuer: 'https://a.example', jwks_uri: 'https://a.example/k' }]",
    /issuers\[0\]/,
  ],
  ["an empty audience", `issuers: [${oidc("").replace("[plinth]", "[]")}]`, /issuers\[0\]/],
  ["a misspelt field", `issuers: [${oidc(", algoritms: [RS256]")}]`, /issuers\[0\]/],
  ["a shared secret", `issuers: [${oidc(", algorithms: [HS256]")}]`, /issuers\[0\]/],
  ["no signature", `issuers: [${oidc(", algorithms: [none]")}]`, /issuers\[0\]/],
  [
    "keys over plain HTTP",
    `issuers: [${oidc("").replace("https://a.example/jwks", "http://a.example/jwks")}]`,
    /issuers\[0\].*HTTPS/,
  ],
])("%s is a mistake, told with the file's name", (_, text, mistake) => {
  expect(() => read(text)).toThrow(mistake);
  expect(() => read(text)).toThrow(file);
});

test("all mistakes are told at once, and what is right is not", () => {
  const text = `issuers:
  - { preset: clerk }
  - ${oidc("")}
  - { preset: firebase, project_id: "not a project" }
  - ${oidc(", name: http").replace("https://a.example/jwks", "http://a.example/jwks")}
`;
  expect(() => read(text)).toThrow(
    /^config\/issuers\.yaml.*\n.*issuers\[0\].*\n.*issuers\[2\].*\n.*issuers\[3\]: .*HTTPS$/,
  );
});

let plinth: TestApp;
let dir: string;
beforeAll(async () => {
  plinth = await testApp({ worker: false });
  dir = await mkdtemp(join(tmpdir(), "plinth-issuers-"));
});
afterAll(async () => {
  await plinth.close();
  await rm(dir, { recursive: true });
});

test.each([
  ["entries that cannot be used", "issuers: [{ preset: clerk }, null]", /issuers\[0\].*issuers\[1\]/s],
  ["two of one name", `issuers: [${oidc("")}, ${oidc("").replace("https://a.", "https://b.")}]`, /name/],
  ["two of one iss", `issuers: [${oidc(", name: one")}, ${oidc(", name: two")}]`, /iss/],
])("Plinth does not start on a file with %s, and says which file", async (_, text, mistakes) => {
  await writeFile(join(dir, "issuers.yaml"), text);
  const starting = testApp({ beside: plinth, worker: false, env: { PLINTH_CONFIG_DIR: dir } });
  await expect(starting).rejects.toThrow(mistakes);
  await expect(starting).rejects.toThrow(join(dir, "issuers.yaml"));
});
