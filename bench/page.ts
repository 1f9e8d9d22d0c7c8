import { type Row, table } from "./measure.ts";

/** What a benchmark's last run said. */
export interface Result {
  /** The day. */
  measured: string;
  machine: string;
  rows: Row[];
}

interface Section {
  title: string;
  /** What the rows are. */
  about: string;
}

/** The benchmarks in the order of the page. */
const sections: Record<string, Section> = {
  me: {
    title: "Authenticated request",
    about: `A whole Plinth (token check, session, request id, headers, rate metrics, log) and a bare Fastify route with the same answer and a serializer, each in
a process of its own; two rates, by address and by person, are counted for every request; 32 connections of autocannon, which shares the two cores
with both.`,
  },
  identity: {
    title: "Identity",
    about: `Beside better-auth 1.7.7 in a process of its own on another database of the same PostgreSQL, hashing with the same Argon2id (its default is scrypt).
Sign-up makes a person, a workspace, a membership, an audit entry and a mail here, a person there. The nearest that it has to a refresh is a session
extended in its database with every request. The Argon2id ceiling is hashing alone, two at once, on cores that a login shares with its client and
PostgreSQL. The API-key row is missing while \`@better-auth/api-key\` has no release for that version.`,
  },
  "identity-limits": {
    title: "Identity: limits",
    about: `What the time of a failed login tells, serially; health under a flood of logins; a token's first and second check.`,
  },
  "cold-start": {
    title: "Cold start",
    about: `From the command to ready on an empty folder: initdb, start, migrations, plans.`,
  },
  consume: {
    title: "Limits: consume",
    about: `\`usage.consumeNow\`, 16 at once in one process, beside \`pgbench -c 16 -j 2\` sending the same function in the same transaction in one message as the
same role: limit, counter, idempotency key, log and the day's sum, on the disk when it answers. Spread, each call is of the next of 10,000 workspaces
(of a random one, by pgbench). On one hot row every call waits for the one before to reach the disk.`,
  },
  "entitlement-reads": {
    title: "Entitlement reads",
    about: `\`entitlements.read\` from memory, while nobody says that something changed, and \`entitlements.get\` by \`db.statement\`, each of the next of 10,000
workspaces, beside pgbench selecting the same row in the same transaction.`,
  },
  webhooks: {
    title: "Stores' notifications",
    about: `Stripe's notifications, signed, over HTTP on 32 connections to a whole Plinth that also handles the events which follow (mails to owners, and so on).
New ones are each the beginning of another subscription: its row, grant, snapshot and events are committed when it is answered. Then one notification
10,000 times. Beside the least that anybody does: a bare Fastify route that checks the signature with Stripe's SDK and inserts the body unless it is
there. At the end every subscription has to be there once, or there is no figure.`,
  },
  seats: {
    title: "Seats",
    about: `A whole Plinth on PostgreSQL and a Redis of the benchmark's own; every machine calls from an address of its own, over 100 licences. At a steady rate
the time runs from when a call was due, not from when it was sent. An acquire that is granted is in PostgreSQL, on the disk, when it is answered, and
so is a heartbeat; a refusal is Redis' alone. Beside a textbook's script (one sorted set for each licence) on the same Redis, straight, over one
connection, with nothing on any disk and neither keys nor rates looked at: what one gives up for not losing a seat. Client, Plinth, PostgreSQL and
Redis share the two cores.`,
  },
  "usage-logs": {
    title: "Usage logs",
    about: `A limit check (\`usage.consumeNow\`) of workspaces with a year of use behind them, in monthly partitions, beside the same with a tenth of it in
another database of the same PostgreSQL; serially, call by call in turn, the median of all calls. With \`BENCH_LOGS=full\`, on the same machine under
other load: a limit check that refuses took 4.05 ms at 10,000,000 \`usage_logs\` beside 3.93 ms at 1,000,000 (1.03), one that counts 8.92 ms beside
7.79 ms (1.15) and in a second pass 2.48 ms beside 2.46 ms (1.01): within 1.2 ×.`,
  },
  "tenant-read": {
    title: "Tenant read",
    about: `One query by \`workspace_id\` behind row-level security, BEGIN, settings and COMMIT included, beside the same query over \`pg\` on a copy of the table
without row-level security; and a whole transaction beside one without settings whose statements are awaited one by one.`,
  },
  outbox: {
    title: "Outbox",
    about: `Publishing in a transaction that also inserts a row, 16 at once, beside the same statements by pgbench; draining a backlog of no-op events with one
worker (50 handlers at once), its start included; the time from a commit to the handler with nothing else to do. Beside graphile-worker with a local
queue of 500 and batched completions, and pg-boss with batches of 1,000, that takes a backlog by \`fetch\` and \`complete\` (its own loop polls twice
a second at best). Ours keeps what it delivered, in the day's partition; graphile-worker deletes it. graphile-worker is notified within the publishing
transaction, so its worker may be at work before the publisher hears of its commit; that costs the publishing what the first row shows.`,
  },
  "outbox-aging": {
    title: "Outbox under age",
    about: `What workspaces wait behind 10,000 events of another one (handlers of 20 ms in 50 slots), beside the same slots claiming in turn; claims of 100 rows
after a million events went through (\`BENCH_EVENTS\`; five million in the run below), and beside a foreign transaction of 30 s that keeps what died from being cleared away, with
and without the lower bound.`,
  },
  gateway: {
    title: "AI gateway",
    about: `A chat completion over HTTP with an API key through a whole Plinth (rates, safety, four budgets, usage event), beside \`@portkey-ai/gateway\` 1.15.2
as its package starts it (neither keys nor budgets nor a database) and a bare pass-through over \`undici.Pool\` that reads the usage; the provider on
loopback, each a process of its own, all on the two cores. Each call through Plinth is two round trips to PostgreSQL that are
on the disk before the answer goes out (room reserved, usage entered and settled), and about half a millisecond of processor here: these two bound it, not the passing on. An
open stream takes about 60 KiB; the rest of the memory is the process itself, as \`npm start\` runs it from its sources.`,
  },
  "ai-ledger": {
    title: "AI budgets",
    about: `\`reserve\` and \`record\` of one AI call, as the gateway does both around each: four budgets (of the feature, the workspace, both, and the person),
the usage event, the day's sums; on the disk when each is answered. Calls of one moment share a round trip.`,
  },
  providers: {
    title: "AI providers",
    about: `The CPU that a call to an AI provider costs the process that makes it, 32 at once, the server in a process of its own that answers at once. Plinth's
adapter makes the request, checks the answer's shape and reads the usage; of a stream it parses every piece. Beside \`undici.Pool\` and the global
\`fetch\`, which parse a completion as JSON and of a stream read nothing but bytes, and beside OpenAI's SDK.`,
  },
  safety: {
    title: "Safety",
    about: `Normalising a text and matching all rules of all languages, in this process, without the database; calls during which the system gave the processor to
another program are left out; a harmless text, and one in which every other sentence is a crisis, an idiom or a crisis in disguise. Beside one
case-insensitive \`RegExp\` of every phrase that the same rules are made of, over the raw text: it knows no gap, allowance or disguise.`,
  },
  prism: {
    title: "Prism",
    about: `A turn and a mirror message with its reply over HTTP, of 32 people at once, to a whole Plinth, with safety check, limit, storage, budgets, usage events and outbox; the
provider is a fake that answers after 20 ms. Beside the fake asked straight on as many connections:
nobody can be faster than that. Client, Plinth, fake and PostgreSQL share the two cores.`,
  },
};

/** docs/benchmarks.md of what was measured. */
export function page(results: Record<string, Result>): string {
  const measured = Object.entries(sections).flatMap(([name, section]) => {
    const result = results[name];
    return result === undefined ? [] : [sectionOf(name, section, result)];
  });
  return `# Benchmarks

\`\`\`sh
npm run bench                      # all of it, about forty minutes
npm run bench -- consume outbox    # some of it
npm run bench -- outbox --write    # and write its part of this page
BENCH_LOGS=full npm run bench -- usage-logs    # 1 M rows beside 10 M, and not a tenth of each
\`\`\`

Each row stands beside its peer or limit, measured in the same run on the same PostgreSQL with its durable settings (fsync on), in turn, round by round;
the median of the rounds. The machine is small, shared and noisy, so the ratio says more than the rate. A ratio over 1 means that Plinth
is faster.

${measured.join("\n")}`;
}

function sectionOf(name: string, { title, about }: Section, { measured, machine, rows }: Result): string {
  return `## ${title}

${about}

${table(rows)}

\`npm run bench -- ${name}\`, ${machine}, ${measured}
`;
}
