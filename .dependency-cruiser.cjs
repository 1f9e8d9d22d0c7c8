// The walls of the house, drawn from the map in modules.cjs. `scripts/walls.ts` reads them; test/architecture/walls.test.ts
// plants a violation of each. A door is a module's index.ts. An import of a type is an import, unless a rule says otherwise.
const { platform, productDoors, products } = require("./modules.cjs");

const anyOf = (names) => `(?:${names.join("|")})`;
const door = (module) => `^src/platform/${module}/index\\.ts$`;
/** Packages as they are resolved, or as they are written where they are not. The names may be regular expressions. */
const packages = (...names) => `(?:^|^node_modules/|/node_modules/)${anyOf(names)}(?:/|$)`;
const npm = ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-bundled", "npm-no-pkg", "npm-unknown"];

const test = "\\.test\\.ts$";
/** A module's folder; a product of several capabilities has one for each, with the same rooms in it. */
const folder = "src/(?:platform/[^/]+|products/[^/]+|products/[^/]+/[a-z_]+)/";
const module_ = `^${folder}`;
const routesFile = `${module_}[a-z-]*routes\\.ts$`;
const storeFile = `${module_}[a-z-]*store\\.ts$`;
/** The assembly: app.ts, and what of it is in files of their own. */
const appFiles = ["^src/app\\.ts$", "^src/app-[a-z]+\\.ts$"];
const databaseTypes = "^src/products/[^/]+/database\\.types\\.ts$";

const httpPackages = packages("fastify", "fastify-plugin", "@fastify/[^/]+", "@scalar/[^/]+");
const httpOfNode = "^(?:node:)?(?:http|https|http2)$";
const knowsHttp = ["^src/core/http/", ...appFiles, "^src/product\\.ts$", routesFile];

/** A vendor's package, and its only home. */
const vendors = {
  stripe: "^src/platform/stripe/",
  "@apple/app-store-server-library": "^src/platform/app_store/verifier\\.ts$",
  undici: "^src/platform/(?:providers/(?:exchange|transport)|webhooks/undici)\\.ts$",
  "eventsource-parser": "^src/platform/providers/streams\\.ts$",
  "ipaddr.js": "^src/platform/webhooks/addresses\\.ts$",
  "@sentry/core": "^src/platform/observability/sentry\\.ts$",
  "@opentelemetry/api": "^src/platform/observability/opentelemetry\\.ts$",
  "@opentelemetry/exporter-trace-otlp-http": "^src/platform/observability/opentelemetry\\.ts$",
  "@opentelemetry/resources": "^src/platform/observability/opentelemetry\\.ts$",
  "@opentelemetry/sdk-trace": "^src/platform/observability/opentelemetry\\.ts$",
  ioredis: "^src/core/redis\\.ts$",
  croner: "^src/platform/schedules/cron\\.ts$",
  "@nats-io/transport-node": "^src/platform/relay/nats\\.ts$",
  "@nats-io/jetstream": "^src/platform/relay/nats\\.ts$",
  "@node-rs/argon2": "^src/platform/identity/passwords\\.ts$",
  "@simplewebauthn/server": "^src/platform/factors/webauthn\\.ts$",
  "@zxcvbn-ts/language-common": "^src/platform/identity/common-passwords\\.ts$",
  cookie: "^src/core/http/cookies\\.ts$",
  jose: "^src/platform/(?:sessions/access-tokens|federation/(?:foreign-tokens|oauth-providers)|google_play/[a-z-]+|app_store/api|licensing/signing[a-z-]*)\\.ts$",
  "openid-client": "^src/platform/federation/oauth-providers\\.ts$",
  otpauth: "^src/platform/factors/totp\\.ts$",
  nodemailer: "^src/platform/messaging/smtp\\.ts$",
  "rate-limiter-flexible": "^src/core/rates\\.ts$",
  helmet: "^src/core/http/security-headers\\.ts$",
  "prom-client": "^src/core/metrics\\.ts$",
  pino: "^src/core/logger\\.ts$",
};
/** What the house is built of: used everywhere, or behind the walls of HTTP and SQL. */
const materials = [
  "typebox",
  "yaml",
  "ajv",
  "ajv-formats",
  "fastify",
  "@fastify/[^/]+",
  "@scalar/[^/]+",
  "kysely",
  "pg",
];

