import { parseArgs } from "node:util";
import type { App } from "../app.ts";
import { isId } from "../core/id.ts";

type DeadLetters = App["events"]["deadLetters"];
type Filter = Parameters<DeadLetters["preview"]>[1];
type Action = "replay" | "discard";

const filters = `
  which ones:
    --subscriber <name>        Whom they could not be delivered to
    --event-type <type>        Their kind, for example billing.payment_failed
    --workspace <id>           Whose they are
    --failed-from <time>       Failed then or later, for example 2026-11-21T10:00Z
    --failed-to <time>         Failed before
    --error <text>             What the error says somewhere, in any case`;

/** The help of each subcommand, by its words. */
const helps: Record<string, string> = {
  "": `plinth events <command>

  dead list            Events that could not be delivered
  dead show <id>       One of them: payload, error, what happened before
  dead replay          Deliver one, or all that fit, again
  dead discard         Give one up, or all that fit
  pause <subscriber>   Hand a subscriber nothing until it is resumed
  resume <subscriber>  Let it go on
  paused               Subscribers that are paused

  --json               Answer in JSON
  --product <file>     A product of your own, as it is served with; may be given again
  --help               Behind a command: what it takes
`,
  "dead list": `plinth events dead list

Lists dead letters, the last failure first.
${filters}
    --state <state>            dead (default), replayed, discarded, any
    --limit <n>                So many at most (default 20, 100 at most)
    --json
`,
  "dead show": `plinth events dead show <id> [--json]

Shows a dead letter with its payload, its error, and the failures before that were replayed.
`,
  "dead replay": `plinth events dead replay <id> | [filter]

Puts dead letters back into the outbox: the same event id, a new budget of tries. What fails again is dead again.
With a filter it tells what it would take; with --yes it does it, in batches, and tells how far it is.
${filters}
    --all                      Without a filter: every dead letter
    --reason <text>            Kept with each
    --yes                      Do it
    --json
`,
  "dead discard": `plinth events dead discard <id> --reason <text> | [filter] --reason <text>

Gives dead letters up. They stay as history for EVENTS_DEAD_LETTER_DAYS.
With a filter it tells what it would take; with --yes it does it.
${filters}
    --all                      Without a filter: every dead letter
    --reason <text>            Kept with each; needed
    --yes                      Do it
    --json
`,
  pause: `plinth events pause <subscriber> --reason <text>

Hands the subscriber nothing until it is resumed. Its events wait and use no try up; what is being handled is finished.
`,
  resume: `plinth events resume <subscriber>

Lets a paused subscriber go on.
`,
  paused: `plinth events paused [--json]

Lists the subscribers that are paused, since when, and why.
`,
};

const text = { type: "string" } as const;
const on = { type: "boolean" } as const;
const flags = {
  ...{ subscriber: text, "event-type": text, workspace: text, "failed-from": text, "failed-to": text, error: text },
  ...{ state: text, limit: text, reason: text, all: on, yes: on, json: on },
  product: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const sayJson = (value: unknown) => say(JSON.stringify(value, null, 2));
const who = "plinth events";

/** The application is loaded when a command wants it: a help text comes at once. */
async function withApp({ product }: Values, work: (app: App) => Promise<void>): Promise<void> {
  await (await import("./with-app.ts")).withApp(work, product);
}

/** `plinth events …`: dead letters and paused subscribers, as administrators have them by the API. */
export async function events(words: string[]): Promise<void> {
  const { values, positionals } = readWords(words);
  const [first = "", second = ""] = positionals;
  const name = first === "dead" ? `dead ${second}`.trim() : first;
  const help = helps[name] ?? helps[""] ?? "";
  if (values.help === true || name === "" || name === "dead") return void process.stdout.write(help);
  const run = commands[name];
  if (run === undefined) throw new Error(`There is no command events ${name}. plinth events --help lists them.`);
  const [argument] = positionals.slice(first === "dead" ? 2 : 1);
  await run({ argument, values });
}

function readWords(args: string[]) {
  return parseArgs({ args, allowPositionals: true, options: flags });
}

type Values = ReturnType<typeof readWords>["values"];
interface Words {
  argument: string | undefined;
  values: Values;
}

const commands: Record<string, (words: Words) => Promise<void>> = {
  "dead list": list,
  "dead show": show,
  "dead replay": (words) => resolve("replay", words),
  "dead discard": (words) => resolve("discard", words),
  pause,
  resume,
  paused,
};

async function list({ values }: Words): Promise<void> {
  const { state = "dead", limit = "20" } = values;
  if (!isState(state)) throw new Error("--state is dead, replayed, discarded or any");
  if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > 100) throw new Error("--limit is 1 to 100");
  await withApp(values, async ({ events: { deadLetters } }) => {
    const wanted = state === "any" ? {} : { state };
    const page = await deadLetters.list({ ...filterOf(values), ...wanted, limit: Number(limit) });
    if (values.json === true) {
      sayJson(page);
      return;
    }
    for (const { id, failed_at, subscriber, event_type, state: is, error_message } of page.data) {
      say(`${id}  ${failed_at.toISOString()}  ${is}  ${subscriber}  ${event_type}  ${firstLine(error_message)}`);
    }
    if (page.data.length === 0) say("None");
    if (page.next_cursor !== null) say("… and more: narrow the filter, or raise --limit");
  });
}

