import Type from "typebox";
import { Compile } from "typebox/compile";
import { readObject, unusable } from "./chat.ts";
import { isRecord } from "./json-rules.ts";
import type { EmbedAnswer, Provider, Usage } from "./port.ts";
import type { Transport } from "./transport.ts";
import { usageOf } from "./usage-rules.ts";

/**
 * OpenAI's embeddings (https://platform.openai.com/docs/api-reference/embeddings). `encoding` is how the numbers are asked for: base64 is a third of the bytes and
 * a tenth of the work, but not every server knows it. Either is read.
 */
export function openAiEmbeddings(
  transport: Transport,
  encoding: "base64" | "float",
): Required<Pick<Provider, "embed">> {
  return {
    embed: async ({ model, inputs, dimensions }, options) => {
      const size = dimensions === undefined ? {} : { dimensions };
      const body = JSON.stringify({ model, input: inputs, ...size, encoding_format: encoding });
      const answer = await transport.post({ path: "/embeddings", body }, options);
      return readAnswer(readObject(answer.body.toString()), model, inputs.length);
    },
  };
}

const wireAnswer = Compile(
  Type.Object({
    model: Type.Optional(Type.String()),
    data: Type.Array(
      Type.Object({
        index: Type.Optional(Type.Integer({ minimum: 0 })),
        embedding: Type.Union([Type.Array(Type.Number()), Type.String()]),
      }),
    ),
    usage: Type.Optional(Type.Unknown()),
  }),
);

function readAnswer(body: unknown, model: string, inputs: number): EmbedAnswer {
  if (!wireAnswer.Check(body)) throw unusable("not_embeddings", null);
  const usage = readUsage(body.usage);
  const vectors: number[][] = [];
  for (const [n, { index, embedding }] of body.data.entries()) {
    vectors[index ?? n] = typeof embedding === "string" ? floatsOf(embedding) : embedding;
  }
  return { vectors: complete(vectors, inputs, usage), model: body.model ?? model, usage };
}

/** One vector for each input, none of them empty. */
export function complete(vectors: number[][], inputs: number, usage: Usage | null): number[][] {
  const isComplete =
    vectors.length === inputs && [...vectors].every((vector) => vector !== undefined && vector.length > 0);
  if (!isComplete) throw unusable("not_every_input", usage);
  return vectors;
}

/** 32-bit floats, little-endian. */
function floatsOf(base64: string): number[] {
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  return bytes.length % 4 === 0 ? Array.from(new Float32Array(bytes.buffer)) : [];
}

function readUsage(told: unknown): Usage | null {
  return isRecord(told) ? usageOf({ input: told.prompt_tokens, output: 0 }) : null;
}
