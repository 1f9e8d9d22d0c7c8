import { type Keyring, open, seal } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import type { Audit } from "../audit/index.ts";
import { declaredEvents } from "../events/index.ts";
import { createDeliveries } from "./deliveries.ts";
import { deleteOld } from "./deliveries-store.ts";
import { createEndpoints } from "./endpoints.ts";
import { createJobs, type JobsOptions } from "./jobs.ts";
import { forgetOldSecrets } from "./store.ts";

export type WebhooksOptions = Omit<
  JobsOptions,
  "openSecret" | "publicTypes" | "db" | "failing_days" | "endpoint_concurrency" | "worker_concurrency"
> & {
  db: Pick<Database, "inWorkspace" | "statement" | "systemStatement">;
  audit: Pick<Audit, "record">;
  keyring: Keyring;
  settings: {
    /** Whether endpoints have to be reached by TLS. */
    https_only: boolean;
    allow_private: boolean;
    failing_days: number;
    endpoint_concurrency: number;
    worker_concurrency: number;
    /** Days for which it is kept what was sent. */
    retention_days: number;
  };
};

export type Webhooks = ReturnType<typeof createWebhooks>;

/** Deliveries that one statement of the retention removes. */
const removedAtOnce = 1_000;

/** Outgoing webhooks: public events, sent to the endpoints of their workspace, signed. */
export function createWebhooks(options: WebhooksOptions) {
  const { db, keyring, settings } = options;
  const key = keyring.derive("webhook secrets");
  const sealSecret = (secret: string) => seal(key, secret);
  const openSecret = (sealed: Buffer) => open(key, sealed);
  const publicEvents = () => declaredEvents().filter(({ is_public }) => is_public === true);
  let known = { count: -1, types: new Set<string>() };
  /** Products may declare theirs late; after that the set is made once. */
  const publicTypes = () => {
    const { length } = declaredEvents();
    if (length !== known.count) known = { count: length, types: new Set(publicEvents().map(({ type }) => type)) };
    return known.types;
  };

  return {
    endpoints: createEndpoints({ ...options, ...settings, sealSecret, publicTypes }),
    deliveries: createDeliveries(options),

    /** The types that endpoints may want, with the schemas of their data, by name. */
    eventTypes: () =>
      publicEvents()
        .map(({ type, description, payload }) => ({ type, description, schema: payload }))
        .sort((a, b) => (a.type < b.type ? -1 : 1)),

    subscribers: createJobs({ ...options, ...settings, openSecret, publicTypes }),

    /** Removes what was sent long ago, and secrets whose overlap is over. What is still being tried stays. */
    maintain: async (): Promise<void> => {
      await db.systemStatement("webhook secrets", forgetOldSecrets);
      const { retention_days } = settings;
      let removed = removedAtOnce;
      while (removed === removedAtOnce) {
        removed = await db.systemStatement("webhook retention", (tx) => deleteOld(tx, retention_days, removedAtOnce));
      }
    },
  };
}
