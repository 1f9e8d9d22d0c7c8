// What a mobile app would do with prism, on the SDK alone: sign in, hold a mirror session whose replies stream, show what is left of the plan.
//   node --conditions=plinth-source examples/prism-client/index.ts
// Reads PLINTH_URL, PRISM_EMAIL and PRISM_PASSWORD, and then what you say, line by line; an empty line or the end of input closes the session.
import { createInterface } from "node:readline/promises";
import { createPlinthClient, type PlinthClient, StreamProblem } from "../../sdk/src/index.ts";

const { PLINTH_URL = "http://127.0.0.1:4000", PRISM_EMAIL = "", PRISM_PASSWORD = "" } = process.env;

/** What went well, or an error that says why not. */
function required<T>({ data, error }: { data?: T; error?: { title?: string; detail?: string } }): T {
  if (data === undefined) throw new Error(error?.detail ?? error?.title ?? "The server answered nothing");
  return data;
}

async function signIn(): Promise<PlinthClient> {
  const client = createPlinthClient({ base_url: PLINTH_URL });
  const answer = required(
    await client.POST("/v1/auth/login", {
      body: { email: PRISM_EMAIL, password: PRISM_PASSWORD, session: "bearer" as const },
    }),
  );
  if (!("access_token" in answer && "refresh_token" in answer))
    throw new Error("This account has a second factor; this script has none");
  const { access_token, refresh_token } = answer;
  client.setTokens({ access_token, refresh_token });
  return client;
}

async function showLimits(client: PlinthClient): Promise<void> {
  const { plan_id, limits, features } = required(await client.GET("/v1/prism/limits"));
  console.log(`\nYour plan: ${plan_id}`);
  for (const [name, { limit, used, resets_at }] of Object.entries(limits)) {
    const until = resets_at === null ? "" : `, resets ${resets_at}`;
    console.log(`  ${name}: ${used} of ${limit ?? "unlimited"}${until}`);
  }
  for (const [name, isOn] of Object.entries(features)) console.log(`  ${name}: ${isOn ? "yes" : "no"}`);
}

/** Says something and shows the reply as it comes. */
async function say(client: PlinthClient, session_id: string, content: string): Promise<void> {
  const path = "/v1/prism/mirror/sessions/{session_id}/messages";
  // Sent again with the same key, for example after a lost connection, it is the same message.
  const headers = { "idempotency-key": crypto.randomUUID() };
  for await (const { event, data } of client.stream(path, { content }, { params: { path: { session_id } }, headers })) {
    if (event === "delta" && "text" in data) process.stdout.write(data.text);
    if (event === "safety" && "notice" in data) {
      console.log(data.notice.message);
      for (const { name, phone, url } of data.notice.resources) console.log(`  ${name} ${phone ?? url ?? ""}`);
    }
    if (event === "done") console.log();
  }
}

async function main(): Promise<void> {
  const client = await signIn();
  await showLimits(client);
  const session = required(await client.POST("/v1/prism/mirror/sessions", { body: { locale: "en" } }));
  const path = { session_id: session.id };
  console.log("\nYou are in the mirror. What is on your mind?");
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === "") break;
    await say(client, session.id, line);
  }
  const closed = required(await client.POST("/v1/prism/mirror/sessions/{session_id}/close", { params: { path } }));
  console.log(`\nSummary: ${closed.summary ?? `none (${closed.summary_status})`}`);
  await showLimits(client);
}

await main().catch((error: unknown) => {
  console.error(error instanceof StreamProblem ? `${error.problem.code}: ${error.message}` : error);
  process.exitCode = 1;
});
