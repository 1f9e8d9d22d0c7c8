import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { gather, patient, question } from "../../../test/support/providers.ts";
import { createDemoProvider } from "./demo.ts";
import type { Part } from "./port.ts";

const demo = createDemoProvider({ node_env: "development" });
const { complete, stream, embed, speak, transcribe } = demo;
if (!complete || !stream || !embed || !speak || !transcribe) throw new Error("The demo cannot do everything");
const asked = (content: string) =>
  question("gpt-4.1-mini", {
    messages: [
      { role: "system", content: "Be kind." },
      { role: "user", content },
    ],
  });

test("says what it is, the same for the same question, and repeats nothing of it", async () => {
  const answer = await complete(asked("my secret worry"), patient());
  expect(answer).toEqual(await complete(asked("my secret worry"), patient()));
  expect(answer).toMatchObject({ model: "demo", finish_reason: "stop", usage: null, tool_calls: [] });
  expect(answer.text).toContain("demo provider");
  expect(answer.text).toContain("your 3 words");
  expect(answer.text).not.toContain("secret");
  expect((await complete(asked("hello"), patient())).text).toContain("your 1 word.");
  expect(demo).toMatchObject({ name: "demo", free: true });
});

test("streams the same word by word", async () => {
  const { events, kinds, ...streamed } = await gather(stream(asked("my secret worry"), patient()));
  expect(streamed).toEqual(await complete(asked("my secret worry"), patient()));
  expect(kinds).toBe("start text finish");
  expect(events.length).toBeGreaterThan(10);
});

test("of a question in parts it counts the words", async () => {
  const content: Part[] = [
    { type: "text", text: "What is this?" },
    { type: "image", media_type: "image/png", data: "AA" },
  ];
  const answer = await complete(question("m", { messages: [{ role: "user", content }] }), patient());
  expect(answer.text).toContain("your 3 words");
});

const schemas: [string, object][] = [
  [
    "an object",
    {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "string" } },
      required: ["a"],
      additionalProperties: false,
    },
  ],
  [
    "a list of things",
    {
      type: "array",
      minItems: 2,
      items: { type: "object", properties: { n: { type: "integer", minimum: 3 } }, required: ["n"] },
    },
  ],
  [
    "short texts, words of a list, dates",
    {
      type: "object",
      properties: {
        a: { type: "string", maxLength: 5 },
        b: { enum: ["x", "y"] },
        c: { type: "string", format: "date" },
        d: { const: 7 },
      },
      required: ["a", "b", "c", "d"],
    },
  ],
  ["nothing or a number", { anyOf: [{ type: "null" }, { type: "number" }] }],
  [
    "what refers to itself",
    {
      $ref: "#/$defs/node",
      $defs: {
        node: {
          type: "object",
          properties: { next: { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] } },
          required: ["next"],
        },
      },
    },
  ],
  ["all of several", { allOf: [{ type: "object", properties: { a: { type: "boolean" } } }, { required: ["a"] }] }],
];
test.each(schemas)("asked for JSON it gives %s", async (_, schema) => {
  const answer = await complete({ ...asked("a b c"), response_schema: { name: "n", schema } }, patient());
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  expect(ajv.validate(schema, JSON.parse(answer.text))).toBe(true);
});

test("vectors are of length 1, and the same for the same text alone", async () => {
  const { vectors } = await embed({ model: "m", inputs: ["a", "b", "a"], dimensions: 64 }, patient());
  expect(vectors.map(({ length }) => length)).toEqual([64, 64, 64]);
  expect(vectors[0]).toEqual(vectors[2]);
  expect(vectors[0]).not.toEqual(vectors[1]);
  expect(Math.hypot(...(vectors[0] ?? []))).toBeCloseTo(1);
});

test("hums, and hears nothing", async () => {
  const { audio, media_type } = await speak(
    { model: "m", text: "three little words", voice: "v", format: "mp3" },
    patient(),
  );
  expect(media_type).toBe("audio/wav");
  expect(audio.subarray(0, 4).toString()).toBe("RIFF");
  expect(audio.readUInt32LE(40)).toBe(audio.length - 44);
  const heard = await transcribe({ model: "m", audio, media_type, file_name: "a.wav" }, patient());
  expect(heard.text).toContain("demo provider");
});

test("does not run in production", () => {
  expect(() => createDemoProvider({ node_env: "production" })).toThrow(/AI_API_KEY/);
});

test("answers nobody who has left", async () => {
  const left = patient(AbortSignal.abort(new Error("gone")));
  await expect(complete(asked("hi"), left)).rejects.toThrow("gone");
  await expect(gather(stream(asked("hi"), left))).rejects.toThrow("gone");
  await expect(embed({ model: "m", inputs: ["a"] }, left)).rejects.toThrow("gone");
});