/** Rooms without I/O, clock and randomness. A new one is named here, and then held to it. */
const pureRoom = anyOf(["[a-z-]*rules", "errors", "normalise", "explain", "[a-z-]*mapping"]);
/** Rooms that are shapes: what goes over the wire, and what another module has to bring. */
const shapeRoom = anyOf(["schema", "[a-z]+-port"]);

/** Shapes that the capabilities of a product have in common. */
const productShapes = "^src/products/[^/]+/schema\\.ts$";

const publisher = "^src/products/revfirst/publisher(?:/|\\.ts$)";
const agents = "^src/products/revfirst/agents/";
/** The modules of the stores that sell: one that goes is nobody's loss but its own. */
const storeModules = "^src/platform/(?:stripe|app_store|google_play|revenuecat)/";
const billing = "^src/(?:platform|products/[^/]+)/billing(?:/|\\.ts$)";

/** Tests may import anything. */
const forbid = (name, comment, from, to) => ({
  name,
  severity: "error",
  comment,
  from: { ...from, pathNot: [test, ...[from.pathNot ?? []].flat()] },
  to,
});

const modules = [
  ...Object.entries(platform).map(([module, doors]) =>
    forbid(
      `module-${module}`,
      `${module} may open ${doors.join(", ") || "no door"} (modules.cjs); it knows others by their index.ts alone, and nothing above it`,
      { path: `^src/platform/${module}/` },
      { path: "^src/", pathNot: [`^src/platform/${module}/`, "^src/core/", ...doors.map(door)] },
    ),
  ),
  forbid(
    "on-the-map",
    "modules.cjs does not name this module, so it has no doors; name it there first",
    { path: [`^src/platform/(?!${anyOf(Object.keys(platform))}/)`, `^src/products/(?!${anyOf(products)}/)`] },
    {},
  ),
  forbid(
    "core-knows-no-module",
    "everything stands on core, so core knows nothing of what stands on it",
    { path: "^src/core/" },
    { path: "^src/", pathNot: "^src/core/" },
  ),
  forbid(
    "product-through-its-face",
    "a product knows its own rooms and src/product.ts, as a stranger's product does: no other product, no module, not core",
    { path: "^src/products/([^/]+)/" },
    { path: "^src/", pathNot: ["^src/products/$1/", "^src/product\\.ts$"] },
  ),
  forbid(
    "product-brings-no-library",
    "a product has the house's materials from src/product.ts; a vendor of its own needs a home in the table of vendors",
    { path: "^src/products/", pathNot: [databaseTypes, ...Object.values(vendors)] },
    { dependencyTypes: npm },
  ),
  forbid(
    "face-opens-product-doors",
    `products open ${productDoors.join(", ")}: they ask what is granted, and never see billing or identity`,
    { path: "^src/product\\.ts$" },
    { path: "^src/", pathNot: ["^src/core/", ...productDoors.map(door)] },
  ),
  forbid(
    "command-line-knows-app",
    "app.ts puts the modules together; the files around it start it, and know core and the product's face",
    { path: "^src/[^/]+\\.ts$", pathNot: [...appFiles, "^src/product\\.ts$"] },
    { path: "^src/platform/" },
  ),
  forbid(
    "app-alone-knows-all",
    "app.ts knows all modules, so no module knows app.ts, nor the command line that starts it",
    { path: "^src/(?:core|platform|products)/" },
    { path: ["^src/[^/]+\\.ts$", "^src/commands/"], pathNot: "^src/product\\.ts$" },
  ),
  forbid(
    "doors-not-windows",
    "who stands outside a module comes in through its index.ts; app.ts also mounts its routes.ts",
    { path: "^src/(?!platform/)" },
    { path: "^src/platform/", pathNot: ["^src/platform/[^/]+/index\\.ts$", routesFile] },
  ),
  forbid(
    "products-are-loaded",
    "the house's products are loaded as a stranger's are (src/product-loader.ts), so nobody knows one by name",
    { path: "^src/(?!products/)" },
    { path: "^src/products/" },
  ),
];

