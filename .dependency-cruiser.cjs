// The walls of the house, drawn from the map in modules.cjs. `scripts/walls.ts` reads them; test/architecture/walls.test.ts
// plants a violation of each. A door is a module's index.ts. Imports of types count as imports, unless a rule says otherwise.
const { platform, productDoors, products } = require("./modules.cjs");

const test = "\\.test\\.ts$";
const moduleRoot = "^src/(?:platform|products)/[^/]+/";
const routesFile = `${moduleRoot}routes\\.ts$`;
const storeFile = `${moduleRoot}store\\.ts$`;
const databaseTypes = "^src/products/[^/]+/database\\.types\\.ts$";

const anyOf = (names) => `(?:${names.join("|")})`;
const door = (module) => `^src/platform/${module}/index\\.ts$`;
/** An npm package, resolved or not. The names may hold regular expressions. */
const packages = (...names) => `(?:^|/node_modules/|^node_modules/)${anyOf(names)}(?:/|$)`;
const npm = ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-bundled", "npm-no-pkg", "npm-unknown"];

const http = packages("fastify", "fastify-plugin", "@fastify/[^/]+", "@scalar/[^/]+");
const httpOfNode = "^(?:node:)?(?:http|https|http2)$";
const knowsHttp = ["^src/core/http/", "^src/app\\.ts$", "^src/product\\.ts$", routesFile];

/** A vendor's package, and its only home. */
const vendors = {
  stripe: "^src/platform/billing/stripe[^/]*\\.ts$",
  undici: "^src/platform/ai/openai\\.ts$",
  ioredis: "^src/core/redis\\.ts$",
  "@node-rs/argon2": "^src/platform/identity/passwords\\.ts$",
  jose: "^src/platform/identity/tokens\\.ts$",
  nodemailer: "^src/platform/messaging/smtp\\.ts$",
  "rate-limiter-flexible": "^src/core/http/rate-limit\\.ts$",
  "prom-client": "^src/core/metrics\\.ts$",
  pino: "^src/core/logger\\.ts$",
};
/** What the house is made of, instead of a vendor that could be exchanged: everywhere, or behind the walls of HTTP and SQL. */
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
const pureRooms = anyOf(["rules", "[a-z-]+-rules", "errors", "normalise"]);
const pureGround = ["^src/core/(?:errors|schema|context)\\.ts$", "^src/product\\.ts$", "^(?:node:)?url$"];

const modules = [
  ...Object.entries(platform).map(([module, doors]) => ({
    name: `doors-of-${module}`,
    comment: `${module} may open ${doors.join(", ") || "no door"}, as modules.cjs says: another module is known by its index.ts, and whatever is above is not known at all`,
    from: { path: `^src/platform/${module}/` },
    to: { path: "^src/", pathNot: [`^src/platform/${module}/`, "^src/core/", ...doors.map(door)] },
  })),
  {
    name: "module-on-the-map",
    comment: "a module that modules.cjs does not name has no doors; name it there first",
    from: { path: `^src/platform/(?!${anyOf(Object.keys(platform))}/)` },
    to: {},
  },
  {
    name: "product-on-the-map",
    comment: "a product that modules.cjs does not name is not one of ours; name it there first",
    from: { path: `^src/products/(?!${anyOf(products)}/)` },
    to: {},
  },
  {
    name: "rooms-beside-the-door",
    comment:
      "a room takes what it needs from its neighbour; through its own door it would know the whole module, routes included",
    from: { path: "^(src/(?:platform|products)/[^/]+/)", pathNot: `${moduleRoot}index\\.ts$` },
    to: { path: "^$1index\\.ts$" },
  },
  {
    name: "core-stands-alone",
    comment: "core is what everything else stands on, so it knows nothing else",
    from: { path: "^src/core/" },
    to: { path: "^src/", pathNot: "^src/core/" },
  },
  {
    name: "product-opens-its-face",
    comment:
      "a product imports its own rooms and src/product.ts, as a stranger's product does: never another product, a module or core",
    from: { path: "^src/products/([^/]+)/" },
    to: { path: "^src/", pathNot: ["^src/products/$1/", "^src/product\\.ts$"] },
  },
  {
    name: "product-brings-no-package",
    comment:
      "what a product needs of the materials it has from src/product.ts; a vendor of its own gets a home in the table of vendors",
    from: { path: "^src/products/", pathNot: [databaseTypes, ...Object.values(vendors)] },
    to: { dependencyTypes: npm },
  },
  {
    name: "face-opens-product-doors",
    comment: `products may open ${productDoors.join(", ")}: they ask what is granted and never see billing or identity`,
    from: { path: "^src/product\\.ts$" },
    to: { path: "^src/", pathNot: ["^src/core/", ...productDoors.map(door)] },
  },
  {
    name: "only-app-knows-modules",
    comment:
      "app.ts alone puts the modules together; the files around it start it and know core and the product's face",
    from: { path: "^src/[^/]+\\.ts$", pathNot: "^src/(?:app|product)\\.ts$" },
    to: { path: "^src/platform/" },
  },
  {
    name: "doors-only-from-above",
    comment: "app.ts and the commands open doors too, and do not climb in past them",
    from: { path: ["^src/app\\.ts$", "^src/commands/"] },
    to: { path: "^src/platform/", pathNot: "^src/platform/[^/]+/index\\.ts$" },
  },
  {
    name: "products-are-loaded",
    comment:
      "the house's products are found and loaded as a stranger's are (src/product-loader.ts), so none is known by name",
    from: { path: "^src/", pathNot: "^src/products/" },
    to: { path: "^src/products/" },
  },
  {
    name: "commands-are-the-edge",
    comment: "nothing imports a command but the command line",
    from: { path: "^src/", pathNot: ["^src/main\\.ts$", "^src/commands/"] },
    to: { path: "^src/commands/" },
  },
];

