import { parseArgs } from "node:util";
import type { Command } from "./commands/command.ts";
import { ConfigError } from "./core/config.ts";

const help = `plinth <command> [options]

  serve      Start the API and the worker
               --role api|worker|all   What this process does (default: all)
               --product <file>        A product of your own; may be given again
  migrate    Move the database along its history
               up                      Apply what is pending
               down                    Take back the migration applied last
               to <number>             Go to a migration of the platform; 0 empties the database
               status                  Show what is applied
               --product <file>
  doctor     Check everything that the configuration names, and say what to do
  simulate   Sign real-looking notifications and send them to a running Plinth
               <store>                 List the store's events
               <store> <event> --workspace <id> --plan <plan_id> [--url <api>] [--customer <id>] [--subscription <id>]
                 [--status <status>] [--attempt <n>] [--quantity <n>] [--transaction <id>]
  replay     Apply notifications of stores again
               <id>                    One of GET /v1/admin/webhook-events
               open                    All that wait or failed, the oldest first
  reconcile  Compare what is known with what a store says now, and put right what differs
               stripe|app-store|google-play|revenuecat
  telegram   Have Telegram send the bot's updates to PUBLIC_URL
  events     What could not be delivered, and subscribers that are paused; plinth events --help
               dead list|show|replay|discard
               pause|resume|paused
               --product <file>
  schedules  What runs at its times
               list                    With the next and the last time
               pause|resume|run <name>
               --product <file>
  relay      replay --from <time> --to <time> [--type <event>]
                                     Publish events of the past to NATS again
  admin      promote <email>         Make a person an administrator of the platform
  safety     Ask the safety rules
               check <text>            What is found in a text, by which rules, and what excused it
                 [--direction input|output]
               test                    Run the labelled sentences: precision and recall by language and category
                 [--file <sentences.yaml>]
  openapi    Print the OpenAPI document
  help       This text

Variables are read from the environment; docs/configuration.md names them all.
`;

/** Each loads what it needs when it is asked for, so that a small command starts fast. */
const commands: Record<string, () => Promise<Command>> = {
  serve: async () => (await import("./commands/serve.ts")).serve,
  migrate: async () => (await import("./commands/migrate.ts")).migrate,
  doctor: async () => (await import("./commands/doctor.ts")).doctor,
  simulate: async () => (await import("./commands/simulate.ts")).simulate,
  replay: async () => (await import("./commands/billing.ts")).replay,
  reconcile: async () => (await import("./commands/billing.ts")).reconcile,
  schedules: async () => (await import("./commands/schedules.ts")).schedules,
  relay: async () => (await import("./commands/relay.ts")).relay,
  admin: async () => (await import("./commands/admin.ts")).admin,
  telegram: async () => (await import("./commands/telegram.ts")).telegram,
  safety: async () => (await import("./commands/safety.ts")).safety,
  openapi: async () => (await import("./commands/openapi.ts")).openapi,
};

/** Those that have many words of their own read them themselves. */
const groups: Record<string, () => Promise<(words: string[]) => Promise<void>>> = {
  events: async () => (await import("./commands/events.ts")).events,
};

async function main(): Promise<void> {
  const [group = "", ...words] = process.argv.slice(2);
  const loadGroup = groups[group];
  if (loadGroup !== undefined) return (await loadGroup())(words);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      role: { type: "string" },
      product: { type: "string", multiple: true },
      workspace: { type: "string" },
      plan: { type: "string" },
      url: { type: "string" },
      customer: { type: "string" },
      subscription: { type: "string" },
      status: { type: "string" },
      attempt: { type: "string" },
      direction: { type: "string" },
      file: { type: "string" },
      quantity: { type: "string" },
      transaction: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      type: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [name = "help", ...rest] = positionals;
  const load = commands[name];
  if (values.help === true || name === "help") return void process.stdout.write(help);
  if (load === undefined) throw new Error(`There is no command ${name}. plinth help lists them.`);
  const { product = [], help: _, ...flags } = values;
  await (await load())({ arguments: rest, flags, products: product });
}

main().catch((error: unknown) => {
  const isExpected = error instanceof ConfigError || (error instanceof Error && error.cause === undefined);
  process.stderr.write(`\n${isExpected && error instanceof Error ? error.message : format(error)}\n`);
  process.exitCode = 1;
});

function format(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
}
