import type { Ctx } from "../../src/core/context.ts";
import { newId } from "../../src/core/id.ts";
import type { TestDatabase } from "./database.ts";

/** A person with a personal workspace, straight in the tables; returns the person's context in it. */
export async function makeMember(
  { sql }: Pick<TestDatabase, "sql">,
  options: { time_zone?: string } = {},
): Promise<Ctx & { user_id: string }> {
  const user_id = newId();
  const workspace_id = newId();
  const email = `${user_id}@example.com`;
  await sql(
    "insert into identity.users (id, email, email_normalized, full_name, email_verified_at) values ($1, $2, $2, 'Ada Test', now())",
    [user_id, email],
  );
  await sql(
    "insert into workspaces.workspaces (id, name, slug, personal_of, time_zone) values ($1, 'Ada', $2, $3, $4)",
    [workspace_id, workspace_id, user_id, options.time_zone ?? "UTC"],
  );
  await sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'owner')", [
    workspace_id,
    user_id,
  ]);
  return {
    workspace_id,
    user_id,
    actor: { kind: "user", user_id, session_id: newId() },
    request_id: "test",
    role: "owner",
  };
}
