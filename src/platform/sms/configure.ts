import type { Config } from "../../core/config.ts";
import { newId } from "../../core/id.ts";
import { smsErrors } from "./errors.ts";
import type { SmsTransport } from "./schema.ts";
import { createSms, type SmsInternals } from "./service.ts";
import { createTwilioTransport } from "./twilio.ts";

type SmsConfig = Pick<
  Config,
  | "NODE_ENV"
  | "TWILIO_ACCOUNT_SID"
  | "TWILIO_AUTH_TOKEN"
  | "TWILIO_FROM"
  | "TWILIO_URL"
  | "SMS_ANSWERS"
  | "SMS_HELP_TEXT"
>;

/** What Twilio's webhooks need to be told from anybody else's, and how they are answered. */
export interface TwilioWebhooks {
  auth_token: string;
  account_sid: string;
  public_url: string;
  /** Whether we answer STOP, START and HELP, because Twilio does not; and with what. */
  answers: { help: string; stop: string; start: string } | undefined;
}

export interface ConfiguredSms extends SmsInternals {
  twilio: TwilioWebhooks | undefined;
  /** Whether messages are caught instead of sent. */
  is_caught: boolean;
}

/** By Twilio where its keys are; else, outside production, messages are only caught; in production without keys they wait as dead letters. */
export function createSmsFromConfig(
  options: Omit<Parameters<typeof createSms>[0], "transport"> & { config: SmsConfig; public_url: string },
): ConfiguredSms {
  const { config, public_url, ...parts } = options;
  const { TWILIO_ACCOUNT_SID: account_sid, TWILIO_AUTH_TOKEN: auth_token, TWILIO_FROM: from } = config;
  if (account_sid !== undefined && auth_token !== undefined && from !== undefined) {
    const transport = createTwilioTransport({ account_sid, auth_token, from, base_url: config.TWILIO_URL, public_url });
    const sms = createSms({ ...parts, transport });
    return { ...sms, twilio: { auth_token, account_sid, public_url, answers: answersOf(config) }, is_caught: false };
  }
  const is_caught = config.NODE_ENV !== "production";
  return { ...createSms({ ...parts, transport: is_caught ? catcher : nobody }), twilio: undefined, is_caught };
}

function answersOf({ SMS_ANSWERS, SMS_HELP_TEXT: help }: SmsConfig) {
  if (SMS_ANSWERS === "twilio") return undefined;
  return {
    help,
    stop: "You will get no more messages from us. Reply START to get them again.",
    start: "You will get our messages again. Reply HELP for help, STOP for no more.",
  };
}

const catcher: SmsTransport = {
  name: "dev_mailbox",
  send: async () => ({ provider_id: newId(), status: "delivered" }),
};

const nobody: SmsTransport = {
  name: "none",
  send: async () => {
    throw smsErrors.no_provider({ detail: "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM" });
  },
};
