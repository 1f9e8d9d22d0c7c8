import { NoContent, type Route, route } from "../../core/http/route.ts";
import { newId } from "../../core/id.ts";
import type { ConfiguredSms, TwilioWebhooks } from "./configure.ts";
import {
  CaughtSms,
  SimulatedSms,
  SmsMessage,
  SmsMessages,
  SmsParams,
  SmsQuery,
  StatusQuery,
  TwilioForm,
  Twiml,
} from "./schema.ts";
import type { SmsInternals } from "./service.ts";
import { checkTwilioSignature, incomingOf, stateOf } from "./twilio.ts";

/** A workspace's messages; Twilio's notifications where it is configured; the caught messages where nothing leaves. */
export function smsRoutes(sms: ConfiguredSms): Route[] {
  return [
    ...memberRoutes(sms),
    ...(sms.twilio === undefined ? [] : twilioRoutes(sms, sms.twilio)),
    ...(sms.is_caught ? devRoutes(sms) : []),
  ];
}

function memberRoutes(sms: SmsInternals): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/sms/messages",
      summary: "Text messages of the workspace, the newest first",
      auth: "workspace",
      role: "admin",
      query: SmsQuery,
      responses: { 200: SmsMessages },
      handler: async ({ ctx, query }) => ({ status: 200, body: await sms.list(ctx, query) }),
    }),
    route({
      method: "GET",
      path: "/v1/sms/messages/{message_id}",
      summary: "A text message and what became of it",
      auth: "workspace",
      role: "admin",
      params: SmsParams,
      responses: { 200: SmsMessage },
      errors: ["sms.message_not_found"],
      handler: async ({ ctx, params }) => ({ status: 200, body: await sms.get(ctx, params.message_id) }),
    }),
  ];
}

const xml = { "content-type": "text/xml; charset=utf-8" };

function twilioRoutes(sms: SmsInternals, twilio: TwilioWebhooks): Route[] {
  const { auth_token, account_sid, public_url, answers } = twilio;
  const check = (path: string, form: Record<string, string>, signature: string | undefined) =>
    checkTwilioSignature(auth_token, { url: `${public_url}${path}`, form, signature });
  return [
    route({
      method: "POST",
      path: "/v1/webhooks/twilio/messages",
      summary: "A person's text message, told by Twilio",
      description: "For Twilio alone: set it as the number's webhook for incoming messages. The answer is TwiML.",
      auth: "public",
      signed: true,
      form: true,
      body: TwilioForm,
      responses: { 200: Twiml },
      errors: ["sms.signature_invalid"],
      handler: async ({ ctx, body: form, header }) => {
        check("/v1/webhooks/twilio/messages", form, header("x-twilio-signature"));
        const message = incomingOf(form);
        const keyword = message && (await sms.receive(message, account_sid, ctx.request_id));
        // What Twilio has answered itself (OptOutType) is not answered twice.
        const answer = keyword && form.OptOutType === undefined ? answers?.[keyword] : undefined;
        return { status: 200, body: twiml(answer), headers: xml };
      },
    }),
    route({
      method: "POST",
      path: "/v1/webhooks/twilio/status",
      summary: "What became of a text message, told by Twilio",
      description: "For Twilio alone; Plinth names this address with each message.",
      auth: "public",
      signed: true,
      form: true,
      query: StatusQuery,
      body: TwilioForm,
      responses: { 200: Twiml },
      errors: ["sms.signature_invalid"],
      handler: async ({ ctx, query, body: form, header }) => {
        const path = `/v1/webhooks/twilio/status?message=${query.message}&workspace=${query.workspace}`;
        check(path, form, header("x-twilio-signature"));
        const status = stateOf(form.MessageStatus ?? "");
        if (status !== undefined && form.MessageSid !== undefined) {
          const { message: id, workspace: workspace_id } = query;
          const error_code = form.ErrorCode ?? null;
          await sms.report({ workspace_id, id, status, provider_id: form.MessageSid, error_code }, ctx.request_id);
        }
        return { status: 200, body: twiml(undefined), headers: xml };
      },
    }),
  ];
}

function twiml(message: string | undefined): string {
  const escaped = message?.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const inside = escaped === undefined ? "" : `<Message>${escaped}</Message>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`;
}

/** They have no guard, so they do not exist where messages really leave, or in production. */
function devRoutes(sms: ConfiguredSms): Route[] {
  return [
    route({
      method: "GET",
      path: "/dev/sms/messages",
      summary: "The newest text messages, which did not leave",
      auth: "public",
      responses: { 200: CaughtSms },
      handler: async () => ({ status: 200, body: { data: await sms.caught() } }),
    }),
    route({
      method: "POST",
      path: "/dev/sms/messages",
      summary: "Answer as a person would, by text message",
      auth: "public",
      body: SimulatedSms,
      responses: { 204: NoContent },
      handler: async ({ ctx, body: { from, body } }) => {
        const message = { provider_id: newId(), from, body, keyword: undefined };
        await sms.receive(message, "development", ctx.request_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
