import type { Provider } from "./provider.ts";

/**
 * A provider for trying the house without a key: it calls nobody, costs nothing, answers the same question with the same text and says
 * in it what it is. It tells no usage, so its tokens are estimated. Throws when `node_env` is `production`.
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
    complete: async ({ messages }, signal) => {
      signal.throwIfAborted();
      const question = messages.findLast(({ role }) => role === "user")?.content ?? "";
      return { text: demoText(question), model: "demo", finish_reason: "stop", usage: null };
    },
  };
}

function demoText(question: string): string {
  const words = question.split(/\s+/).filter((word) => word !== "").length;
  return `This answer comes from the demo provider: no language model has read your ${words} ${words === 1 ? "word" : "words"}. Set AI_API_KEY to get real answers.`;
}
