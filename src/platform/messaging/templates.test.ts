import { describe, expect, test } from "vitest";
import { languages } from "./compose.ts";
import { cleanName } from "./formats.ts";
import * as door from "./index.ts";
import { createPreviews } from "./previews.ts";
import type { MailContent } from "./schema.ts";
import { essentialTemplates, templateNames } from "./texts.ts";

const { createMessagingFromConfig: _, ...templates } = door;
const house = { app_name: "Plinth", locale: "en" };
const previews = createPreviews(house);
const url = "https://app.example.com/x?a=1&b=2";
const at = new Date(Date.UTC(2026, 10, 21, 10, 5));

/** Every template with the same text in every place that a person or a customer fills in. */
function all(typed: string, locale?: string): MailContent[] {
  const who = { full_name: typed, ...(locale === undefined ? {} : { locale }) };
  const purchase = { ...who, workspace: typed, product: typed, plan: typed };
  const price = { amount: 999, currency: "EUR", interval: "month" };
  const paid = { ...purchase, price, period_ends_at: at };
  const license = { ...who, product: typed, plan: typed, seats: 3, expires_at: at };
  const purposes = ["verify_email", "change_email", "reset_password", "magic_link", "restore_account"] as const;
  return [
    ...purposes.map((purpose) => templates.mailedLink({ ...who, purpose, url, minutes: 60, code: "123456" })),
    templates.accountExists({ ...who, login_url: url }),
    templates.accountClosed({ ...who, url, days: 30 }),
    templates.credentialsChanged({ ...who, change: typed }),
    templates.emailChanged(who),
    templates.impersonated({ ...who, reason: typed }),
    templates.invitation({ ...purchase, inviter: typed, url, days: 7 }),
    templates.welcome({ ...who, app_name: typed, url }),
    templates.subscriptionConfirmed(paid),
    templates.subscriptionRenewed(paid),
    templates.subscriptionCanceled({ ...purchase, access_ends_at: at }),
    ...([1, 2, 3] as const).map((attempt) => templates.paymentFailed({ ...purchase, attempt, grace_ends_at: at, url })),
    templates.paymentRecovered(purchase),
    templates.trialEnding({ ...purchase, trial_ends_at: at, url }),
    templates.licenseIssued({ ...license, license_key: "PRSM-AAAA-BBBB" }),
    templates.licenseRenewed(license),
    templates.duplicatePurchase(purchase),
    ...(["gone", "failing"] as const).map((reason) =>
      templates.webhookDisabled({ ...purchase, endpoint: typed, reason }),
    ),
  ];
}

const slots = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/\{\w+\}/g)].map(([slot]) => slot).sort();

describe("the texts", () => {
  const { en } = languages;
  test.each(Object.keys(languages))(
    "%s has every key, the same blocks and the same places to fill as en",
    (language) => {
      const texts = languages[language];
      const shape = (value: unknown): unknown => {
        if (typeof value === "string") return slots(value);
        if (Array.isArray(value)) return value.map(shape);
        return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, shape(inner)]));
      };
      expect(shape(texts)).toEqual(shape(en));
      expect(Object.keys(texts?.templates ?? {}).sort()).toEqual([...templateNames].sort());
      expect(JSON.stringify(texts)).not.toMatch(/""| {2}/);
    },
  );

  test("no language repeats the other's sentences", () => {
    const sentences = (language: string): string[] =>
      JSON.stringify(languages[language]?.templates).match(/"[^"]{25,}"/g) ?? [];
    const english = sentences("en");
    expect(english.length).toBeGreaterThan(40);
    expect(sentences("de").filter((sentence) => english.includes(sentence))).toEqual([]);
  });
});

