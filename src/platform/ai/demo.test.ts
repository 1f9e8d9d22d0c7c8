import { expect, test } from "vitest";
import { createDemoProvider } from "./demo.ts";

const request = (content: string) => ({
  model: "gpt-4.1-mini",
  messages: [
    { role: "system" as const, content: "Be kind." },
    { role: "user" as const, content },
  ],
  temperature: 1,
  max_output_tokens: 100,
  reasoning: false,
});

test("says what it is, the same for the same question, and repeats nothing of it", async () => {
  const demo = createDemoProvider({ node_env: "development" });
  const ask = (content: string) => demo.complete(request(content), new AbortController().signal);
  const answer = await ask("my secret worry");
  expect(answer).toEqual(await ask("my secret worry"));
  expect(answer).toMatchObject({ model: "demo", finish_reason: "stop", usage: null });
  expect(answer.text).toContain("demo provider");
  expect(answer.text).toContain("your 3 words");
  expect(answer.text).not.toContain("secret");
  expect((await ask("hello")).text).toContain("your 1 word.");
  expect(demo).toMatchObject({ name: "demo", free: true });
});

test("does not run in production", () => {
  expect(() => createDemoProvider({ node_env: "production" })).toThrow(/AI_API_KEY/);
});

test("answers nobody who has left", async () => {
  const left = AbortSignal.abort(new Error("gone"));
  await expect(createDemoProvider({ node_env: "test" }).complete(request("hi"), left)).rejects.toThrow("gone");
});
