import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { FieldError, PlinthError } from "../../core/errors.ts";
import type { ChatAnswer, ChatRequest, FinishReason, Message, ResponseSchema } from "../providers/index.ts";
import { aiErrors } from "./errors.ts";

/** What a text is by a schema: the value, or what is wrong with it. */
export type Verdict = { output: unknown } | { problems: FieldError[] };

/** Reads a model's answer by a JSON Schema. */
export type Check = (text: string) => Verdict;

/** Schemas that are kept compiled, and the longest that is taken, in characters. */
const mostKept = 200;
const longestSchema = 100_000;

/**
 * Returns the function that compiles a response schema (JSON Schema 2020-12), or takes the one that was compiled before. It throws `ai.invalid_request` for what
 * is no schema, naming where.
 */
export function createChecker(): (schema: ResponseSchema) => Check {
  const kept = new Map<string, ValidateFunction>();
  return ({ schema, from_client = false }) => {
    const text = JSON.stringify(schema);
    const key = `${from_client}${text}`;
    const validate = kept.get(key) ?? compile(schema, text, from_client);
    // The one that was asked for last goes last.
    kept.delete(key);
    kept.set(key, validate);
    const [oldest] = kept.size > mostKept ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    return (text) => judge(validate, text);
  };
}

/** Each schema has an Ajv of its own: two workspaces may use the same $id for different things. */
function compile(schema: object, text: string, from_client: boolean): ValidateFunction {
  if (from_client && text.includes('"patternProperties"'))
    throw refused([{ pointer: "", detail: "patternProperties are not supported" }]);
  if (text.length > longestSchema) throw refused([{ pointer: "", detail: "The schema is too long" }]);
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false });
  addFormats.default(ajv);
  if (from_client) ajv.removeKeyword("pattern");
  if (ajv.validateSchema(schema) !== true) throw refused((ajv.errors ?? []).map(fieldError));
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw refused([{ pointer: "", detail: error instanceof Error ? error.message : "It cannot be compiled" }]);
  }
}

function refused(errors: FieldError[]) {
  const placed = errors.map(({ pointer, detail }) => ({ pointer: `/response_schema/schema${pointer}`, detail }));
  return aiErrors.invalid_request({ detail: "The response schema is not a valid JSON Schema", errors: placed });
}

function judge(validate: ValidateFunction, text: string): Verdict {
  let output: unknown;
  try {
    output = JSON.parse(withoutFence(text));
  } catch {
    return { problems: [{ pointer: "", detail: "is not JSON" }] };
  }
  if (validate(output)) return { output };
  return { problems: (validate.errors ?? []).slice(0, 20).map(fieldError) };
}

function fieldError({ instancePath, message }: ErrorObject): FieldError {
  return { pointer: instancePath, detail: message ?? "is not valid" };
}

/** Models like to wrap JSON in a block of Markdown. */
function withoutFence(text: string): string {
  return /^\s*```[a-z]*\s*\n([\s\S]*?)\n?\s*```\s*$/i.exec(text)?.[1] ?? text;
}

/** The conversation that asks once more for what was not as it should be. */
export function repairMessages(messages: Message[], answer: string, problems: FieldError[]): Message[] {
  const list = problems
    .map(({ pointer, detail }) => `- ${pointer === "" ? "the answer" : pointer} ${detail}`)
    .join("\n");
  return [
    ...messages,
    { role: "assistant", content: answer },
    {
      role: "user",
      content: `That is not valid by the JSON schema of the answer:\n${list}\nAnswer again with the corrected JSON alone.`,
    },
  ];
}

/** An answer by its schema: the value; or what is wrong with it, the error that says so, and whether the model may be asked to mend it. */
export type Judgement = { output: unknown } | { problems: FieldError[]; error: PlinthError; is_repairable: boolean };

/**
 * Judges an answer by the schema that was asked for. One that asks for tools is not the one that the schema is for. One that was cut off would be cut off again, so it
 * is not to be repaired; a client that wrote the schema itself gets it as it is, because its protocol tells of that by `finish_reason`.
 */
export function judgeAnswer(
  check: Check | undefined,
  { response_schema, max_output_tokens }: Pick<ChatRequest, "response_schema" | "max_output_tokens">,
  { text, tool_calls, finish_reason }: Pick<ChatAnswer, "text" | "tool_calls" | "finish_reason">,
): Judgement {
  const verdict = check === undefined || tool_calls.length > 0 ? { output: undefined } : check(text);
  if (!("problems" in verdict)) return verdict;
  const { problems } = verdict;
  const reason = cutOff(finish_reason, max_output_tokens);
  if (reason === undefined) return { problems, error: invalidOutput(problems), is_repairable: true };
  if (response_schema?.from_client) return { output: undefined };
  const error = aiErrors.invalid_output({ detail: reason, extensions: { finish_reason } });
  return { problems, error, is_repairable: false };
}

function cutOff(finish_reason: FinishReason, max_output_tokens: number): string | undefined {
  if (finish_reason === "length") return `The answer was cut off at max_output_tokens (${max_output_tokens})`;
  return finish_reason === "content_filter" ? "The answer was cut off by the provider's content filter" : undefined;
}

/** Says what was wrong by its place, and nothing of what the model wrote. */
function invalidOutput(problems: FieldError[]): PlinthError {
  return aiErrors.invalid_output({ detail: "The answer is not valid by its JSON schema", errors: problems });
}