const http = [
  forbid(
    "http-in-routes-alone",
    "of a module, routes.ts alone knows HTTP: a use case is the same from a route, a job and a command",
    { path: "^src/", pathNot: knowsHttp },
    { path: ["^src/core/http/", httpPackages, httpOfNode] },
  ),
  forbid(
    "http-not-behind-services",
    "no other room of a module leads to HTTP, over any number of files",
    { path: "^src/platform/", pathNot: routesFile },
    { path: ["^src/core/http/", httpPackages], reachable: true },
  ),
  forbid(
    "routes-for-app-alone",
    "a module's routes are mounted by app.ts, a product's are handed over by its index.ts; whoever else imports them knows HTTP",
    { path: "^src/", pathNot: [...appFiles, "^src/products/[^/]+/index\\.ts$", routesFile] },
    { path: routesFile },
  ),
  forbid(
    "routes-call-services",
    "a route parses, calls the service and replies; past the service there is no transaction and no event",
    { path: routesFile },
    { path: storeFile },
  ),
];

const sql = [
  forbid(
    "sql-in-core-alone",
    "kysely and pg are core's; a store reaches its tables through core/tables",
    { path: "^src/", pathNot: ["^src/core/", "^src/product\\.ts$", databaseTypes] },
    { path: packages("kysely", "kysely-[^/]+", "pg", "pg-[^/]+") },
  ),
  forbid(
    "sql-types-on-the-face",
    "the product's face and generated table types name types of kysely, and nothing of it that runs",
    { path: ["^src/product\\.ts$", databaseTypes] },
    { path: packages("kysely", "pg"), dependencyTypesNot: ["type-only"] },
  ),
  forbid(
    "sql-in-stores-alone",
    "SQL is written in store.ts (or in …-store.ts), which names its tables; other rooms take types alone from core/tables (`import type`)",
    { path: "^src/", pathNot: ["^src/core/", "^src/product\\.ts$", storeFile] },
    { path: "^src/core/tables\\.ts$", dependencyTypesNot: ["type-only"] },
  ),
];

const rooms = [
  forbid(
    "rules-are-pure",
    "a decision is made of its arguments: no I/O, no clock, no randomness; it imports shapes, errors and other pure rooms",
    { path: `^(${folder})${pureRoom}\\.ts$` },
    {
      path: ".",
      pathNot: [
        `^$1(?:${shapeRoom}|port)\\.ts$`,
        productShapes,
        `^$1${pureRoom}\\.ts$`,
        "^src/core/(?:errors|schema|context|id)\\.ts$",
        "^src/platform/[^/]+/index\\.ts$",
        "^src/product\\.ts$",
        packages("typebox"),
        "^(?:node:)?url$",
      ],
    },
  ),
  forbid(
    "rules-open-no-door",
    "behind a door is I/O: a pure room takes types alone from another module's (`import type`)",
    { path: `${module_}${pureRoom}\\.ts$` },
    { path: "^src/platform/[^/]+/index\\.ts$", dependencyTypesNot: ["type-only"] },
  ),
  forbid(
    "rules-reach-no-store",
    "a decision is handed its rows; pure rooms and shapes import none that leads to a store either, so this holds over any path",
    { path: [`${module_}${pureRoom}\\.ts$`, `${module_}${shapeRoom}\\.ts$`] },
    { path: storeFile },
  ),
  forbid(
    "schemas-are-shapes",
    "a shape is made of TypeBox and other shapes; behaviour is in other rooms",
    { path: `^(${folder})${shapeRoom}\\.ts$` },
    {
      path: ".",
      pathNot: [
        packages("typebox"),
        `^$1${shapeRoom}\\.ts$`,
        productShapes,
        "^src/core/schema\\.ts$",
        "^src/platform/[^/]+/index\\.ts$",
        "^src/product\\.ts$",
      ],
    },
  ),
];

