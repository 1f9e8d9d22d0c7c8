import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type PrismApp, type PrismPerson, prismApp } from "../../../../test/support/prism.ts";

let plinth: PrismApp;
beforeAll(async () => {
  plinth = await prismApp();
});
afterAll(() => plinth.close());

const tables = ["turns", "mirror_sessions", "mirror_messages", "mirror_fragments", "lens_goals", "lens_actions"];
const day = 86_400_000;

/** Something of everything, in the workspace. */
async function fill(person: PrismPerson, headers: Record<string, string> = {}, mark = "mine") {
  const make = async (path: string, body: object) => {
    const answer = await person.call("POST", path, body, headers);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
  const turn = await make("/turns", { question: `${mark}?` });
  const session = await make("/mirror/sessions", { title: mark });
  await make(`/mirror/sessions/${session.id}/messages`, { content: `${mark}!` });
  const fragment = await make("/mirror/fragments", { text: mark, theme: "rest", session_id: session.id });
  const goal = await make("/lens/goals", { title: mark });
  const action = await make("/lens/actions", { goal_id: goal.id, title: mark });
  return { turn: turn.id, session: session.id, fragment: fragment.id, goal: goal.id, action: action.id };
}

async function counts(where = "true"): Promise<Record<string, number>> {
  const rows = await plinth.sql<{ name: string; count: number }>(
    tables
      .map((name) => `select '${name}' as name, count(*)::int as count from prism.${name} where ${where}`)
      .join(" union all "),
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

async function later(milliseconds: number, work: () => Promise<unknown>) {
  plinth.clock.advance(milliseconds);
  try {
    await work();
  } finally {
    plinth.clock.advance(-milliseconds);
  }
}

test("the export has every row of the person's in every table, and nobody else's", async () => {
  const [ada, eve] = [await plinth.person(), await plinth.person()];
  await fill(ada, {}, "of ada");
  await fill(eve, {}, "of eve");
  const { status, body, headers } = await ada.call("GET", "/export");
  expect([status, headers["content-disposition"]]).toEqual([200, 'attachment; filename="prism.json"']);
  const sizes = Object.fromEntries(Object.entries(body).map(([name, rows]) => [name, (rows as unknown[]).length]));
  expect(sizes).toEqual({ ...Object.fromEntries(tables.map((name) => [name, 1])), mirror_messages: 2 });
  expect(body.turns[0]).toMatchObject({ question: "of ada?", user_id: ada.user_id });
  expect(JSON.stringify(body)).not.toContain("of eve");
});

test("erasing an account leaves nothing of the person in any workspace, and everything of the others", async () => {
  const [ada, eve] = [await plinth.person(), await plinth.person()];
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
    eve.workspace_id,
    ada.user_id,
  ]);
  await fill(eve);
  const others = await counts();
  await fill(ada);
  await fill(ada, { "plinth-workspace": eve.workspace_id });
  const deleted = await plinth.call("DELETE", "/v1/me", { token: ada.access_token });
  expect(deleted.status).toBe(202);
  await later(31 * day, () =>
    vi.waitFor(
      async () =>
        expect(await plinth.sql("select 1 from identity.passwords where user_id = $1", [ada.user_id])).toEqual([]),
      { timeout: 40_000, interval: 50 },
    ),
  );
  expect(await counts()).toEqual(others);
  for (const name of tables.filter((table) => table !== "mirror_messages"))
    expect(await plinth.sql(`select 1 from prism.${name} where user_id = $1`, [ada.user_id])).toEqual([]);
});

test("what is deleted is kept for thirty days and then purged, with what belongs to it; what was not deleted stays", async () => {
  const ada = await plinth.person();
  const ids = await fill(ada);
  const kept = await fill(ada);
  const remove = (path: string) => ada.call("DELETE", path);
  const answers = [
    await remove(`/turns/${ids.turn}`),
    await remove(`/mirror/sessions/${ids.session}`),
    await remove(`/mirror/fragments/${ids.fragment}`),
    await remove(`/lens/goals/${ids.goal}`),
    await remove(`/lens/actions/${kept.action}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
  const own = `workspace_id = '${ada.workspace_id}'`;
  expect(await counts(own)).toMatchObject({ turns: 2, mirror_sessions: 2, mirror_messages: 4, lens_goals: 2 });
  await later(30 * day + 60_000, () =>
    vi.waitFor(
      async () =>
        expect(await counts(own)).toEqual({
          turns: 1,
          mirror_sessions: 1,
          mirror_messages: 2,
          mirror_fragments: 1,
          lens_goals: 1,
          lens_actions: 0,
        }),
      { timeout: 40_000, interval: 50 },
    ),
  );
});