const transport = [
  {
    name: "http-packages-in-transport",
    comment:
      "the server's packages are known in core/http, app.ts and routes alone, so the rest can be called without a request",
    from: { path: "^src/", pathNot: knowsHttp },
    to: { path: [http, httpOfNode] },
  },
  {
    name: "http-in-routes-only",
    comment: "of a module, routes.ts alone knows HTTP: a use case is the same from a route, a job and a command",
    from: { path: "^src/", pathNot: knowsHttp },
    to: { path: "^src/core/http/" },
  },
  {
    // With `http-in-routes-only` and `rooms-beside-the-door` this makes the wall transitive: no room but the door leads to a
    // route. A rule of reachability alone would also count the path through another module's door, which is open to all.
    name: "routes-behind-the-door",
    comment:
      "routes.ts is imported by its module's door alone; another room that imports it would know HTTP through it",
    from: { path: "^src/", pathNot: [`${moduleRoot}index\\.ts$`, routesFile] },
    to: { path: routesFile },
  },
  {
    name: "http-out-of-reach",
    comment: "decisions and SQL lead to no HTTP, over no path whatever",
    from: { path: `${moduleRoot}(?:${pureRooms}|store)\\.ts$`, pathNot: "^src/products/" },
    to: { path: ["^src/core/http/", http], reachable: true },
  },
];

