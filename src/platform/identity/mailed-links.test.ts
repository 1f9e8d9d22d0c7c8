import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp({
    env: { PASSWORD_HASH_QUEUE: "200", OAUTH_GITHUB_CLIENT_ID: "id", OAUTH_GITHUB_CLIENT_SECRET: "secret" },
  });
});
afterAll(() => plinth.close());

const newPassword = "Another-horse-8";
const minute = 60_000;
const purposes = ["verify-email", "change-email", "reset-password", "magic-link", "restore-account"] as const;
type Purpose = (typeof purposes)[number];
const bodies: Partial<Record<Purpose, object>> = { "reset-password": { password: newPassword }, "magic-link": {} };

const login = (email: string, own = password) =>
  plinth.call("POST", "/v1/auth/login", { body: { email, password: own } });
const statusOf = async (token: string) => (await plinth.call("GET", "/v1/me", { token })).status;
const register = (email: string) =>
  plinth.call("POST", "/v1/auth/register", { body: { email, password, full_name: "Ada Test" } });

let clients = 0;
/** Asks for a mail, each time from another address: one address may ask for only so many. */
const ask = (path: string, email: string, headers: Record<string, string> = {}) =>
  plinth.call("POST", `/v1/auth/${path}`, { body: { email }, headers, ip: `10.0.${clients >> 8}.${clients++ & 255}` });

const seen = new Set<string>();
/** The path of the link of this purpose that came to the address and was not returned before. */
const linkTo = (to: string, purpose: Purpose): Promise<string> =>
  vi.waitFor(
    async () => {
      const { data } = (await plinth.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`)).body;
      const links = data.map(({ text }: { text: string }) => /http:\/\/plinth\.test(\/\S+)/.exec(text)?.[1] ?? "");
      const link = links.find((each: string) => each.startsWith(`/v1/auth/${purpose}/`) && !seen.has(each));
      if (link === undefined) throw new Error(`no link to ${purpose} for ${to}`);
      seen.add(link);
      return link;
    },
    { timeout: 30_000, interval: 20 },
  );

/** Makes the platform mail a link to a person whom `person` made; returns its path. */
async function mailLink(purpose: Purpose, { email, access_token: token }: Pick<SignedUp, "email" | "access_token">) {
  if (purpose === "verify-email") await ask("resend-verification", email);
  if (purpose === "reset-password") await ask("forgot-password", email);
  if (purpose === "magic-link") await ask("magic-link", email);
  if (purpose === "restore-account") await plinth.call("DELETE", "/v1/me", { token });
  if (purpose !== "change-email") return linkTo(email, purpose);
  await plinth.call("PUT", "/v1/me/email", { token, body: { email: `new-${email}` } });
  return linkTo(`new-${email}`, purpose);
}

let people = 0;
/** A new person who may be mailed such a link: with a session, but for whoever has still to prove the address. */
async function person(purpose: Purpose): Promise<Pick<SignedUp, "email" | "access_token">> {
  const email = `person${people++}@example.com`;
  if (purpose !== "verify-email") return plinth.signUp(email);
  await register(email);
  await linkTo(email, purpose);
  return { email, access_token: "" };
}
const someLink = async (purpose: Purpose) => mailLink(purpose, await person(purpose));
const purposeOf = (link: string) => link.split("/")[3] as Purpose;
const redeem = (link: string, body = bodies[purposeOf(link)]) => plinth.call("POST", link, { body });

async function addFactor({ access_token: token }: SignedUp): Promise<void> {
  const { secret } = (await plinth.call("POST", "/v1/me/factors/totp", { token })).body;
  const code = new TOTP({ secret }).generate({ timestamp: plinth.clock.now().getTime() });
  const confirmed = await plinth.call("POST", "/v1/me/factors/totp/confirm", { token, body: { code } });
  expect(confirmed.status).toBe(200);
}

async function later<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  plinth.clock.advance(milliseconds);
  try {
    return await work();
  } finally {
    plinth.clock.advance(-milliseconds);
  }
}

describe.each(purposes)("a link to %s", (purpose) => {
  test("T1, T9: however often it is looked at it works, and then no more", async () => {
    const link = await someLink(purpose);
    for (let look = 0; look < 5; look++) {
      const page = await plinth.call("GET", `${link}?redirect=//evil.example&next=javascript:alert(1)`);
      expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
      expect(page.body).toContain('<form method="post">');
      expect(page.body).not.toMatch(/evil|alert/);
      expect(page.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
      expect(page.headers["content-security-policy"]).toContain("form-action 'self'");
      expect((await plinth.call("HEAD", link)).status).toBe(200);
    }
    expect((await redeem(link)).status).toBe(200);
    const again = await redeem(link);
    expect([again.status, again.body.code]).toEqual([410, "identity.token_invalid"]);
  });

  test("T2: 50 parallel redeems: one success", async () => {
    const link = await someLink(purpose);
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(link)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(49).fill(410)]);
  });

  test("T3: lives for its time and not a second longer", async () => {
    const minutes = { "reset-password": 60, "magic-link": 10, "restore-account": 30 * 1_440 };
    const life = (minutes[purpose as "magic-link"] ?? 1_440) * minute;
    const [early, late] = [await someLink(purpose), await someLink(purpose)];
    expect((await later(life - minute, () => redeem(early))).status).toBe(200);
    expect((await later(life + 1_000, () => redeem(late))).status).toBe(410);
  });

  test("T5: serves no other purpose", async () => {
    const link = await someLink(purpose);
    for (const other of purposes.filter((each) => each !== purpose)) {
      expect((await redeem(link.replace(purpose, other), bodies[other])).status).toBe(410);
    }
    expect((await redeem(link)).status).toBe(200);
  });

  test.skipIf(purpose === "restore-account")("T4: dies when a newer one is asked for", async () => {
    const somebody = await person(purpose);
    const former = await mailLink(purpose, somebody);
    const newer = await mailLink(purpose, somebody);
    expect((await redeem(former)).status).toBe(410);
    expect((await redeem(newer)).status).toBe(200);
  });

  test.skipIf(purpose === "restore-account")("T5: dies when the password changes", async () => {
    const somebody = await person(purpose);
    const link = await mailLink(purpose, somebody);
    const body = { current_password: password, password: newPassword };
    const changed =
      purpose === "verify-email"
        ? await redeem(await mailLink("reset-password", somebody))
        : await plinth.call("PUT", "/v1/me/password", { token: somebody.access_token, body });
    expect(changed.status).toBe(200);
    expect((await redeem(link)).status).toBe(410);
  });
});

