import { defineErrors } from "../../core/errors.ts";

export const messagingErrors = defineErrors("messaging", {
  no_provider: { kind: "unavailable", title: "No mail provider is configured" },
  in_progress: { kind: "unavailable", title: "This mail is being sent, or waits for its provider" },
  mail_not_found: { kind: "not_found", title: "There is no such mail" },
  template_not_found: { kind: "not_found", title: "There is no such template" },
  suppression_not_found: { kind: "not_found", title: "There is no such suppression" },
  signature_invalid: { kind: "bad_request", title: "The notification's signature is not valid" },
  event_malformed: { kind: "bad_request", title: "The notification is not a list of the provider's events" },
});

/** The provider will never take this mail; trying again would not help. The message names no address. */
export class MailRefused extends Error {
  override readonly name = "MailRefused";
}

/** The provider asks to be left alone for so many seconds. */
export class MailDelayed extends Error {
  override readonly name = "MailDelayed";
  readonly retry_after: number;

  constructor(message: string, retry_after: number) {
    super(message);
    this.retry_after = retry_after;
  }
}
