import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { PlinthError } from "../../core/errors.ts";
import { defineSubscriber, type Subscriber } from "../events/index.ts";
import type { MailContent } from "../messaging/index.ts";
import type { Plans } from "../plans/index.ts";
import { FileOutdated, LicenseIssued, LicenseRenewed } from "./events.ts";
import type { createFiles } from "./files.ts";
import { findLicense } from "./store.ts";

export interface MailAttachment {
  filename: string;
  content: string;
  content_type: string;
}

/** Sends a mail to each owner of the workspace; the same key again is the same mails. */
export type MailOwners = (
  ctx: Ctx,
  build: (person: { full_name: string; locale?: string }) => MailContent & { attachments?: MailAttachment[] },
  idempotency_key: string,
) => Promise<void>;

/** What a mail about a licence tells. */
export interface LicenseMail {
  full_name: string;
  locale?: string;
  product: string;
  /** The plan's name. */
  plan: string;
  license_key: string;
  seats: number;
  expires_at: Date | null;
}

export interface LicenseTemplates {
  licenseIssued(mail: LicenseMail): MailContent;
  licenseRenewed(mail: LicenseMail): MailContent;
}

interface MailsOptions {
  db: Pick<Database, "inWorkspace">;
  plans: Pick<Plans, "versions">;
  files: Pick<ReturnType<typeof createFiles>, "sign">;
  /** The key in full, from its ciphertext. */
  openKey: (sealed: Buffer) => string;
  mailOwners: MailOwners;
  templates: LicenseTemplates;
}

/** Tries of a job: a minute, two, four, … apart, about a day in all. */
const tries = { max_retries: 9, timeout_ms: 120_000 };

/** What happens after a licence has changed: its file is signed, and its owners are told. */
export function createSubscribers(options: MailsOptions): Subscriber[] {
  const { db, plans, files, openKey, mailOwners, templates } = options;

  const read = (ctx: Ctx, license_id: string) =>
    db.inWorkspace(ctx, async (tx) => {
      const license = await findLicense(tx, ctx.workspace_id, license_id);
      if (license === undefined) return undefined;
      const version = (await plans.versions(tx, [license.plan_version_id])).get(license.plan_version_id);
      const { product, max_seats: seats, expires_at, status } = license;
      const plan = version?.content.name ?? license.plan_id;
      return { status, mail: { product, plan, seats, expires_at, license_key: openKey(license.key_sealed) } };
    });

  return [
    defineSubscriber({
      name: "licensing.sign_file",
      event: FileOutdated,
      ...tries,
      handle: async (ctx, { license_id }) => {
        await unlessInactive(files.sign(ctx, { license_id }));
      },
    }),
    defineSubscriber({
      name: "licensing.mail_issued",
      event: LicenseIssued,
      ...tries,
      handle: async (ctx, { license_id }, { event_id }) => {
        const signed = await unlessInactive(files.sign(ctx, { license_id }));
        const found = await read(ctx, license_id);
        if (signed === undefined || found === undefined) return;
        const file = { filename: fileName(signed.product), content: signed.file, content_type: "application/jose" };
        await mailOwners(
          ctx,
          (person) => ({ ...templates.licenseIssued({ ...addressed(person), ...found.mail }), attachments: [file] }),
          event_id,
        );
      },
    }),
    defineSubscriber({
      name: "licensing.mail_renewed",
      event: LicenseRenewed,
      ...tries,
      handle: async (ctx, { license_id }, { event_id }) => {
        const found = await read(ctx, license_id);
        if (found?.status !== "active") return;
        await mailOwners(ctx, (person) => templates.licenseRenewed({ ...addressed(person), ...found.mail }), event_id);
      },
    }),
  ];
}

/** Of a person what a mail needs. */
function addressed({ full_name, locale }: Parameters<Parameters<MailOwners>[1]>[0]) {
  return { full_name, ...(locale === undefined ? {} : { locale }) };
}

/** How the file is called where it is saved. */
export function fileName(product: string): string {
  return `${product}-license.jws`;
}

/** A licence that is not active any more, or not there, has no file: nothing to do. */
async function unlessInactive<R>(work: Promise<R>): Promise<R | undefined> {
  try {
    return await work;
  } catch (error) {
    const over = ["licensing.license_inactive", "licensing.license_not_found"];
    if (error instanceof PlinthError && over.includes(error.code)) return undefined;
    throw error;
  }
}