describe.each(["reset-password", "magic-link", "change-email"] as const)("a link to %s", (purpose) => {
  test.skipIf(purpose === "change-email")("T5: dies when the e-mail address changes", async () => {
    const somebody = await person(purpose);
    const link = await mailLink(purpose, somebody);
    expect((await redeem(await mailLink("change-email", somebody))).status).toBe(200);
    expect((await redeem(link)).status).toBe(410);
  });

  test("T5: does nothing for a deleted account, and leaves the way back open", async () => {
    const somebody = await person(purpose);
    const link = await mailLink(purpose, somebody);
    const restore = await mailLink("restore-account", somebody);
    expect([401, 410]).toContain((await redeem(link)).status);
    expect((await redeem(restore)).status).toBe(200);
    expect((await login(somebody.email)).status).toBe(200);
  });
});

describe("a password reset", () => {
  test("T5: with the link of one changes nothing of another", async () => {
    const [one, other] = [await plinth.signUp("one@example.com"), await plinth.signUp("other@example.com")];
    await redeem(await mailLink("reset-password", one), { password: newPassword });
    expect((await login(other.email)).status).toBe(200);
    expect((await login(other.email, newPassword)).status).toBe(401);
    expect(await statusOf(other.access_token)).toBe(200);
  });

  test("T6: signs nobody in and ends every session", async () => {
    const ada = await plinth.signUp("reset@example.com");
    const answer = await redeem(await mailLink("reset-password", ada));
    expect([answer.status, answer.body]).toEqual([200, { status: "password_changed" }]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(await statusOf(ada.access_token)).toBe(401);
    const refreshed = await plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token: ada.refresh_token } });
    expect(refreshed.status).toBe(401);
    expect([(await login(ada.email)).status, (await login(ada.email, newPassword)).status]).toEqual([401, 200]);
  });

  test("T6: gets nobody past the second factor", async () => {
    const ada = await plinth.signUp("factor@example.com");
    await addFactor(ada);
    expect((await redeem(await mailLink("reset-password", ada))).status).toBe(200);
    const entered = await login(ada.email, newPassword);
    expect([entered.status, entered.body.status]).toEqual([202, "second_factor_required"]);
  });

  test("a password that is too weak leaves the link good", async () => {
    const link = await someLink("reset-password");
    expect((await redeem(link, { password: "weak" })).status).toBe(422);
    expect((await redeem(link)).status).toBe(200);
  });
});

