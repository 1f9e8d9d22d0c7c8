import type { Doors } from "../../src/product.ts";
import { type Called, type CallOptions, type SignedUp, type TestApp, testApp } from "./app.ts";
import { type ScriptedAi, scriptedAi } from "./scripted-gateway.ts";

type Method = Parameters<TestApp["call"]>[0];

/** A person with a workspace, and what they do in prism. */
export interface PrismPerson extends SignedUp {
  /** Calls `/v1/prism…` in the person's name. */
  call(method: Method, path: string, body?: unknown, headers?: Record<string, string>): Promise<Called>;
  /** Begins a mirror session; its id. */
  session(): Promise<string>;
  /** Says something in a session. */
  say(session_id: string, content: string, headers?: Record<string, string>): Promise<Called>;
}

export interface PrismApp extends TestApp {
  model: ScriptedAi;
  /** Somebody new, on a plan of prism's. */
  person(plan?: "free" | "prism" | "prism_plus"): Promise<PrismPerson>;
}

/** A Plinth whose products find a scripted model behind their door. */
export async function prismApp(doors: (real: Doors) => Partial<Doors> = () => ({})): Promise<PrismApp> {
  const model = scriptedAi();
  const plinth = await testApp({ doors: (real) => ({ ai: { ...real.ai, ...model.ai }, ...doors(real) }) });
  const root = await plinth.signUp("root@example.com");
  await plinth.app.promote(root.email);
  let people = 0;

  const person = async (plan: "free" | "prism" | "prism_plus" = "prism_plus"): Promise<PrismPerson> => {
    const who = await plinth.signUp(`person${++people}@example.com`);
    if (plan !== "free") {
      const gift = { plan_id: `prism.${plan}`, ends_at: "2999-01-01T00:00:00Z", reason: "For the test" };
      const path = `/v1/admin/workspaces/${who.workspace_id}/grants`;
      const { status, body } = await plinth.call("POST", path, { token: root.access_token, body: gift });
      if (status !== 201) throw new Error(JSON.stringify(body));
    }
    const call: PrismPerson["call"] = (method, path, body, headers = {}) => {
      const options: CallOptions = { token: who.access_token, headers, ...(body === undefined ? {} : { body }) };
      return plinth.call(method, `/v1/prism${path}`, options);
    };
    return {
      ...who,
      call,
      session: async () => {
        const { status, body } = await call("POST", "/mirror/sessions", {});
        if (status !== 201) throw new Error(JSON.stringify(body));
        return body.id;
      },
      say: (session_id, content, headers) =>
        call("POST", `/mirror/sessions/${session_id}/messages`, { content }, headers),
    };
  };
  return { ...plinth, model, person };
}
