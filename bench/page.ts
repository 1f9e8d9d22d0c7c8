/** docs/benchmarks.md around a measured table. */
export function page(result: string): string {
  return `# Benchmarks

\`\`\`sh
npm run bench                      # all of it, about nine minutes
npm run bench -- consume outbox    # some of it
npm run bench -- --write           # and write this page
\`\`\`

Each row stands beside its peer or limit, measured in the same run on the same PostgreSQL with its durable settings (fsync on), in turn, round by round;
the median of the rounds. The machine is small, shared and noisy, so the ratio says more than the rate. A ratio over 1 means that Plinth
is faster.

${result}
## What the rows are

- **\`GET /v1/me\`**: a whole Plinth (token check, session, request id, headers, rate metrics, log) and a bare Fastify route with the same answer and a serializer, each in a
  process of its own; two rates, by address and by person, are counted for every request; 32 connections of autocannon, which shares the two cores with both.
- **sign-up, login, refresh, authenticated requests**: beside better-auth 1.7.7 in a process of its own on another database of the same PostgreSQL, hashing with the same Argon2id
  (its default is scrypt). Sign-up makes a person, a workspace, a membership, an audit entry and a mail here, a person there. The nearest that it has to a refresh is a session extended in its database with every
  request. The Argon2id ceiling is hashing alone, two at once, on cores that a login shares with its client and PostgreSQL. The API-key row is missing while \`@better-auth/api-key\` has no release for that version.
- **identity limits**: what the time of a failed login tells, serially; health under a flood of logins; a token's first and second check.
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
