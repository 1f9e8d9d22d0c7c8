import type { Config } from "./core/config.ts";
import type { RateLimit } from "./core/http/route.ts";
import type { Fees } from "./platform/analytics/index.ts";
import type { IdentitySettings } from "./platform/identity/index.ts";
import type { RelaySettings } from "./platform/relay/index.ts";

// What modules are told of the configuration, where that is more than a value.

export function sessionSettings(config: Config) {
  return {
    access_token_minutes: config.ACCESS_TOKEN_MINUTES,
    sessions: {
      idle_days: config.SESSION_IDLE_DAYS,
      absolute_days: config.SESSION_ABSOLUTE_DAYS,
      refresh_grace_seconds: config.REFRESH_GRACE_SECONDS,
    },
    signing_keys: { signs_days: config.SIGNING_KEY_DAYS, lead_minutes: config.SIGNING_KEY_LEAD_MINUTES },
  };
}

export function identitySettings(config: Config, public_url: string, origins: string[]): IdentitySettings {
  return {
    app_name: config.APP_NAME,
    link_url: config.MAIL_LINK_URL ?? `${public_url}/v1/auth`,
    password_rule: config.PASSWORD_RULE,
    hashing: {
      concurrency: config.PASSWORD_HASH_CONCURRENCY,
      queue: config.PASSWORD_HASH_QUEUE,
      cost: { memory_kib: config.PASSWORD_HASH_MEMORY_KIB, passes: config.PASSWORD_HASH_PASSES },
    },
    throttle: {
      address: config.LOGIN_FAILURES_PER_ADDRESS,
      address_account: config.LOGIN_FAILURES_PER_ADDRESS_AND_ACCOUNT,
      account: config.LOGIN_FAILURES_PER_ACCOUNT,
    },
    step_up_minutes: config.STEP_UP_MINUTES,
    signs_in: config.REGISTRATION_MODE === "sign_in",
    webauthn: { rp_id: config.PASSKEY_DOMAIN ?? new URL(public_url).hostname, origins },
  };
}

export function quotaDefaults(config: Config) {
  return {
    members: config.QUOTA_MEMBERS,
    api_keys: config.QUOTA_API_KEYS,
    storage_bytes: config.QUOTA_STORAGE_BYTES,
    requests_per_minute: config.QUOTA_REQUESTS_PER_MINUTE,
  };
}

/** The rates that hold for every route; a workspace's and a key's are their own. */
export function everywhere(config: Config): RateLimit[] {
  return [
    { name: "address", limit: config.RATE_LIMIT_ADDRESS, window_seconds: 60, by: "address" },
    { name: "user", limit: config.RATE_LIMIT_USER, window_seconds: 60, by: "user" },
  ];
}

export function billingEnvironment(config: Config): "live" | "test" {
  return config.BILLING_ENVIRONMENT ?? (config.NODE_ENV === "production" ? "live" : "test");
}

export function licensingSettings(config: Config) {
  return {
    file_ttl: config.LICENSE_FILE_TTL_SECONDS,
    signs_days: config.LICENSE_KEY_DAYS,
    lead_minutes: config.LICENSE_KEY_LEAD_MINUTES,
    most_activations: config.LICENSE_ACTIVATIONS,
  };
}

/** Where webhooks may go, how long an endpoint has, and when it is given up. */
export function webhookSettings(config: Config) {
  return {
    https_only: config.NODE_ENV === "production",
    allow_private: config.WEBHOOKS_ALLOW_PRIVATE === "on",
    timeout_ms: config.WEBHOOKS_TIMEOUT_SECONDS * 1_000,
    failing_days: config.WEBHOOKS_FAILING_DAYS,
    endpoint_concurrency: config.WEBHOOKS_ENDPOINT_CONCURRENCY,
    worker_concurrency: config.WORKER_CONCURRENCY,
    retention_days: config.WEBHOOKS_DELIVERY_DAYS,
  };
}

/** What an operator should know who lets webhooks into the own network. */
export function webhookWarning(config: Config): string | undefined {
  if (config.NODE_ENV !== "production" || config.WEBHOOKS_ALLOW_PRIVATE === "off") return undefined;
  return "WEBHOOKS_ALLOW_PRIVATE is on: customers can have requests sent to addresses inside of your network";
}

/** Where events are published to; undefined where nothing is configured. */
export function relaySettings(config: Config): RelaySettings | undefined {
  if (config.NATS_URL.length === 0) return undefined;
  return {
    servers: config.NATS_URL,
    stream: config.NATS_STREAM,
    prefix: config.NATS_SUBJECT_PREFIX,
    token: config.NATS_TOKEN,
    user: config.NATS_USER,
    password: config.NATS_PASSWORD,
    credentials_file: config.NATS_CREDENTIALS,
    duplicate_window_seconds: config.NATS_DUPLICATE_WINDOW_SECONDS,
    max_age_days: config.NATS_MAX_AGE_DAYS,
    replicas: config.NATS_REPLICAS,
  };
}

/** For how long the safety check keeps what it found. */
export function safetySettings(config: Config) {
  return { event_days: config.SAFETY_EVENT_DAYS, text_days: config.SAFETY_TEXT_DAYS };
}

/** What the stores keep, from lines such as `stripe:2.9:30USD`. */
export function storeFees({ STORE_FEES }: Config): Fees {
  return Object.fromEntries(
    STORE_FEES.map((line) => {
      const [store = "", percent = "0", charge = ""] = line.split(":");
      const [, amount, currency] = /^(\d+)([A-Z]{3})$/.exec(charge) ?? [];
      const per_charge =
        amount === undefined || currency === undefined ? {} : { per_charge: { [currency]: Number(amount) } };
      return [store, { percent: Number(percent), ...per_charge }];
    }),
  );
}
