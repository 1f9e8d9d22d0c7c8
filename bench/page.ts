/** docs/benchmarks.md around a measured table. */
export function page(result: string): string {
  return `# Benchmarks

\`\`\`sh
npm run bench                      # all of it, about five minutes
npm run bench -- consume outbox    # some of it
npm run bench -- --write           # and write this page
\`\`\`

Each row stands beside its peer or limit, measured in the same run on the same PostgreSQL with its durable settings (fsync on), in turn, round by round;
the median of the rounds. The machine is small, shared and noisy, so the ratio says more than the rate. A ratio over 1 means that Plinth
is faster.

${result}
## What the rows are

- **\`GET /v1/me\`**: a whole Plinth (token check, session, request id, headers, rate metrics, log) and a bare Fastify route with the same answer and a serializer, each in a
  process of its own; 32 connections of autocannon, which shares the two cores with both.
- **consume**: \`usage.consume\` by \`db.statement\`, 16 at once in one process, beside \`pgbench -c 16 -j 2\` sending the same transaction in one message as the same
  role. On one hot row every call waits for the one before to reach the disk.
- **tenant read**: one query by \`workspace_id\` behind row-level security, BEGIN, settings and COMMIT included, beside the same query over \`pg\` on a copy of
  the table without row-level security; and a whole transaction beside one without settings whose statements are awaited one by one.
- **outbox**: publishing in a transaction that also inserts a row, 16 at once; draining a backlog of no-op events with one worker (50 handlers at once), its
  start included; the time from a commit to the handler with nothing else to do. Beside graphile-worker with a local queue of 500 and batched completions,
  and pg-boss with batches of 1,000 and its shortest polling.
- **cold start**: from the command to ready on an empty folder: initdb, start, migrations, plans.
`;
}
