import type { Ai } from "../ai/index.ts";
import { finishReasonOf, noUsage, usageOf } from "./rules.ts";
import type { ChatChunk, Extension, Usage } from "./schema.ts";

type CompletionStream = Awaited<ReturnType<Ai["stream"]>>;

/** What every chunk of a stream bears. */
interface Head {
  created: number;
  /** Whether the client asked for a last chunk with the usage. */
  withUsage: boolean;
}

interface StreamOptions extends Head {
  extension: Extension;
  /** Looks at the whole text; what is found, or undefined. */
  check(text: string): Promise<{ isCrisis: boolean; text: string; extension: Extension } | undefined>;
}

type Delta = ChatChunk["choices"][number]["delta"];

/** Makes the chunks of one stream: the same head on each. */
function chunkMaker({ id, created, model, withUsage }: Head & { id: string; model: string }) {
  const head = { id, object: "chat.completion.chunk" as const, created, model };
  const tail = withUsage ? { usage: null } : {};
  return {
    delta: (delta: Delta, finish_reason: ChatChunk["choices"][number]["finish_reason"] = null): ChatChunk => ({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...tail,
    }),
    usage: (usage: Usage): ChatChunk => ({ ...head, choices: [], usage }),
  };
}

/** A stream of the gateway in OpenAI's chunks. Ends only after a complete answer; throws what the gateway throws. */
export async function* chunksOf(stream: CompletionStream, options: StreamOptions): AsyncGenerator<ChatChunk> {
  const { call_id, model } = stream;
  const make = chunkMaker({ ...options, id: `chatcmpl-${call_id}`, model });
  yield { ...make.delta({ role: "assistant", content: "" }), plinth: options.extension };
  for await (const event of stream) {
    if (event.type === "text") yield make.delta({ content: event.text });
    else if (event.type === "tool_call") yield make.delta(toolDelta(event));
    else {
      const { text, finish_reason, usage } = event.completion;
      const found = await options.check(text);
      if (found?.isCrisis === true) yield make.delta({ content: `\n\n${found.text}` });
      const reason = found?.isCrisis === true ? "content_filter" : finishReasonOf(finish_reason);
      yield { ...make.delta({}, reason), ...(found === undefined ? {} : { plinth: found.extension }) };
      if (options.withUsage) yield make.usage(usageOf(usage));
    }
  }
}

/** Help instead of an answer. */
export async function* crisisChunks(
  head: Head & { id: string; model: string },
  { text, extension }: { text: string; extension: Extension },
): AsyncGenerator<ChatChunk> {
  const make = chunkMaker(head);
  yield { ...make.delta({ role: "assistant", content: "" }), plinth: extension };
  yield make.delta({ content: text });
  yield make.delta({}, "content_filter");
  if (head.withUsage) yield make.usage(noUsage);
}

function toolDelta(event: { index: number; id?: string; name?: string; arguments: string }): Delta {
  const { index, id, name, arguments: args } = event;
  const first = id === undefined ? {} : { id, type: "function" as const };
  return { tool_calls: [{ index, ...first, function: { ...(name === undefined ? {} : { name }), arguments: args } }] };
}
