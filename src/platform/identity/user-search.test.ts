import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { newId } from "../../core/id.ts";
import { listUsers, type UserFilter } from "./store.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
  await person("ada@example.com", "Ada Lovelace", "Countess");
  await person("grace@navy.example", "Grace Hopper", null);
  await person(null, "50% Off_Sale \\ Bot", null);
});
afterAll(() => t.close());

const person = (email: string | null, full_name: string, display_name: string | null) =>
  t.sql(
    "insert into identity.users (id, email, email_normalized, full_name, display_name) values ($1, $2, lower($2), $3, $4)",
    [...[newId(), email, full_name, display_name]],
  );
const found = async (filter: UserFilter) => {
  const rows = await t.db.systemStatement("test", (tx) => listUsers(tx, filter, undefined, 20));
  return rows.map(({ full_name }) => full_name.split(" ")[0]).sort();
};

describe("people are found", () => {
  test.each([
    ["by a part of the address", "xample.c", ["Ada"]],
    ["by its domain", "@navy.EXAMPLE", ["Grace"]],
    ["by a part of the name in whatever case", "OVELAC", ["Ada"]],
    ["by the name that they show", "countess", ["Ada"]],
    ["by what several have", "example", ["Ada", "Grace"]],
    ["by signs that a pattern has a meaning for", "50% Off_", ["50%"]],
    ["by a backslash", "le \\ b", ["50%"]],
    ["not by what nobody has", "zebra", []],
    ["not by a sign that would stand for anything", "a_a", []],
    ["not by one that would stand for any number", "a%e", []],
  ])("%s", async (_, search, names) => {
    expect(await found({ search })).toEqual(names);
  });

  test("by a part and a state together", async () => {
    expect(await found({ search: "example", status: "suspended" })).toEqual([]);
    expect(await found({ search: "example", email_normalized: "ada@example.com" })).toEqual(["Ada"]);
  });

  test("with an index that serves the search, and one that serves the pages", async () => {
    await t.sql(
      "insert into identity.users (id, email, email_normalized, full_name) select gen_random_uuid(), m, m, 'Person' from (select md5(g::text) || '@many.example' as m from generate_series(1, 20000) g) x",
    );
    await t.sql("vacuum analyze identity.users");
    const plan = async (text: string) =>
      (await t.sql<{ "QUERY PLAN": string }>(`explain ${text}`)).map((row) => row["QUERY PLAN"]).join("\n");
    const searched = "lower(coalesce(email_normalized, '') || ' ' || full_name || ' ' || coalesce(display_name, ''))";
    expect(
      await plan(
        `select id from identity.users where ${searched} like lower('%lovelace%') order by created_at desc, id desc limit 21`,
      ),
    ).toContain("users_searched");
    expect(await plan("select id from identity.users order by created_at desc, id desc limit 21")).toContain(
      "users_listed",
    );
  });
});
