import Type from "typebox";
import { Compile } from "typebox/compile";
import { readObject, unusable } from "./chat.ts";
import { modelName, modelPath } from "./gemini.ts";
import { isRecord } from "./json-rules.ts";
import { complete } from "./openai-embeddings.ts";
import type { Provider } from "./port.ts";
import type { Transport } from "./transport.ts";
import { usageOf } from "./usage-rules.ts";

/** Google's batchEmbedContents (https://ai.google.dev/api/embeddings). Most of its models tell no usage. */
export function geminiEmbeddings(transport: Transport): Required<Pick<Provider, "embed">> {
  return {
    embed: async ({ model, inputs, dimensions }, options) => {
      const size = dimensions === undefined ? {} : { outputDimensionality: dimensions };
      const requests = inputs.map((text) => ({
        model: modelName(model),
        content: { parts: [{ text }] },
        ...size,
      }));
      const body = JSON.stringify({ requests });
      const answer = await transport.post({ path: `${modelPath(model)}:batchEmbedContents`, body }, options);
      const read = readObject(answer.body.toString());
      if (!wireAnswer.Check(read)) throw unusable("not_embeddings", null);
      const told = read.usageMetadata;
      const usage = isRecord(told) ? usageOf({ input: told.promptTokenCount, output: 0 }) : null;
      const vectors = read.embeddings.map(({ values }) => values);
      return { vectors: complete(vectors, inputs.length, usage), model, usage };
    },
  };
}

const wireAnswer = Compile(
  Type.Object({
    embeddings: Type.Array(Type.Object({ values: Type.Array(Type.Number()) })),
    usageMetadata: Type.Optional(Type.Unknown()),
  }),
);
