import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { demoValue } from "./demo-json.ts";
import type { ChatRequest, Part, Provider } from "./port.ts";

/**
 * A provider for trying the house without a key: it calls nobody, costs nothing, answers the same question with the same thing and says in it what it is. It tells no
 * usage, so its tokens are estimated. Asked for JSON it gives the sentence wherever the schema wants a text; its vectors know nothing of meaning, and its speech is
 * a hum. Throws when `node_env` is `production`.
 */
export function createDemoProvider({ node_env }: { node_env: string }): Provider {
  if (node_env === "production") {
    throw new Error(
      "The demo provider does not run in production: set AI_API_KEY, and AI_BASE_URL for a server other than OpenAI's",
    );
  }
  return {
    name: "demo",
    free: true,
    complete: async (request, { signal }) => {
      signal.throwIfAborted();
      return { text: demoText(request), tool_calls: [], model: "demo", finish_reason: "stop", usage: null };
    },
    stream: async function* (request, { signal }) {
      signal.throwIfAborted();
      yield { type: "start", model: "demo" };
      for (const [word] of demoText(request).matchAll(/\S+\s*/g)) {
        // The words come one by one, as elsewhere: whoever shows them shows them so.
        await setImmediate();
        signal.throwIfAborted();
        yield { type: "text", text: word };
      }
      yield { type: "finish", reason: "stop" };
    },
    embed: async ({ inputs, dimensions = 256 }, { signal }) => {
      signal.throwIfAborted();
      return { vectors: inputs.map((input) => demoVector(input, dimensions)), model: "demo", usage: null };
    },
    speak: async ({ text }, { signal }) => {
      signal.throwIfAborted();
      return { audio: hum(wordsOf(text)), media_type: "audio/wav", usage: null };
    },
    transcribe: async ({ audio }, { signal }) => {
      signal.throwIfAborted();
      const text = `This transcript comes from the demo provider: nobody has heard your ${audio.length} bytes. Set AI_API_KEY to get real ones.`;
      return { text, usage: null };
    },
  };
}

function demoText({ messages, response_schema }: ChatRequest): string {
  const question = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const words = wordsOf(typeof question === "string" ? question : question.map(textOf).join(" "));
  const text = `This answer comes from the demo provider: no language model has read your ${words} ${words === 1 ? "word" : "words"}. Set AI_API_KEY to get real answers.`;
  return response_schema === undefined ? text : JSON.stringify(demoValue(response_schema.schema, text));
}

const textOf = (part: Part) => (part.type === "text" ? part.text : "");
const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== "").length;

/** A vector of length 1 that depends on the text alone. */
function demoVector(text: string, dimensions: number): number[] {
  const bytes = createHash("shake256", { outputLength: dimensions * 2 })
    .update(text)
    .digest();
  const numbers = Array.from({ length: dimensions }, (_, n) => bytes.readInt16LE(n * 2) / 32_768 || 1e-6);
  const length = Math.hypot(...numbers);
  return numbers.map((number) => number / length);
}

/** A third of a second of a soft tone for each word, as WAV: 8,000 samples of 8 bits a second. */
function hum(words: number): Buffer {
  const samples = Math.min(Math.max(words, 1), 600) * 2_667;
  const sound = Buffer.from(
    Uint8Array.from({ length: samples }, (_, n) => 128 + 16 * Math.sin((n * 440 * 2 * Math.PI) / 8_000)),
  );
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(8_000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples, 40);
  return Buffer.concat([header, sound]);
}