async function show({ argument, values }: Words): Promise<void> {
  const id = idOf(argument);
  await withApp(values, async ({ events: { deadLetters } }) => {
    const letter = await deadLetters.get(id);
    if (values.json === true) {
      sayJson(letter);
      return;
    }
    const { payload, history, ...facts } = letter;
    for (const [name, value] of Object.entries(facts)) if (value !== null) say(`${name}: ${shown(value)}`);
    say(`payload: ${JSON.stringify(payload, null, 2)}`);
    for (const { failed_at, error_message, replayed_at, replayed_by, reason } of history) {
      const why = reason === null ? "" : ` (${reason})`;
      say(`before: failed ${failed_at}: ${firstLine(error_message)}; replayed ${replayed_at} by ${replayed_by}${why}`);
    }
  });
}

async function resolve(action: Action, { argument, values }: Words): Promise<void> {
  const { reason } = values;
  if (action === "discard" && reason === undefined) throw new Error("A discard needs --reason <text>");
  if (argument !== undefined) return resolveOne(action, idOf(argument), values);
  const filter = filterOf(values);
  if (Object.keys(filter).length === 0 && values.all !== true) {
    throw new Error("Say which: an id, a filter, or --all. --help tells the filters");
  }
  await withApp(values, async ({ events: { deadLetters } }) => {
    const preview = await deadLetters.preview(action, filter);
    if (values.yes !== true || preview.count === 0) {
      tellPreview(action, preview, values);
      return;
    }
    const input = { filter, until: preview.until.toISOString(), count: preview.count };
    const told = values.json === true ? () => {} : tellProgress;
    const job = await deadLetters.run(who, action, { ...input, ...(reason === undefined ? {} : { reason }) }, told);
    if (values.json === true) {
      sayJson(job);
      return;
    }
    say(`${past[action]}: ${job.done} of ${job.matching}`);
  });
}

async function resolveOne(action: Action, id: number, values: Values): Promise<void> {
  const { reason, json } = values;
  await withApp(values, async ({ events: { deadLetters } }) => {
    const letter =
      action === "replay"
        ? await deadLetters.replay(id, who, reason)
        : await deadLetters.discard(id, who, reason ?? "");
    if (json === true) {
      sayJson(letter);
      return;
    }
    say(`${past[action]}: ${id} (${letter.subscriber}, ${letter.event_type})`);
  });
}

async function pause({ argument, values }: Words): Promise<void> {
  const { reason } = values;
  const subscriber = subscriberOf(argument);
  if (reason === undefined) throw new Error("A pause needs --reason <text>");
  await withApp(values, async ({ events: { pauses } }) => {
    await pauses.pause(subscriber, { reason, paused_by: who });
    say(`${subscriber} is paused; plinth events resume ${subscriber} lets it go on`);
  });
}

async function resume({ argument, values }: Words): Promise<void> {
  const subscriber = subscriberOf(argument);
  await withApp(values, async ({ events: { pauses } }) => {
    say((await pauses.resume(subscriber)) ? `${subscriber} goes on` : `${subscriber} was not paused`);
  });
}

async function paused({ values }: Words): Promise<void> {
  await withApp(values, async ({ events: { pauses } }) => {
    const list = await pauses.list();
    if (values.json === true) {
      sayJson(list);
      return;
    }
    for (const { subscriber, reason, paused_by, paused_at, resume_at } of list) {
      const until = resume_at === null ? "until it is resumed" : `tries again at ${resume_at.toISOString()}`;
      say(
        `${subscriber}  since ${paused_at.toISOString()} by ${paused_by ?? "an outage"}, ${until}: ${firstLine(reason)}`,
      );
    }
    if (list.length === 0) say("None");
  });
}

function subscriberOf(text: string | undefined): string {
  if (text === undefined) throw new Error("Name the subscriber, for example webhooks.deliver");
  return text;
}

const past = { replay: "replayed", discard: "discarded" };

function tellPreview(
  action: Action,
  preview: Awaited<ReturnType<DeadLetters["preview"]>>,
  { json, yes }: Values,
): void {
  if (json === true) {
    sayJson(preview);
    return;
  }
  const { count, by_subscriber, without_subscriber, oldest_failed_at, newest_failed_at } = preview;
  say(`${count} dead letters fit`);
  for (const { subscriber, count } of by_subscriber) say(`  ${subscriber}: ${count}`);
  if (oldest_failed_at !== null && newest_failed_at !== null) {
    say(`failed between ${oldest_failed_at.toISOString()} and ${newest_failed_at.toISOString()}`);
  }
  if (without_subscriber > 0) {
    say(
      `${without_subscriber} more have no subscriber here: name their products with --product as serve does, or discard what nobody handles any more`,
    );
  }
  if (count > 0 && yes !== true) say(`Nothing was changed. To ${action} them, say it again with --yes`);
}

function tellProgress({ done, matching }: { done: number; matching: number }): void {
  process.stderr.write(`  … ${done} of ${matching}\n`);
}

function filterOf(values: Values): Filter {
  const { subscriber, workspace, error } = values;
  if (workspace !== undefined && !isId(workspace)) throw new Error("--workspace is a workspace's id");
  const wanted = {
    ...{ subscriber, event_type: values["event-type"], workspace_id: workspace, error_contains: error },
    ...{ failed_from: timeOf(values, "failed-from"), failed_to: timeOf(values, "failed-to") },
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}

function timeOf(values: Values, name: "failed-from" | "failed-to"): string | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new Error(`--${name} is a time, for example 2026-11-21T10:00Z`);
  return time.toISOString();
}

function idOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw new Error("Name the dead letter by its id, a number");
  return Number(text);
}

function isState(text: string): text is "dead" | "replayed" | "discarded" | "any" {
  return ["dead", "replayed", "discarded", "any"].includes(text);
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 200);
}

function shown(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
