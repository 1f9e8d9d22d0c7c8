import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp();
});
afterAll(() => plinth.close());

const minute = 60_000;
const enter = (email: string, code: string) =>
  plinth.call("POST", "/v1/auth/magic-link/code", { body: { email, code } });

let clients = 0;
/** Asks for a mail, each time from another address: one address may ask for only so many. */
const ask = (email: string) =>
  plinth.call("POST", "/v1/auth/magic-link", { body: { email }, ip: `10.0.0.${clients++}` });

const seen = new Set<string>();
/** The digits and the link of the newest mail to the address that was not returned before. */
async function newest(email: string): Promise<{ code: string; link: string } | undefined> {
  const { data } = (await plinth.call("GET", `/dev/mailbox/messages?to=${email}`)).body;
  for (const { text } of data as { text: string }[]) {
    const link = /plinth\.test(\/v1\/auth\/magic-link\/\S+)/.exec(text)?.[1] ?? "";
    const code = /code: (\d{6})/.exec(text)?.[1] ?? "";
    if (code === "" || seen.has(link)) continue;
    seen.add(link);
    return { code, link };
  }
  return undefined;
}
async function mail(email: string): Promise<{ code: string; link: string }> {
  expect((await ask(email)).status).toBe(202);
  return vi.waitFor(
    async () => {
      const mail = await newest(email);
      if (mail === undefined) throw new Error(`no new code for ${email}`);
      return mail;
    },
    { timeout: 30_000, interval: 20 },
  );
}
/** Waits for the mails that were asked for, and takes them for read. */
async function readAll(email: string, count: number): Promise<void> {
  const waiting = "select id from events.outbox where subscriber = 'identity.mail_link'";
  const asked =
    "select id from identity.one_time_tokens where purpose = 'magic_link' and user_id = (select id from identity.users where email = $1)";
  await vi.waitFor(
    async () => {
      expect((await plinth.sql(asked, [email])).length).toBe(count);
      expect(await plinth.sql(waiting)).toEqual([]);
    },
    { timeout: 30_000, interval: 20 },
  );
  while ((await newest(email)) !== undefined);
}

/** So many codes that are not this one. */
const wrongCodes = (count: number, right: string) =>
  Array.from({ length: count }, (_, i) => String((Number(right) + 1 + i) % 1_000_000).padStart(6, "0"));

async function enterAll(email: string, codes: string[]): Promise<void> {
  for (const code of codes) expect((await enter(email, code)).body.code).toBe("identity.code_invalid");
}
/** The tries that were counted, over all mails to the person. */
const counted = async (email: string) =>
  (
    await plinth.sql(
      "select max(t.wrong_codes) as n from identity.one_time_tokens t join identity.users u on u.id = t.user_id where u.email = $1",
      [email],
    )
  )[0]?.n;

async function later<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  plinth.clock.advance(milliseconds);
  try {
    return await work();
  } finally {
    plinth.clock.advance(-milliseconds);
  }
}

test("T10: six digits sign in once, and the link with them is spent", async () => {
  const { email } = await plinth.signUp("once@example.com");
  const { code, link } = await mail(email);
  const entered = await enter(` ${email.toUpperCase()} `, code);
  expect([entered.status, entered.body.user.email]).toEqual([200, email]);
  expect((await enter(email, code)).body.code).toBe("identity.code_invalid");
  expect((await plinth.call("POST", link, { body: {} })).status).toBe(410);
});

test("T10: of 20 parallel tries with the right digits one succeeds", async () => {
  const { email } = await plinth.signUp("twenty@example.com");
  const { code } = await mail(email);
  const answers = await Promise.all(Array.from({ length: 20 }, () => enter(email, code)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test("T10: after four wrong tries the right one is taken, after five it is not; the link still is", async () => {
  const { email } = await plinth.signUp("five@example.com");
  const first = await mail(email);
  await enterAll(email, wrongCodes(4, first.code));
  expect((await enter(email, first.code)).status).toBe(200);
  const { code, link } = await mail(email);
  await enterAll(email, [...wrongCodes(5, code), code]);
  expect((await plinth.call("POST", link, { body: {} })).status).toBe(200);
});

test("T10: 50 wrong tries at once are no more than five", async () => {
  const { email } = await plinth.signUp("parallel@example.com");
  const { code } = await mail(email);
  const answers = await Promise.all(wrongCodes(50, code).map((wrong) => enter(email, wrong)));
  expect(answers.map(({ body }) => body.code)).toEqual(Array(50).fill("identity.code_invalid"));
  expect(await counted(email)).toBe(5);
  await enterAll(email, [code]);
});

test("T10: another mail does not refill the tries, nor do many at once; a quarter of an hour does", async () => {
  const { email } = await plinth.signUp("refill@example.com");
  const first = await mail(email);
  await enterAll(email, wrongCodes(3, first.code));
  const second = await mail(email);
  await enterAll(email, [...wrongCodes(2, second.code), second.code]);
  const third = await mail(email);
  await enterAll(email, [third.code]);
  await Promise.all([
    ...wrongCodes(20, third.code).map((wrong) => enter(email, wrong)),
    ...Array.from({ length: 5 }, () => ask(email)),
  ]);
  await readAll(email, 8);
  const last = await mail(email);
  await enterAll(email, [last.code]);
  expect(await counted(email)).toBe(5);
  await later(16 * minute, async () => {
    const { code } = await mail(email);
    expect((await enter(email, code)).status).toBe(200);
  });
});

test("T10: tries at a step-up are the same tries", async () => {
  const ada = await plinth.signUp("step-up@example.com");
  await plinth.sql("delete from identity.passwords where user_id = $1", [ada.user_id]);
  const { code } = await mail(ada.email);
  for (const wrong of wrongCodes(5, code)) {
    const answer = await plinth.call("POST", "/v1/auth/step-up", {
      token: ada.access_token,
      body: { mailed_code: wrong },
    });
    expect(answer.body.code).toBe("identity.code_invalid");
  }
  await enterAll(ada.email, [code]);
});

test("T3: the digits live for ten minutes", async () => {
  const { email } = await plinth.signUp("old-code@example.com");
  const { code } = await mail(email);
  await later(10 * minute + 1_000, () => enterAll(email, [code]));
  expect((await later(9 * minute, () => enter(email, code))).status).toBe(200);
});

test("T5: the digits of one sign in nobody else, and an unknown address is answered as a wrong code is", async () => {
  const [one, other] = [await plinth.signUp("one@example.com"), await plinth.signUp("two@example.com")];
  const { code } = await mail(one.email);
  await mail(other.email);
  const answers = [await enter(other.email, code), await enter("nobody@example.com", code)];
  const shown = answers.map(({ status, body }) => ({ status, ...body, request_id: "" }));
  expect(shown[0]).toMatchObject({ status: 403, code: "identity.code_invalid" });
  expect(shown[1]).toEqual(shown[0]);
});
