import { once } from "node:events";
import { createServer as createProbe } from "node:net";
import { createApp } from "../app.ts";
import { prepareGround } from "../boot.ts";
import { createLogger, type Logger } from "../core/logger.ts";
import { createShutdown } from "../core/shutdown.ts";
import { createErrorReports, type ErrorReports } from "../platform/observability/index.ts";
import { loadProducts, readPlanDocuments } from "../product-loader.ts";
import { version } from "../version.ts";
import type { CommandOptions } from "./command.ts";

const roles = ["all", "api", "worker"] as const;
type ProcessRole = (typeof roles)[number];

/** `plinth serve`: everything in one process, until it is told to stop. */
export async function serve({ flags, products: files }: CommandOptions): Promise<void> {
  const began = performance.now();
  const role = processRole(flags.role);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const shutdown = createShutdown((step, error) =>
    say(`  ! ${step}: ${error instanceof Error ? error.message : String(error)}`),
  );
  stopOnSignal(shutdown.run, say);
  say(`\n  Plinth ${version}\n`);
  try {
    const ground = await prepareGround(process.env, (line) => say(`  … ${line}`));
    shutdown.add("database", ground.stop);
    const { config } = ground;
    say(`  ✓ ${ground.database}`);
    const products = await loadProducts(config.PLINTH_PRODUCTS, files);
    const applied = await ground.migrator(products).up();
    say(`  ✓ schema up to date${applied.length > 0 ? ` (${applied.length} migrations applied)` : ""}`);
    const port = config.NODE_ENV === "production" ? config.PORT : await freePort(config.HOST, config.PORT);
    const public_url =
      config.PUBLIC_URL ?? `http://${config.HOST.includes(":") ? `[${config.HOST}]` : config.HOST}:${port}`;
    const plans = await readPlanDocuments(products, config.PLINTH_CONFIG_DIR);
    const reports = await createErrorReports({ ...config, version }, (count) =>
      say(`  ! ${count} error report${count === 1 ? "" : "s"} could not be delivered to SENTRY_DSN`),
    );
    if (reports !== undefined) shutdown.add("error reports", () => reports.flush(2_000));
    const logger = createLogger(config, undefined, reports?.report);
    dieLoudly(logger, reports);
    const app = await createApp({ ...ground, config, public_url, products, plans, logger, role });
    shutdown.add("application", app.stop);
    await app.start();
    say(`  ✓ ${products.length} products: ${products.map(({ name }) => name).join(", ")}`);
    for (const warning of app.warnings) say(`  ! ${warning}`);
    if (role !== "worker") {
      await app.http.listen({ host: config.HOST, port });
      announce(public_url, app.hasMailbox, say);
      if (port !== config.PORT && config.PORT !== 0) say(`  ! port ${config.PORT} is busy, so this is ${port}\n`);
    }
    say(`  Ready in ${((performance.now() - began) / 1_000).toFixed(1)} s. Ctrl-C stops it.\n`);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

/** A defect that nobody caught ends the process, as Node wants it; but not before it was told. */
function dieLoudly(logger: Logger, reports: ErrorReports | undefined): void {
  process.once("uncaughtException", (error) => {
    logger.fatal({ err: error }, "an error that nobody caught ends the process");
    void Promise.resolve(reports?.flush(2_000)).finally(() => process.exit(1));
  });
}

function announce(url: string, hasMailbox: boolean, say: (line: string) => void): void {
  say(`\n  API        ${url}\n  Reference  ${url}/docs${hasMailbox ? `\n  Mailbox    ${url}/dev/mailbox` : ""}`);
  say(`\n  Try it:    curl -s '${url}/v1/plans?product=prism'\n`);
}

/** The first signal ends everything in order; a second one does not wait. */
function stopOnSignal(stop: () => Promise<void>, say: (line: string) => void): void {
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(130);
      isStopping = true;
      say("\n  Stopping …");
      void stop().then(() => {
        say("  Stopped.");
        process.exit(0);
      });
    });
  }
}

/** The port itself, or in development the next free one, so that a forgotten process blocks nobody. */
async function freePort(host: string, wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 20; port++) {
    const probe = createProbe();
    try {
      probe.listen(port, host);
      await once(probe, "listening");
      const address = probe.address();
      return typeof address === "object" && address !== null ? address.port : port;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    } finally {
      probe.close();
    }
  }
  throw new Error(`The ports ${wanted} to ${wanted + 19} are all busy; set PORT to a free one`);
}

function processRole(text: string | undefined): ProcessRole {
  const role = roles.find((known) => known === (text ?? "all"));
  if (role === undefined) throw new Error(`--role is ${roles.join(", ")}, not ${text}`);
  return role;
}
