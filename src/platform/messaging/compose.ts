import { createFormats, type Formats } from "./formats.ts";
import { layout } from "./layout.ts";
import type { MailContent } from "./schema.ts";
import { de } from "./texts/de.ts";
import { en } from "./texts/en.ts";
import { type Block, essentialTemplates, type TemplateName, type Texts } from "./texts.ts";

/** The languages that mails are written in. English stands in for every other. */
export const languages: Record<string, Texts> = { en, de };

/** What fills a template. Null stands for none: what mentions it is left out. `url` and `code` fill buttons and codes. */
export type Values = Record<string, string | null>;

/** What the installation adds to every mail. */
export interface House {
  app_name: string;
  /** The language of mails whose reader's is not known. */
  locale: string;
}

/** As templates write before they are sent: an installation's own name and language come in by `MailContent.render`. */
const unnamed: House = { app_name: "Plinth", locale: "en" };

/** A mail by its template. `values` are asked for with the formats of the language that it is written in. */
export function compose(name: TemplateName, locale: string | undefined, values: (as: Formats) => Values): MailContent {
  const render = (house: House) => rendered(name, locale ?? house.locale, house, values);
  return { ...render(unnamed), render };
}

function rendered(name: TemplateName, wanted: string, house: House, valuesOf: (as: Formats) => Values) {
  const { locale, language, texts } = speak(wanted);
  const values = { ...valuesOf(createFormats(locale, texts)), app_name: cleanLine(house.app_name) };
  const { subject: pattern, blocks } = texts.templates[name];
  const subject = fill(pattern, values) ?? "";
  const greeting = (values as Values).full_name ? texts.greeting : texts.greeting_unnamed;
  const lines: Block[] = [greeting, ...blocks];
  const text = [...lines.map((block) => plain(block, values)), `-- \n${fill(texts.footer, values)}`];
  const html = fillHtml(layout.shell, {
    locale: language,
    subject: escapeHtml(subject),
    preview: markup(preview(blocks, values), values),
    app_name: escapeHtml(values.app_name),
    content: [fillHtml(layout.heading, { text: marked(subject) }), ...lines.map(blockHtml(texts, values))].join("\n"),
    footer: markup(texts.footer, values),
  });
  const told = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null);
  return {
    template: name,
    locale,
    essential: essentialTemplates.some((essential) => essential === name),
    subject,
    text: text.filter((part) => part !== null).join("\n\n"),
    html,
    data: { ...Object.fromEntries(told), subject, locale: language },
  };
}

/** The texts for a language tag, and the tag as far as they are in its language: `de-AT` reads German and counts as Austrians do. */
function speak(wanted: string): { locale: string; language: string; texts: Texts } {
  const [language = "", ...region] = wanted.split("-");
  const texts = languages[language.toLowerCase()];
  if (texts === undefined) return { locale: "en", language: "en", texts: en };
  const plain = language.toLowerCase();
  const tag =
    region.length > 0 && /^[A-Za-z]{2}$/.test(region.at(-1) ?? "") ? `${plain}-${region.at(-1)?.toUpperCase()}` : plain;
  return { locale: tag, language: plain, texts };
}

function cleanLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

const placeholder = /\{(\w+)\}/g;

/** The pattern with its values, in one pass; null when one of them is missing. */
function fill(pattern: string, values: Values): string | null {
  let isWhole = true;
  const text = pattern.replaceAll(placeholder, (_, name: string) => {
    isWhole &&= values[name] != null;
    return values[name] ?? "";
  });
  return isWhole ? text : null;
}

/** The first sentence, which mail programs show behind the subject. */
function preview(blocks: Block[], values: Values): string {
  return (
    (blocks.find((block) => typeof block === "string" && fill(block, values) !== null) as string | undefined) ?? ""
  );
}

function plain(block: Block, values: Values): string | null {
  if (typeof block === "string") return fill(block, values);
  if ("button" in block) return values.url == null ? null : `${block.button}: ${values.url}`;
  if ("code" in block) return values.code == null ? null : `${block.code} ${values.code}`;
  const rows = block.facts.map(([label, value]) => [label, fill(value, values)] as const);
  return rows.flatMap(([label, value]) => (value === null ? [] : [`${label}: ${value}`])).join("\n") || null;
}

function blockHtml(texts: Texts, values: Values): (block: Block) => string {
  return (block) => {
    if (typeof block === "string") {
      return fill(block, values) === null ? "" : fillHtml(layout.paragraph, { text: markup(block, values) });
    }
    if ("button" in block) return button(block.button, texts.button_fallback, values.url);
    if ("code" in block) {
      if (values.code == null) return "";
      return fillHtml(layout.code, { label: escapeHtml(block.code), code: escapeHtml(values.code) });
    }
    const rows = block.facts.filter(([, value]) => fill(value, values) !== null);
    const row = ([label, value]: [string, string]) =>
      fillHtml(layout.fact, { label: escapeHtml(label), value: markup(value, values) });
    return rows.length === 0 ? "" : fillHtml(layout.facts, { rows: rows.map(row).join("\n") });
  };
}

function button(label: string, fallback: string, url: string | null | undefined): string {
  // Never a `javascript:` or `data:` address, wherever it came from.
  if (url == null || !/^https?:\/\//.test(url)) return "";
  return fillHtml(layout.button, { label: escapeHtml(label), fallback: escapeHtml(fallback), url: escapeHtml(url) });
}

/** Fills a piece of the layout with HTML, in one pass: nothing that is filled in is read as a slot again. */
function fillHtml(piece: string, slots: Record<string, string>): string {
  return piece.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => slots[name] ?? "");
}

/** The pattern as HTML, its own words and its values escaped. */
function markup(pattern: string, values: Values): string {
  return escapeHtml(pattern).replaceAll(placeholder, (_, name: string) => marked(values[name] ?? ""));
}

/** A value as HTML. One that is written from right to left keeps to itself, so that it does not turn the sentence around it. */
function marked(value: string): string {
  const isRightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(
    value,
  );
  return isRightToLeft ? `<bdi>${escapeHtml(value)}</bdi>` : escapeHtml(value);
}

/** The text as it may stand in HTML, inside and outside of quotes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
