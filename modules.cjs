// The map of the house: which modules exist, and whose door (index.ts) each may open.
// An allow-list: an import past it fails `npm run check`. See ARCHITECTURE.md.

/** Platform modules, in the order in which app.ts builds them. A module may open only the doors named here. */
const platform = {
  events: [],
  locks: [],
  schedules: ["events", "locks"],
  inbox: [],
  relay: ["events"],
  messaging: [],
  audit: [],
  entitlements: ["events", "audit"],
  usage: ["entitlements", "audit"],
  workspaces: ["events", "audit", "entitlements"],
  sessions: ["audit"],
  factors: ["audit", "sessions"],
  identity: ["workspaces", "events", "messaging", "audit", "sessions", "factors"],
  federation: ["identity", "audit"],
  api_keys: ["workspaces", "audit"],
  invitations: ["workspaces", "identity", "events", "messaging", "audit"],
  plans: ["entitlements"],
  billing: ["inbox", "entitlements", "events", "plans", "workspaces", "messaging"],
  checkout: ["billing", "plans"],
  stripe: ["billing", "checkout", "events", "identity"],
  app_store: ["billing"],
  google_play: ["billing", "events"],
  revenuecat: ["billing"],
  licensing: ["entitlements", "events", "plans", "audit", "messaging"],
  seats: ["licensing"],
  analytics: [],
  webhooks: ["events", "messaging", "audit"],
  sms: ["events", "inbox"],
  telegram: ["events", "inbox", "workspaces"],
  lexicon: [],
  safety: ["lexicon"],
  providers: [],
  ai_ledger: ["events"],
  ai: ["providers", "ai_ledger", "audit"],
  openai_api: ["ai", "safety"],
  observability: [],
};

/** The only doors that a product may open, through `plinth/product`. Never billing, never identity. */
const productDoors = [
  "entitlements",
  "usage",
  "ai",
  "safety",
  "privacy",
  "events",
  "schedules",
  "messaging",
  "sms",
  "telegram",
  "storage",
];

const products = ["prism", "entrain", "swan", "coditect", "revfirst"];

module.exports = { platform, products, productDoors };
