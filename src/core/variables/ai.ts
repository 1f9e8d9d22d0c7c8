import { list, optional, secret, text, whole } from "./kinds.ts";

/** Variables of the AI gateway. */
export const aiVariables = {
  AI_BASE_URL: text("Base URL of the providers `openai` and `openai_responses`, where config/models.yaml names none", {
    default: "https://api.openai.com/v1",
    pattern: "^https?://",
  }),
  AI_API_KEY: optional(
    text(
      "Key of OpenAI, or of the server at AI_BASE_URL. Without a key for any provider the demo provider answers",
      secret,
    ),
  ),
  ANTHROPIC_API_KEY: optional(text("Key of Anthropic", secret)),
  GEMINI_API_KEY: optional(text("Key of Google's Gemini", secret)),
  AI_API_KEYS: {
    ...list(
      "Keys of other providers of config/models.yaml, by their names: `name:key`; one here goes before the others",
    ),
    ...secret,
  },
  AI_TIMEOUT_MS: whole("Longest wait for a completion, all attempts together", 60_000, 100, 240_000),
};
