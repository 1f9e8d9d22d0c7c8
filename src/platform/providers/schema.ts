import Type, { type Static } from "typebox";
import { Closed } from "../../core/schema.ts";

/** What a server does otherwise than the vendor whose format it speaks. Whatever is left out is as the vendor does it. */
export const ProviderFlags = Closed({
  auth: Type.Optional(
    Type.Enum(["bearer", "api-key", "none"], {
      description:
        "How the key is sent: as a bearer token, in the header api-key (Azure), or not at all. Default: as the vendor documents it",
    }),
  ),
  stream_options: Type.Optional(
    Type.Boolean({ description: "Whether it knows stream_options; without it, streams are estimated. Default true" }),
  ),
  max_tokens_field: Type.Optional(
    Type.Enum(["max_tokens", "max_completion_tokens"], {
      description:
        "The name of the limit. Default: max_completion_tokens for models that reason, max_tokens for the others",
    }),
  ),
  structured_output: Type.Optional(
    Type.Enum(["json_schema", "json_object", "none"], {
      description:
        "What it takes of a response schema; otherwise the schema is told to the model in words. Default json_schema",
    }),
  ),
  anthropic_version: Type.Optional(
    Type.Enum(["2026-10-21", "2023-06-01"], {
      description:
        "The version of Anthropic's API. The old one still takes a temperature, from models that do. Default 2026-10-21",
    }),
  ),
  image_urls: Type.Optional(Type.Boolean({ description: "Whether it loads images by their address. Default true" })),
});
export type ProviderFlags = Static<typeof ProviderFlags>;

/** A provider, as `config/models.yaml` describes it below `providers`. */
export const ProviderSettings = Closed({
  adapter: Type.Enum(["openai", "openai_responses", "anthropic", "gemini", "compatible"], {
    description: "The format that it speaks",
  }),
  base_url: Type.Optional(
    Type.String({
      pattern: "^https?://",
      description: "Default: the vendor's; `compatible` needs one. A query is sent with each call",
    }),
  ),
  api_key: Type.Optional(
    Type.String({
      pattern: "^env:[A-Z][A-Z0-9_]*$",
      description: "The variable that holds the key, such as env:ANTHROPIC_API_KEY. Default: the vendor's variable",
    }),
  ),
  headers: Type.Optional(
    Type.Record(Type.String({ pattern: "^[A-Za-z0-9-]+$" }), Type.String({ pattern: "^[\\x20-\\x7e]*$" }), {
      description: "Sent with each call besides the key",
    }),
  ),
  connections: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description: "Calls at once, open streams among them; the others wait. Default 2,048",
    }),
  ),
  max_response_bytes: Type.Optional(
    Type.Integer({ minimum: 1_024, maximum: 1_073_741_824, description: "A longer answer is refused. Default 32 MiB" }),
  ),
  on_client_gone: Type.Optional(
    Type.Enum(["cancel", "drain"], {
      description: "What becomes of a call whose client has left: cut off, or read to its end. Default cancel",
    }),
  ),
  free: Type.Optional(
    Type.Boolean({ description: "Its tokens cost nothing, whatever the models' prices say. Default false" }),
  ),
  flags: Type.Optional(ProviderFlags),
});
export type ProviderSettings = Static<typeof ProviderSettings>;
