import { defineErrors } from "../../core/errors.ts";

export const usageErrors = defineErrors("usage", {
  limit_reached: { kind: "limit_reached", title: "The limit of your plan is reached" },
  idempotency_conflict: { kind: "conflict", title: "The idempotency key was used for something else" },
  nothing_to_give_back: { kind: "not_found", title: "Nothing was taken under this key" },
  reservation_not_found: { kind: "not_found", title: "There is no such reservation" },
  reservation_settled: { kind: "conflict", title: "The reservation was settled in another way" },
  reservation_expired: { kind: "conflict", title: "The reservation is over" },
  reservation_open: { kind: "conflict", title: "The reservation of this key is not settled; release it" },
  refund_conflict: { kind: "conflict", title: "This cannot be refunded: it was before, or less was taken" },
  refunds_exhausted: { kind: "limit_reached", title: "The refunds of this window are used up" },
  in_future: { kind: "invalid", title: "What is counted has not happened yet" },
  too_old: { kind: "invalid", title: "What is counted happened too long ago" },
});
