import { defineErrors } from "../../core/errors.ts";

export const smsErrors = defineErrors("sms", {
  number_invalid: { kind: "invalid", title: "A number is written as +, country code and number: +436601234567" },
  message_not_found: { kind: "not_found", title: "There is no such message" },
  signature_invalid: { kind: "forbidden", title: "The notification is not signed by Twilio" },
  no_provider: { kind: "unavailable", title: "No provider of text messages is configured" },
});

/** The provider will never take this message: `code` says why, in its own words. */
export class SmsRefused extends Error {
  readonly code: string;
  /** Whether the reason is that the person wants no messages. */
  readonly is_opt_out: boolean;
  constructor(message: string, { code, is_opt_out }: { code: string; is_opt_out: boolean }) {
    super(message);
    this.name = "SmsRefused";
    this.code = code;
    this.is_opt_out = is_opt_out;
  }
}
