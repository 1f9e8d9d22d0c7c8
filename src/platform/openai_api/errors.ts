import Type from "typebox";
import { defineErrors } from "../../core/errors.ts";
import type { Problem } from "../../core/schema.ts";

export const openAiApiErrors = defineErrors("openai_api", {
  unsupported_parameter: { kind: "bad_request", title: "This parameter is not supported here" },
  model_not_found: { kind: "not_found", title: "There is no model of that name here" },
  unknown_feature: { kind: "bad_request", title: "There is no feature of that name for clients to use" },
});

const Told = Type.Object({
  error: Type.Object(
    {
      message: Type.String(),
      type: Type.String(),
      code: Type.Union([Type.String(), Type.Null()]),
      param: Type.Union([Type.String(), Type.Null()]),
      plinth_code: Type.String({ description: "The code that this error has everywhere else in the API" }),
      request_id: Type.String(),
    },
    { additionalProperties: true },
  ),
});

/** OpenAI's words where clients look for them; every other code is ours. */
const openAiCodes: Record<string, string> = {
  "request.unauthenticated": "invalid_api_key",
  "request.scope_missing": "insufficient_permissions",
  "request.rate_limited": "rate_limit_exceeded",
  "ai.rate_limited": "rate_limit_exceeded",
  "ai.budget_exhausted": "insufficient_quota",
  "ai.content_filtered": "content_filter",
  "openai_api.model_not_found": "model_not_found",
  "openai_api.unsupported_parameter": "unsupported_parameter",
};

/**
 * Errors as OpenAI tells them (https://platform.openai.com/docs/guides/error-codes): their clients choose an error class by the status and read
 * `error.code`, `error.type` and `error.param`. An invalid field is 400 there, not 422.
 */
export const openAiErrors = {
  media_type: "application/json",
  schema: Told,
  statuses: { 422: 400 },
  tell: ({ status, code, title, detail, errors, request_id, type: _, ...rest }: Problem) => {
    const extensions: Record<string, unknown> = rest;
    const [first] = errors ?? [];
    const param = first === undefined ? (extensions.param ?? null) : paramOf(first.pointer);
    const message = first === undefined ? (detail ?? title) : `Invalid '${param}': ${first.detail}`;
    const isUnknown = first?.detail === "is not a known field";
    return {
      error: {
        ...extensions,
        message,
        type: typeOf(status, code),
        code: isUnknown ? "unknown_parameter" : (openAiCodes[code] ?? code),
        param,
        plinth_code: code,
        request_id,
      },
    };
  },
  // Their clients try a 429 again at once, and twice; a budget is empty until tomorrow.
  headers: ({ code }: Problem): Record<string, string> =>
    code === "ai.budget_exhausted" ? { "x-should-retry": "false" } : {},
};

function typeOf(status: number, code: string): string {
  if (code === "ai.budget_exhausted") return "insufficient_quota";
  if (status === 429) return "rate_limit_error";
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** `/messages/0/role` is `messages[0].role` there. */
function paramOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`), "");
}
