import { billingEnvironment } from "../app-settings.ts";
import { loadWithSecrets } from "../boot.ts";
import type { Config } from "../core/config.ts";
import { createKeyring } from "../core/crypto.ts";
import { simulateAppStore, simulatedAppStoreTypes } from "../platform/app_store/index.ts";
import { googlePlayEvents, simulateGooglePlay } from "../platform/google_play/index.ts";
import { parseCatalogue, type Store } from "../platform/plans/index.ts";
import { revenueCatEventTypes, simulateRevenueCat } from "../platform/revenuecat/index.ts";
import { simulateStripe, stripeSimulations } from "../platform/stripe/index.ts";
import { loadProducts, readPlanDocuments } from "../product-loader.ts";
import type { CommandOptions } from "./command.ts";

type Flags = CommandOptions["flags"];

/** What a store would send. */
interface Simulated {
  url_path: string;
  headers: Record<string, string>;
  body: string;
}

/** A store whose notifications can be made here: its events, and how one is made. `id` is what the store sells the plan as. */
interface Simulator {
  store: Store;
  events: readonly string[];
  make(event: string, about: About): Simulated | Promise<Simulated>;
}

interface About {
  flags: Flags;
  id: string | undefined;
  config: Config;
}

const simulators: Record<string, Simulator> = {
  stripe: {
    store: "stripe",
    events: stripeSimulations,
    make: (event, { flags, id, config }) => {
      const [secret] = config.STRIPE_WEBHOOK_SECRET;
      if (secret === undefined) throw new Error("STRIPE_WEBHOOK_SECRET is not set");
      return simulateStripe(event, { ...flags, price: id }, secret);
    },
  },
  "app-store": {
    store: "app_store",
    events: simulatedAppStoreTypes,
    make: (event, { flags, id, config }) =>
      simulateAppStore(event, {
        product_id: id ?? "pro_monthly",
        environment: billingEnvironment(config),
        bundle_id: config.APP_STORE_BUNDLE_ID ?? "dev.plinth.app",
        ...(config.APP_STORE_APP_ID === undefined ? {} : { app_apple_id: config.APP_STORE_APP_ID }),
        ...(flags.workspace === undefined ? {} : { app_account_token: flags.workspace }),
        ...(flags.subscription === undefined ? {} : { original_transaction_id: flags.subscription }),
        ...(flags.transaction === undefined ? {} : { transaction_id: flags.transaction }),
      }),
  },
  "google-play": {
    store: "google_play",
    events: googlePlayEvents,
    make: (event, { flags, id, config }) => {
      const seed = createKeyring(config.PLINTH_SECRET ?? "").derive("google play simulator");
      const [package_name = "dev.plinth.app"] = config.GOOGLE_PLAY_PACKAGE_NAMES;
      const purchase_token = flags.subscription ?? `simulated.${flags.workspace ?? "nobody"}`;
      const account = flags.workspace === undefined ? {} : { account_id: flags.workspace };
      const purchase = { ...account, ...(id === undefined ? {} : { price_id: id }) };
      return simulateGooglePlay(event, { seed, package_name, purchase_token, purchase });
    },
  },
};

simulators.revenuecat = {
  store: "revenuecat",
  events: revenueCatEventTypes,
  make: (event, { flags, id, config }) => {
    const [authorization] = config.REVENUECAT_AUTHORIZATION;
    if (authorization === undefined) throw new Error("REVENUECAT_AUTHORIZATION is not set");
    const buyer = flags.workspace === undefined ? {} : { app_user_id: flags.workspace };
    const sold = id === undefined ? {} : { product_id: `${id}.monthly`, entitlement_ids: [id] };
    return simulateRevenueCat(event, { authorization, ...buyer, ...sold });
  },
};

/** `plinth simulate <store> <event>`: what the store would send, signed as the server expects it, sent to it. */
export async function simulate({ arguments: [name = "", event], flags, products }: CommandOptions): Promise<void> {
  const simulator = simulators[name];
  if (simulator === undefined)
    throw new Error(`plinth simulate knows ${Object.keys(simulators).join(", ")}; not ${name || "none"}`);
  if (event === undefined) return void process.stdout.write(`${simulator.events.join("\n")}\n`);
  if (!simulator.events.includes(event)) {
    throw new Error(`plinth simulate ${name} knows ${simulator.events.join(", ")}; not ${event}`);
  }
  const config = await loadWithSecrets(process.env);
  const api = flags.url ?? config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`;
  const id = await soldAs(config, products, simulator.store, flags.plan);
  const { url_path, headers, body } = await simulator.make(event, { flags, id, config });
  const sent = { method: "POST", headers: { "content-type": "application/json", ...headers }, body };
  const answer = await fetch(new URL(url_path, api), sent).catch((cause) => {
    throw new Error(
      `No Plinth answers at ${api}; start it with npm start, or name another with --url (${String(cause)})`,
    );
  });
  process.stdout.write(`${name} ${event}: ${answer.status} ${await answer.text()}\n`);
  if (!answer.ok) process.exitCode = 1;
}

/** The first id under which the store sells the plan; undefined when no plan is named. */
async function soldAs(
  config: Config,
  products: string[],
  store: Store,
  plan_id: string | undefined,
): Promise<string | undefined> {
  if (plan_id === undefined) return undefined;
  const loaded = await loadProducts(config.PLINTH_PRODUCTS, products);
  const documents = await readPlanDocuments(loaded, config.PLINTH_CONFIG_DIR);
  const { plans } = parseCatalogue(
    documents,
    loaded.map(({ name }) => name),
  );
  const sold = plans.filter(({ stores }) => stores[store].length > 0);
  const id = sold.find(({ product, key }) => `${product}.${key}` === plan_id)?.stores[store][0];
  if (id === undefined) {
    const known = sold.map(({ product, key }) => `${product}.${key}`).join(", ");
    throw new Error(`--plan is one of ${known || "none: no plan is sold there"}; not ${plan_id}`);
  }
  return id;
}