describe("the page's form", () => {
  const submit = (link: string, payload: string) =>
    plinth.call("POST", link, {
      body: payload,
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html,*/*;q=0.8" },
    });

  test("sets the new password, and says so", async () => {
    const ada = await plinth.signUp("form@example.com");
    const link = await mailLink("reset-password", ada);
    expect((await plinth.call("GET", link)).body).toMatch(/<input type="password" name="password"/);
    const chosen = "Föur & spaced=horses 8";
    const weak = await submit(link, "password=weak");
    expect([weak.status, weak.headers["content-type"]]).toEqual([422, "text/html; charset=utf-8"]);
    expect(weak.body).toMatch(/at least 8 characters[\s\S]*<input type="password"/);
    expect((await submit(link, `password=${newPassword}&password=Other-horse-9`)).status).toBe(400);
    expect((await submit(link, `password=${newPassword}&role=admin`)).status).toBe(422);
    const done = await submit(link, new URLSearchParams({ password: chosen }).toString());
    expect([done.status, done.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(done.body).toContain("Your password was changed");
    expect((await login(ada.email, chosen)).status).toBe(200);
    const again = await submit(link, `password=${newPassword}`);
    expect([again.status, again.headers["content-type"]]).toEqual([410, "text/html; charset=utf-8"]);
  });

  test("E11: with a NUL is refused", async () => {
    const link = await someLink("reset-password");
    expect((await submit(link, `password=${newPassword}%00more`)).status).toBe(422);
  });

  test("is answered by a page that asks for the second factor elsewhere, where one is owed", async () => {
    const ada = await plinth.signUp("owed@example.com");
    await addFactor(ada);
    const done = await submit(await mailLink("magic-link", ada), "");
    expect([done.status, done.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect([done.headers["set-cookie"], /authenticator app/.test(String(done.body))]).toEqual([undefined, true]);
  });

  test("signs in with cookies that no script reads, and shows no token", async () => {
    const ada = await plinth.signUp("cookies@example.com");
    const done = await submit(await mailLink("magic-link", ada), "");
    expect([done.status, done.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    const cookies = done.headers["set-cookie"] as string[];
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) expect(cookie).toMatch(/^__Host-\w+=[^;]+;.*HttpOnly/);
    expect(done.body).not.toMatch(/eyJ|rt_/);
  });

  test.each(["verify-email", "change-email", "restore-account"] as const)(
    "does what the button of %s says",
    async (purpose) => {
      const done = await submit(await someLink(purpose), "");
      expect([done.status, done.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    },
  );
});

describe("where a link leads", () => {
  test.each(["verify-email", "reset-password", "magic-link"] as const)(
    "T7: %s is built from the configuration, whatever Host says",
    async (purpose) => {
      const { email } = await person(purpose);
      const evil = {
        host: "evil.example",
        "x-forwarded-host": "evil.example",
        forwarded: "host=evil.example",
        origin: "https://evil.example",
      };
      const path = {
        "verify-email": "resend-verification",
        "reset-password": "forgot-password",
        "magic-link": "magic-link",
      }[purpose];
      expect((await ask(path, email, evil)).status).toBe(202);
      await linkTo(email, purpose);
      const mails = JSON.stringify((await plinth.call("GET", `/dev/mailbox/messages?to=${email}`)).body.data);
      expect(mails).not.toContain("evil");
    },
  );

  test("T7: MAIL_LINK_URL names the product's own pages", async () => {
    const own = await testApp({ env: { MAIL_LINK_URL: "https://app.product.example/account" } });
    try {
      await own.call("POST", "/v1/auth/register", { body: { email: "own@example.com", password, full_name: "Own" } });
      const [, token] = await vi.waitFor(
        async () => {
          const { data } = (await own.call("GET", "/dev/mailbox/messages?to=own@example.com")).body;
          const found = /https:\/\/app\.product\.example\/account\/verify-email\/(\S+)/.exec(data[0]?.text ?? "");
          if (found === null) throw new Error("no such link");
          return found;
        },
        { timeout: 30_000, interval: 20 },
      );
      expect((await own.call("POST", `/v1/auth/verify-email/${token}`)).body).toEqual({ status: "verified" });
    } finally {
      await own.close();
    }
  });

  test.each([
    "//evil.example",
    "https:evil.example",
    "\\evil.example",
    "javascript:alert(1)",
    "https://evil.example/",
    "http://plinth.test@evil.example/",
    "http://plinth.test.evil.example/",
    "/\\evil.example",
  ])("T8: %s is nowhere to return to", async (return_to) => {
    const start = (to: string) => plinth.call("POST", "/v1/auth/oauth/github/start", { body: { return_to: to } });
    expect((await start(return_to)).status).toBe(400);
    expect((await start("http://plinth.test/welcome")).status).toBe(200);
  });
});

describe("a change of e-mail", () => {
  test("T11: counts when the new address is confirmed, and then the old one is told", async () => {
    const ada = await plinth.signUp("Old.Name@Example.com");
    const subjects = async (to: string) =>
      (await plinth.call("GET", `/dev/mailbox/messages?to=${to}`)).body.data.map(
        ({ subject }: { subject: string }) => subject,
      );
    const change = await mailLink("change-email", ada);
    expect((await plinth.call("GET", "/v1/me", { token: ada.access_token })).body.email).toBe("Old.Name@Example.com");
    expect((await login("new-old.name@example.com")).status).toBe(401);
    expect(await subjects(ada.email)).not.toContain("Your e-mail address was changed");
    expect((await redeem(change)).body).toEqual({ status: "email_changed" });
    expect([(await login(ada.email)).status, (await login(`new-${ada.email}`)).status]).toEqual([401, 200]);
    await vi.waitFor(async () => expect(await subjects(ada.email)).toContain("Your e-mail address was changed"), {
      timeout: 30_000,
      interval: 20,
    });
  });

  test("T11: is seen from the next request on, 5 rounds", async () => {
    const ada = await plinth.signUp("seen@example.com");
    const shown = async () => (await plinth.call("GET", "/v1/me", { token: ada.access_token })).body.email;
    for (let round = 0; round < 5; round++) {
      const email = await shown();
      expect((await redeem(await mailLink("change-email", { ...ada, email }))).status).toBe(200);
      expect(await shown()).toBe(`new-${email}`);
    }
  });

  test("T11: to an address that has an account by then is refused, and both keep theirs", async () => {
    const [ada, eve] = [await plinth.signUp("first@example.com"), await plinth.signUp("new-first@example.com")];
    expect((await redeem(await mailLink("change-email", ada))).body.code).toBe("identity.token_invalid");
    expect([(await login(ada.email)).body.user.id, (await login(eve.email)).body.user.id]).toEqual([
      ada.user_id,
      eve.user_id,
    ]);
  });

  test("asks for recent proof of who one is", async () => {
    const ada = await plinth.signUp("recent@example.com");
    const change = () => plinth.call("PUT", "/v1/me/email", { token: fresh, body: { email: "x@example.com" } });
    let fresh = ada.access_token;
    await later(16 * minute, async () => {
      fresh = (await plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token: ada.refresh_token } })).body
        .access_token;
      expect((await change()).body.code).toBe("request.step_up_required");
      await plinth.call("POST", "/v1/auth/step-up", { token: fresh, body: { password } });
      expect((await change()).status).toBe(202);
    });
  });
});
