import { expect, test } from "vitest";
import { testApp } from "../support/app.ts";
import { fakeOpenAi } from "../support/fake-openai.ts";

test("at the end requests in flight are finished, new ones refused, and everything is closed in order", async () => {
  const upstream = await fakeOpenAi();
  const plinth = await testApp({ env: { AI_API_KEY: "sk-test", AI_BASE_URL: upstream.base_url } });
  const ada = await plinth.signUp("ada@example.com");
  const url = await plinth.app.http.listen({ host: "127.0.0.1", port: 0 });
  let answer = () => {};
  upstream.script({ text: "In time.", after: new Promise<void>((resolve) => (answer = resolve)) });
  const headers = { authorization: `Bearer ${ada.access_token}`, "content-type": "application/json" };
  const turn = fetch(`${url}/v1/prism/turns`, { method: "POST", headers, body: '{"question":"Is there time?"}' });
  await upstream.arrival(1);
  const stopped = plinth.app.stop();
  await expect
    .poll(
      () =>
        fetch(`${url}/health/live`).then(
          () => "open",
          () => "closed",
        ),
      { timeout: 20_000, interval: 10 },
    )
    .toBe("closed");
  answer();
  expect(await (await turn).json()).toMatchObject({ status: "completed", answer: "In time." });
  await stopped;
  const [left] = await plinth.sql<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and usename = 'plinth_app'",
  );
  // The test's own pool of the same role stands beside the application's, and is idle here.
  expect(left?.n).toBeLessThanOrEqual(1);
  await plinth.close().catch(() => undefined);
  await upstream.close();
});
