import type { Resource, SafetyPolicy } from "./schema.ts";

/**
 * Who helps a person of this locale (BCP 47) with what was found, by the country, else by the language, else everybody's. Without categories,
 * all of them. Never empty.
 */
export function resourcesFor(
  { resources }: Pick<SafetyPolicy, "resources">,
  locale: string,
  categories: readonly string[] = [],
): Resource[] {
  const { language, country } = partsOf(locale);
  const everybodys = resources.default ?? [];
  const own = resources[country ?? ""] ?? resources[language] ?? everybodys;
  const fitting = [own, everybodys].map((list) =>
    list.filter(
      ({ for: of }) => of === undefined || categories.length === 0 || categories.some((name) => of.includes(name)),
    ),
  );
  const chosen = fitting.find((list) => list.length > 0) ?? everybodys;
  return chosen.map(({ for: _, ...resource }) => resource);
}

/** What to say above the resources, in the locale's language or in English, for the gravest of the categories. */
export function messageFor(
  { messages }: Pick<SafetyPolicy, "messages">,
  locale: string,
  categories: readonly string[],
): string {
  const said = [messages[partsOf(locale).language], messages.en, ...Object.values(messages)];
  const [gravest = "default"] = categories;
  for (const texts of said) {
    const text = texts?.[gravest] ?? texts?.default;
    if (text !== undefined) return text;
  }
  return "";
}

/** Of `zh-Hant-TW`: zh and TW. */
function partsOf(locale: string): { language: string; country: string | undefined } {
  const [language = "", ...rest] = locale.split("-");
  return { language: language.toLowerCase(), country: rest.find((part) => /^[A-Za-z]{2}$/.test(part))?.toUpperCase() };
}
