import { defineErrors } from "../../core/errors.ts";

/** What can go wrong with licences, and with the seats that stand on them. */
export const licensingErrors = defineErrors("licensing", {
  license_not_found: { kind: "not_found", title: "There is no such licence" },
  key_invalid: { kind: "invalid", title: "The text is not a licence key" },
  license_inactive: { kind: "forbidden", title: "The licence is not active" },
  hardware_not_activated: { kind: "forbidden", title: "The licence is not activated on this machine" },
  activation_not_found: { kind: "not_found", title: "There is no such activation" },
  activations_exhausted: { kind: "limit_reached", title: "The licence is activated on as many machines as it may" },
  file_pending: { kind: "unavailable", title: "The licence file is not signed yet" },
  seats_exhausted: { kind: "limit_reached", title: "Every seat of the licence is taken" },
  seat_lost: { kind: "gone", title: "The seat was lost" },
  session_not_found: { kind: "not_found", title: "There is no such session" },
});