describe("every template", () => {
  test("is known by its name, has a preview in each language, and nothing in it is left unfilled", () => {
    const mails = all("Ada");
    expect(mails.map(({ template }) => template).sort()).toEqual([...templateNames].sort());
    expect(
      mails
        .filter(({ essential }) => essential)
        .map(({ template }) => template)
        .sort(),
    ).toEqual([...essentialTemplates].sort());
    for (const template of previews.list().templates) {
      for (const locale of previews.list().locales) {
        const { subject, text, html, ...rest } = previews.get(template, locale);
        expect(rest).toMatchObject({ template, locale });
        for (const part of [subject, text, html]) expect(part).not.toMatch(/[{}]{2}|\{\w+\}|undefined|null/);
        expect(html).toContain(`lang="${locale}"`);
      }
    }
    expect(() => previews.get("constructor", "en")).toThrow("There is no such template");
  });

  const hostile = [
    `<img src=x onerror="alert('x')">`,
    `"><script>alert(1)</script>`,
    "Ada\r\nBcc: all@example.com\r\n\r\n<b>",
    "Ada\u2028Bcc: x\u0000\u001b[31m",
    "\u202egnitsop\u202c \u2066Ada\u2069 \u200fx",
    "A\u200bd\u200ca\u200d\u2060\ufeff\u00ad\u180e",
    "{url} {{content}} {full_name} $& $1 $`",
    "Free money https://evil.example/win www.evil.example",
    "Z\u0301\u0301\u0301\u0301\u0301\u0301\u0301algo",
    "x".repeat(5_000),
    "\ud800 lone",
    "  ",
  ];
  test.each(hostile)("L7: takes a hostile name %j as words and nothing else", (name) => {
    for (const locale of ["en", "de"]) {
      for (const { template, subject, text, html } of all(name, locale)) {
        const at = `${template} ${locale}`;
        expect(subject, at).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(text, at).not.toMatch(/^Bcc/m);
        expect(text.replaceAll("\n", ""), at).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(html, at).not.toMatch(/<img|<script|onerror="|<b>/);
        for (const part of [subject, text, html]) {
          expect(part, at).not.toMatch(/\p{Cf}|\p{Cs}|\p{M}{4}/u);
          expect(part.replaceAll(url, ""), at).not.toMatch(/(https?:\/\/|www\.)evil/);
        }
        // The only addresses that are followed are ours.
        const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
        expect(new Set(links), at).toEqual(
          new Set(links.length === 0 ? [] : ["https://app.example.com/x?a=1&amp;b=2"]),
        );
        expect(subject.length, at).toBeLessThan(1_000);
        expect(html.length, at).toBeLessThan(30_000);
        expect(html.endsWith("</html>"), at).toBe(true);
      }
    }
  });

  test.each([
    ["Zoë O’Brien-Łukasz", "Zoë O’Brien-Łukasz"],
    ["محمد علی", "محمد علی"],
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["क्\u200dष", "क्\u200dष"],
    ["👩\u200d🚀 Ada", "👩\u200d🚀 Ada"],
    ["Acme.io", "Acme.io"],
    ["Dr. Ada M. King", "Dr. Ada M. King"],
    ["Ada\u200d", "Ada"],
  ])("leaves the honest name %j whole", (name, shown) => {
    expect(cleanName(name)).toBe(shown);
  });

  test("keeps a name that is written from right to left to itself", () => {
    expect(templates.emailChanged({ full_name: "محمد" }).html).toContain("Hello <bdi>محمد</bdi>,");
  });

  test("leaves out what has no value: sentences, facts, buttons", () => {
    const purchase = { full_name: "", workspace: "W", product: "Prism", plan: "Pro" };
    const failed = templates.paymentFailed({ ...purchase, attempt: 1, grace_ends_at: null, url: null });
    expect(failed.text).not.toContain("keeps working");
    expect(failed.html).not.toContain("Update the payment method");
    expect(failed.text).toMatch(/^Hello,\n/);
    const price = { amount: 0, currency: "USD", interval: "none" };
    const confirmed = templates.subscriptionConfirmed({ ...purchase, price, period_ends_at: null });
    expect(confirmed.text).toContain("Price: $0.00");
    expect(confirmed.text).not.toContain("Runs until");
    const scripted = templates.accountExists({ full_name: "Ada", login_url: "javascript:alert(1)" });
    expect(scripted.html).not.toContain("javascript:");
  });
});

describe("dates and money", () => {
  const purchase = { full_name: "Ada", workspace: "W", product: "Prism", plan: "Pro", period_ends_at: at };
  const said = (locale: string, price: { amount: number; currency: string; interval: string }) =>
    templates.subscriptionConfirmed({ ...purchase, price, locale });
  const eur = { amount: 123_456, currency: "EUR", interval: "month" };

  test.each([
    ["en", eur, "€1,234.56 per month", "November 21, 2026 at 10:05 AM UTC", "en"],
    ["en-GB", eur, "€1,234.56 per month", "21 November 2026 at 10:05 UTC", "en-GB"],
    ["de", eur, "1.234,56 € pro Monat", "21. November 2026 um 10:05 UTC", "de"],
    [
      "de-at",
      { amount: 500, currency: "JPY", interval: "year" },
      "¥ 500 pro Jahr",
      "21. November 2026 um 10:05 UTC",
      "de-AT",
    ],
    [
      "fr-FR",
      { amount: 1_234, currency: "KWD", interval: "lunar" },
      "KWD 1.234",
      "November 21, 2026 at 10:05 AM UTC",
      "en",
    ],
    ["x-../..", eur, "€1,234.56 per month", "November 21, 2026 at 10:05 AM UTC", "en"],
  ])("are written as %s writes them, the time in UTC", (locale, price, money, date, spoken) => {
    const { text, locale: written } = said(locale, price);
    const plain = text.replaceAll(/[\u00a0\u202f]/g, " ");
    expect(plain).toContain(`: ${money}\n`);
    expect(plain).toContain(date);
    expect(written).toBe(spoken);
  });

  test("a link's time is told in minutes, hours and days, in the reader's language", () => {
    const link = { full_name: "", purpose: "magic_link", url } as const;
    const told = (minutes: number, locale: string) => templates.mailedLink({ ...link, minutes, locale }).text;
    expect([1, 15, 60, 1_440, 43_200].map((minutes) => /for (\d+ \w+)/.exec(told(minutes, "en"))?.[1])).toEqual([
      "1 minute",
      "15 minutes",
      "60 minutes",
      "24 hours",
      "30 days",
    ]);
    expect(told(43_200, "de")).toContain("für 30 Tage");
  });
});
