import type { Ctx, Doors, Verdict } from "../../product.ts";
import type { SafetyNotice } from "./schema.ts";

/** The safety check as prism uses it: a verdict becomes the notice that the person is shown. */
export type Guard = ReturnType<typeof createGuard>;

/** Whose words are checked, and in which language the notice is. */
interface Place {
  /** As the gateway knows it: `prism.turn`. */
  feature: string;
  locale: string;
}

export function createGuard(safety: Doors["safety"]) {
  const noticeOf = (
    { categories, resources, message }: Verdict,
    status: SafetyNotice["safety"]["status"],
  ): SafetyNotice => ({
    safety: { status, categories },
    message,
    resources,
  });
  const kept = (verdict: Verdict | undefined) =>
    verdict?.status === "crisis" ? noticeOf(verdict, "withheld") : undefined;

  return {
    /**
     * Checks what a person wrote, the newest text last, before anything is generated from it; the notice, null when nothing was found. The last
     * `unchecked` texts decide, one when left out; those before have been checked in their time. Throws
     * `safety.unavailable` when what was found cannot be recorded: then nothing is generated.
     */
    check: async (
      ctx: Ctx,
      { feature, locale }: Place,
      texts: string[],
      unchecked = 1,
    ): Promise<SafetyNotice | null> => {
      const verdict = await safety.precheck(ctx, { feature, texts, locale, unchecked });
      return verdict.status === "allow" ? null : noticeOf(verdict, verdict.status);
    },

    /** Checks a generated text before it is shown; the notice of one that is not to be. */
    checkOutput: async (ctx: Ctx, { feature, locale }: Place, text: string): Promise<SafetyNotice | undefined> =>
      kept(await safety.checkOutput(ctx, { feature, text, locale })),

    /** As `checkOutput` for a text that comes in pieces: `push` before each is shown, `end` when it is whole. */
    watchOutput: (ctx: Ctx, { feature, locale }: Place) => {
      const watch = safety.watchOutput(ctx, { feature, locale });
      return {
        push: (text: string): SafetyNotice | undefined => kept(watch.push(text)),
        end: async (): Promise<SafetyNotice | undefined> => kept(await watch.end()),
      };
    },
  };
}
