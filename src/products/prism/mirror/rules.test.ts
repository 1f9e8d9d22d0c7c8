import { describe, expect, test } from "vitest";
import {
  estimateTokens,
  type Line,
  liftedOf,
  storable,
  textsToCheck,
  themeOf,
  transcriptOf,
  windowOf,
} from "./rules.ts";

const line = (role: Line["role"], content: string, more: Partial<Line> = {}): Line => ({
  id: content,
  role,
  content,
  status: "completed",
  safety_status: "allow",
  ...more,
});

describe("the window", () => {
  const talk = [line("user", "one"), line("assistant", "two"), line("user", "three")];

  test("holds the newest lines that fit, in their order, and the newest in any case", () => {
    expect(windowOf(talk).map(({ content }) => content)).toEqual(["one", "two", "three"]);
    expect(windowOf(talk, estimateTokens("two") + estimateTokens("three")).map(({ content }) => content)).toEqual([
      "two",
      "three",
    ]);
    expect(windowOf(talk, 1).map(({ content }) => content)).toEqual(["three"]);
    expect(windowOf([])).toEqual([]);
  });

  test("leaves out what was answered with help and replies that never came, and alternates", () => {
    const lines = [
      line("user", "a"),
      line("assistant", "", { status: "failed" }),
      line("user", "crisis", { safety_status: "crisis" }),
      line("assistant", "notice", { status: "withheld" }),
      line("user", "b"),
      line("assistant", "half", { status: "interrupted" }),
      line("user", "c"),
      line("assistant", "", { status: "pending" }),
    ];
    expect(windowOf(lines)).toEqual([
      { role: "user", content: "a\n\nb" },
      { role: "assistant", content: "half" },
      { role: "user", content: "c" },
    ]);
  });
});

test("what is checked together: the last five of the person's own, since the last crisis", () => {
  const lines = ["1", "2", "3", "4", "5", "6"].flatMap((text) => [line("user", text), line("assistant", `to ${text}`)]);
  expect(textsToCheck(lines, "7")).toEqual(["3", "4", "5", "6", "7"]);
  expect(textsToCheck([line("user", "old", { safety_status: "crisis" }), line("user", "new")], "now")).toEqual([
    "new",
    "now",
  ]);
  expect(textsToCheck([], "first")).toEqual(["first"]);
});

test("a transcript numbers the lines, and keeps their numbers when the oldest do not fit", () => {
  const lines = [line("user", "one"), line("assistant", "two"), line("user", "three")];
  expect(transcriptOf(lines).text).toBe("[1] Person: one\n\n[2] Mirror: two\n\n[3] Person: three");
  const short = transcriptOf(lines, estimateTokens("three"));
  expect([short.text, [...short.ids]]).toEqual(["[3] Person: three", [[3, "three"]]]);
});

test("lifted insights are tidied; those that are known, empty or twice are dropped, and so are numbers that no message has", () => {
  const ids = new Map([[1, "id-1"]]);
  const fragment = { theme: " Work  Life ", mood: "calm" as const, messages: [1, 1, 7] };
  const lifted = liftedOf(
    {
      fragments: [
        { ...fragment, text: " I need rest.\u0000 " },
        { ...fragment, text: "I NEED rest!" },
        { ...fragment, text: "…" },
        { ...fragment, text: "Known." },
      ],
    },
    ids,
    ["known"],
  );
  expect(lifted).toEqual([{ text: "I need rest.", theme: "work life", mood: "calm", source_message_ids: ["id-1"] }]);
});

test("themes are compared in one form; a generated text is made storable", () => {
  expect([themeOf("  Grief "), themeOf("\u0000"), themeOf("x".repeat(50)).length]).toEqual(["grief", "other", 40]);
  expect(storable("a\u0000b\ud800")).toBe("ab\ufffd");
});