const vendorHomes = [
  ...Object.entries(vendors).map(([vendor, home]) =>
    forbid(
      `vendor-${vendor.replace("@", "").replace("/", "-")}`,
      `${vendor} lives in its adapter alone (${home.replaceAll(/[\\^$]/g, "")}), so that it is exchanged in one file`,
      { path: "^src/", pathNot: home },
      { path: packages(vendor) },
    ),
  ),
  forbid(
    "vendors-have-a-home",
    "the house is not built of this package, so it is a vendor's: give it a home in the table of vendors",
    { path: "^src/" },
    { dependencyTypes: npm, pathNot: packages(...materials, ...Object.keys(vendors)) },
  ),
];

const autonomy = [
  forbid(
    "agents-know-no-http",
    "an agent proposes and calls nobody: it has no client, no server and no route",
    { path: agents },
    { path: [httpPackages, httpOfNode, packages("undici"), "^src/core/http/", routesFile] },
  ),
  forbid(
    "agents-speak-to-nobody",
    "what an agent wrote is published by somebody's decision, never by the agent",
    { path: agents },
    { path: publisher, reachable: true },
  ),
  forbid(
    "publisher-knows-no-billing",
    "what is published depends on no money",
    { path: publisher },
    { path: billing, reachable: true },
  ),
  forbid(
    "stores-for-assembly-alone",
    "billing knows its stores by a port; app-stores.ts makes those that are configured, and commands play their part in development",
    { path: "^src/(?!platform/)", pathNot: ["^src/app-stores\\.ts$", "^src/commands/"] },
    { path: storeModules },
  ),
  forbid(
    "stores-know-no-store",
    "a store is exchanged for another without a third hearing of it, and no module of the platform hears of any",
    { path: `^src/platform/([^/]+)/` },
    { path: storeModules, pathNot: "^src/platform/$1/" },
  ),
  forbid(
    "products-ask-and-never-sell",
    "a product asks what is granted; where that was sold, for how much and under which licence it cannot see, over any number of files",
    { path: "^src/products/" },
    { path: [billing, "^src/platform/(?:plans|licensing)/", storeModules], reachable: true },
  ),
  forbid("billing-knows-no-agent", "no model has a say in money", { path: billing }, { path: agents, reachable: true }),
];

const ground = [
  forbid(
    "no-circles",
    "files that run in a circle are one file in pieces (types may point back)",
    { path: "^src/" },
    { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  ),
  forbid(
    "nothing-unresolved",
    "an import that leads nowhere is past every wall",
    { path: "^src/" },
    { couldNotResolve: true },
  ),
  forbid(
    "only-declared-packages",
    "what runs in production is a dependency in package.json, not a devDependency and not there by accident",
    { path: "^src/" },
    { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["npm"] },
  ),
  forbid(
    "no-tests-in-production",
    "tests know the house; the house does not know its tests",
    { path: "^src/" },
    { path: [test, "^(?:test|scripts|bench|examples|sdk)/"] },
  ),
];

module.exports = {
  forbidden: [...modules, ...http, ...sql, ...rooms, ...vendorHomes, ...autonomy, ...ground],
  options: {
    doNotFollow: { path: ["node_modules", "^(?:test|scripts|bench|examples|sdk)/"] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["plinth-source", "import", "node", "types", "default"],
      extensions: [".ts", ".js", ".cjs", ".mjs", ".json", ".d.ts"],
    },
  },
};
