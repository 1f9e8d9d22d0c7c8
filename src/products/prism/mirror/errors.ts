import { defineErrors } from "../../../product.ts";

export const mirrorErrors = defineErrors("prism", {
  session_closed: { kind: "conflict", title: "The mirror session is closed" },
  reply_in_progress: { kind: "conflict", title: "A reply is being generated in this session; wait for it" },
  not_retryable: {
    kind: "conflict",
    title: "Only the last reply, when it failed or was interrupted, can be asked for again",
  },
  session_open: { kind: "conflict", title: "Close the session first; then it is summarised" },
  session_empty: { kind: "conflict", title: "There is nothing in this session yet" },
});
