import type { Ai } from "../ai/index.ts";
import type { Safety, Verdict } from "../safety/index.ts";
import { extensionOf, finishReasonOf, helpText, noUsage, usageOf } from "./rules.ts";
import type { ChatChunk, Extension, Usage } from "./schema.ts";

type CompletionStream = Awaited<ReturnType<Ai["stream"]>>;
type Completion = Awaited<ReturnType<Ai["complete"]>>;

/** What every chunk of a stream bears. */
interface Head {
  created: number;
  /** Whether the client asked for a last chunk with the usage. */
  withUsage: boolean;
}

interface StreamOptions extends Head {
  extension: Extension;
  /** Looks at the text as it comes. */
  watch: ReturnType<Safety["watchOutput"]>;
  /** Looks at the whole answer once more, where its pieces hide something. */
  check(completion: Completion): Promise<Verdict | undefined>;
}

/** Help in place of what is not shown, or an extension to the last chunk. */
interface Told {
  text: string;
  extension: Extension;
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

/**
 * A stream of the gateway in OpenAI's chunks. Ends only after a complete answer, or with help where safety stops it; throws what the gateway throws. What
 * was found is recorded, whichever end it is.
 */
export async function* chunksOf(stream: CompletionStream, options: StreamOptions): AsyncGenerator<ChatChunk> {
  const { call_id, model } = stream;
  const { watch } = options;
  const make = chunkMaker({ ...options, id: `chatcmpl-${call_id}`, model });
  let ended: Promise<Verdict> | undefined;
  const endWatch = () => {
    ended ??= watch.end();
    return ended;
  };
  const stop = function* (verdict: Verdict) {
    yield make.delta({ content: `\n\n${helpText(verdict)}` });
    yield { ...make.delta({}, "content_filter"), plinth: extensionOf(call_id, verdict) };
  };
  try {
    yield { ...make.delta({ role: "assistant", content: "" }), plinth: options.extension };
    for await (const event of stream) {
      if (event.type === "tool_call") yield make.delta(toolDelta(event));
      else if (event.type === "text") {
        if (watch.push(event.text) !== undefined) return yield* stop(await endWatch());
        yield make.delta({ content: event.text });
      } else {
        const { completion } = event;
        const verdict = gravest(await endWatch(), await options.check(completion));
        if (verdict.status === "crisis") yield* stop(verdict);
        else {
          const found = verdict.status === "allow" ? {} : { plinth: extensionOf(call_id, verdict) };
          yield { ...make.delta({}, finishReasonOf(completion.finish_reason)), ...found };
        }
        if (options.withUsage) yield make.usage(usageOf(completion.usage));
      }
    }
  } catch (error) {
    const verdict = await endWatch();
    if (verdict.status !== "crisis") throw error;
    yield* stop(verdict);
  } finally {
    await endWatch();
  }
}

function gravest(verdict: Verdict, other: Verdict | undefined): Verdict {
  if (other === undefined) return verdict;
  return other.status === "crisis" || verdict.status === "allow" ? other : verdict;
}

/** Help instead of an answer. */
export async function* crisisChunks(
  head: Head & { id: string; model: string },
  { text, extension }: Told,
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
