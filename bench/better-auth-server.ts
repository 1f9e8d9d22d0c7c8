// better-auth over node:http, as its documentation serves it, on the database of DATABASE_URL; SESSION_OPTIONS are its session options as JSON.
import { createServer } from "node:http";
import { hash, verify } from "@node-rs/argon2";
import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { bearer } from "better-auth/plugins";
import { Pool } from "pg";

// Argon2id with the same work as Plinth's; without this it would be scrypt (N = 16384, r = 16).
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const options: BetterAuthOptions = {
  baseURL: "http://127.0.0.1",
  secret: "the secret of the benchmarks, which is none",
  database: new Pool({ connectionString: process.env.DATABASE_URL, max: 20 }),
  emailAndPassword: {
    enabled: true,
    requireEmailVerification: false,
    // Plinth's sign-up begins no session either.
    autoSignIn: false,
    password: {
      hash: (password) => hash(password, cost),
      verify: (stored) => verify(stored.hash, stored.password),
    },
  },
  session: JSON.parse(process.env.SESSION_OPTIONS ?? "{}"),
  rateLimit: { enabled: false },
  logger: { level: "error" },
  plugins: [bearer(), ...(await apiKeys())],
};

const { runMigrations } = await getMigrations(options);
await runMigrations();
const server = createServer(toNodeHandler(betterAuth(options)));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") console.log(`http://127.0.0.1:${address?.port}`);
});

/** Its API keys are a package of their own, with versions of its own; without it they are not served. */
async function apiKeys(): Promise<BetterAuthPlugin[]> {
  const name: string = "@better-auth/api-key";
  try {
    const { apiKey } = await import(name);
    return [apiKey({ enableSessionForAPIKeys: true, rateLimit: { enabled: false } })];
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return [];
    throw error;
  }
}