const sql = [
  {
    name: "sql-packages-in-core",
    comment: "kysely and pg are core's; a store reaches its own tables through core/tables",
    from: { path: "^src/", pathNot: ["^src/core/", "^src/product\\.ts$", databaseTypes] },
    to: { path: packages("kysely", "kysely-[^/]+", "pg", "pg-[^/]+") },
  },
  {
    name: "sql-types-on-the-face",
    comment: "the product's face and generated table types name types of kysely and nothing that runs",
    from: { path: ["^src/product\\.ts$", databaseTypes] },
    to: { path: packages("kysely", "pg"), dependencyTypesNot: ["type-only"] },
  },
  {
    name: "sql-in-stores",
    comment:
      "SQL is written in store.ts, which names its tables; other rooms may take types of core/tables (`import type`)",
    from: { path: "^src/", pathNot: ["^src/core/", "^src/product\\.ts$", storeFile] },
    to: { path: "^src/core/tables\\.ts$", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "store-is-private",
    comment: "a module's tables are its own: its store is imported by its own rooms alone",
    from: { path: "^(src/(?:platform|products)/[^/]+/|src/)" },
    to: { path: storeFile, pathNot: "^$1(?!platform/|products/)" },
  },
  {
    name: "routes-call-services",
    comment:
      "a route parses, calls the service and replies; past the service there are no entitlements, events or transactions",
    from: { path: routesFile },
    to: { path: storeFile },
  },
];

const rooms = [
  {
    name: "rules-are-pure",
    comment:
      "a decision is made of its arguments: no I/O, no clock, no randomness; so it imports shapes, errors and other pure rooms",
    from: { path: `^(src/(?:platform|products)/[^/]+/)${pureRooms}\\.ts$` },
    to: { path: ".", pathNot: [`^$1(?:schema|${pureRooms})\\.ts$`, ...pureGround] },
  },
  {
    name: "schema-is-shapes",
    comment: "a shape is made of TypeBox and other shapes; behaviour is in other rooms",
    from: { path: `^(src/(?:platform|products)/[^/]+/)(?:[a-z-]+-)?schema\\.ts$` },
    to: {
      path: ".",
      pathNot: [
        "^$1(?:[a-z-]+-)?schema\\.ts$",
        packages("typebox"),
        "^src/core/schema\\.ts$",
        "^src/platform/[^/]+/index\\.ts$",
        "^src/product\\.ts$",
      ],
    },
  },
];

const vendorHomes = [
  ...Object.entries(vendors).map(([vendor, home]) => ({
    name: `vendor-${vendor}`,
    comment: `${vendor} lives in its adapter alone (${home.replaceAll(/[\\^$]/g, "")}), so that it can be exchanged in one file`,
    from: { path: "^src/", pathNot: home },
    to: { path: packages(vendor) },
  })),
  {
    name: "packages-have-a-home",
    comment: "a package that the house is not made of is a vendor's: give it a home in the table of vendors",
    from: { path: "^src/" },
    to: { dependencyTypes: npm, pathNot: packages(...materials, ...Object.keys(vendors)) },
  },
];

const publisher = "^src/products/revfirst/publisher(?:/|\\.ts$)";
const agents = "^src/products/revfirst/agents/";
const autonomy = [
  {
    name: "agents-know-no-http",
    comment: "an agent proposes and calls nobody: it has no client, no server and no route",
    from: { path: agents },
    to: { path: [http, httpOfNode, packages("undici"), "^src/core/http/", routesFile] },
  },
  {
    name: "agents-reach-no-publisher",
    comment: "what an agent wrote is published by somebody's decision, not by the agent",
    from: { path: agents },
    to: { path: publisher, reachable: true },
  },
  {
    name: "publisher-reaches-no-billing",
    comment: "what is published depends on no money",
    from: { path: publisher },
    to: { path: "^src/(?:platform|products/[^/]+)/billing(?:/|\\.ts$)", reachable: true },
  },
  {
    name: "billing-reaches-no-agent",
    comment: "no model has a say in money",
    from: { path: "^src/(?:platform|products/[^/]+)/billing(?:/|\\.ts$)" },
    to: { path: agents, reachable: true },
  },
];

const ground = [
  {
    name: "no-cycles",
    comment: "files that run in a circle are one file in pieces (types may point back)",
    from: { path: "^src/" },
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  {
    name: "no-unresolvable",
    comment: "an import that leads nowhere would be past every wall",
    from: { path: "^src/" },
    to: { couldNotResolve: true },
  },
  {
    name: "no-undeclared",
    comment: "a package that package.json does not declare is there by accident",
    from: { path: "^src/" },
    to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
  },
  {
    name: "no-dev-dependencies",
    comment: "what runs in production is a dependency, not a devDependency",
    from: { path: "^src/" },
    to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm"] },
  },
  {
    name: "no-tests-in-production",
    comment: "tests know the house; the house does not know its tests",
    from: { path: "^src/" },
    to: { path: [test, "^(?:test|scripts|bench|examples|sdk)/"] },
  },
];

/** Tests may import anything. */
const exceptTests = (rule) => ({
  severity: "error",
  ...rule,
  from: { ...rule.from, pathNot: [test, ...[rule.from.pathNot ?? []].flat()] },
});

module.exports = {
  forbidden: [...modules, ...transport, ...sql, ...rooms, ...vendorHomes, ...autonomy, ...ground].map(exceptTests),
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
