import { createHash, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { issueCertificate } from "../../../test/support/certificates.ts";
import { appleChain, type FakeAppStore, fakeAppStore, marks } from "../../../test/support/fake-app-store.ts";
import { adjustableClock } from "../../core/clock.ts";
import { appleRoots } from "./apple-roots.ts";
import { developmentRoot } from "./development-ca.ts";
import { appStoreNotification, type SimulatedNotification, signedAppStoreTransaction } from "./simulator.ts";
import { appStoreTrust } from "./trust.ts";
import { type AppStoreOptions, createAppStore } from "./webhook.ts";

const bundle_id = "com.example.plinth";
const app_apple_id = 1_234_567_890;
const clock = adjustableClock();
const sandbox = { bundle_id, clock, environment: "test", ...appStoreTrust("test") } as const;
const production = { bundle_id, app_apple_id, clock, environment: "live", ...appStoreTrust("test") } as const;

const bought = {
  type: "SUBSCRIBED/INITIAL_BUY",
  product_id: "pro_monthly",
  original_transaction_id: "2000000000000001",
};

function open(options: AppStoreOptions, body: string) {
  return createAppStore(options).open({ raw_body: Buffer.from(body), header: () => undefined });
}

function notify(options: Partial<SimulatedNotification> = {}): string {
  return appStoreNotification({ ...bought, ...options }).body;
}

/** The notification with its outer JWS taken apart and put together differently. */
function forged(change: (parts: string[]) => string[], body = notify()): string {
  return JSON.stringify({ signedPayload: change(JSON.parse(body).signedPayload.split(".")).join(".") });
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decoded = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString());

const invalid = expect.objectContaining({ code: "billing.signature_invalid" });
const malformed = expect.objectContaining({ code: "billing.event_malformed" });
const unreachable = expect.objectContaining({ code: "billing.store_unreachable", kind: "unavailable" });

describe("whose signatures count", () => {
  test("Apple's roots are Apple's, by their SHA-256 fingerprints", () => {
    expect(appleRoots.map((root) => createHash("sha256").update(root).digest("hex"))).toEqual([
      "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179",
      "c2b9b042dd57830e7d117dac55ac8ae19407d38e41d88f3215bc3a890444a050",
      "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024",
    ]);
    expect(appleRoots.map((root) => new X509Certificate(root).subject)).toEqual([
      expect.stringContaining("CN=Apple Root CA - G3"),
      expect.stringContaining("CN=Apple Root CA - G2"),
      expect.stringContaining("CN=Apple Root CA"),
    ]);
  });

  test("production trusts Apple alone, and asks whether certificates were revoked", () => {
    expect(appStoreTrust("production")).toEqual({ roots: appleRoots, online_checks: true });
  });

  test.each([true, false])(
    "production refuses what the development chain signed (online checks: %s)",
    async (online) => {
      const trust = { ...appStoreTrust("production"), online_checks: online };
      for (const environment of ["live", "test"] as const) {
        const body = notify({ environment });
        await expect(open({ ...production, ...trust, environment }, body)).rejects.toEqual(invalid);
        // It is the root that makes the difference.
        const trusting = { ...production, roots: [developmentRoot], online_checks: false, environment };
        expect(await open(trusting, body)).toMatchObject({ environment });
      }
    },
  );

  test("the production environment needs the app's number", () => {
    const { app_apple_id: _, ...without } = production;
    expect(() => createAppStore(without)).toThrow(/Apple ID/);
  });
});

describe("A19: of which environment and which app", () => {
  test("a real one on a production server is real", async () => {
    const body = notify({ environment: "live" });
    expect(await open(production, body)).toMatchObject({ environment: "live", source: "app_store", payload: body });
  });

  test("a sandbox's on a production server is genuine, and known for a sandbox's", async () => {
    expect(await open(production, notify({ environment: "test" }))).toMatchObject({ environment: "test" });
  });

  test("a real one on a sandbox server is known for a real one, where the app's number is known", async () => {
    expect(await open({ ...sandbox, app_apple_id }, notify({ environment: "live" }))).toMatchObject({
      environment: "live",
    });
    await expect(open(sandbox, notify({ environment: "live" }))).rejects.toEqual(invalid);
  });

  test("a sandbox's signature is checked on a production server too", async () => {
    const stranger = appleChain();
    await expect(open(production, notify({ environment: "test", signer: stranger.signer }))).rejects.toEqual(invalid);
  });

  test.each([
    ["another bundle, real", { environment: "live", bundle_id: "com.example.other" }],
    ["another bundle in the sandbox", { environment: "test", bundle_id: "com.example.other" }],
  ] as const)("%s is refused", async (_name, options) => {
    await expect(open(production, notify(options))).rejects.toEqual(malformed);
  });

  test("another app's number is refused", async () => {
    await expect(open(production, notify({ environment: "live", app_apple_id: 999 }))).rejects.toEqual(invalid);
  });

  test("a summary, an external purchase and an account's news name environment and app as well", async () => {
    for (const type of ["RENEWAL_EXTENSION/SUMMARY", "EXTERNAL_PURCHASE_TOKEN/UNREPORTED", "RESCIND_CONSENT", "TEST"]) {
      for (const environment of ["live", "test"] as const) {
        expect(await open(production, notify({ type, environment }))).toMatchObject({ environment, contents: [] });
      }
      await expect(open(production, notify({ type, bundle_id: "com.example.other" }))).rejects.toEqual(malformed);
    }
  });
});

describe("A20: nothing unsigned", () => {
  test.each(["Xcode", "LocalTesting"])("the environment %s is refused, signed or not", async (environment) => {
    const inner = { transaction: { environment }, renewal: { environment } };
    const data = { environment, bundleId: bundle_id };
    const signed = notify({ ...inner, type: "REFUND", payload: { data } });
    const unsigned = forged(([, payload = ""]) => [encoded({ alg: "none" }), payload, ""], signed);
    const self_made = forged(
      ([, payload = "", signature = ""]) => [encoded({ alg: "ES256", x5c: [] }), payload, signature],
      signed,
    );
    for (const body of [signed, unsigned, self_made]) {
      for (const options of [production, sandbox]) await expect(open(options, body)).rejects.toEqual(invalid);
    }
  });

  test.each([
    ["alg none with the chain", (header: object) => encoded({ ...header, alg: "none" }), ""],
    ["HS256 with the public key as its secret", (header: object) => encoded({ ...header, alg: "HS256" }), undefined],
    ["no certificates", () => encoded({ alg: "ES256" }), undefined],
    ["a key by address", () => encoded({ alg: "ES256", jku: "https://example.com/keys" }), undefined],
  ])("%s is refused", async (_name, header, signature) => {
    const body = forged(([first, payload = "", last = ""]) => [header(decoded(first)), payload, signature ?? last]);
    await expect(open(sandbox, body)).rejects.toEqual(invalid);
  });
});

describe("A21: the chain and what it signs", () => {
  const root = issueCertificate({ name: "Test root", is_ca: true });
  const trusting = { ...sandbox, roots: [root.der] };
  const past = { not_before: new Date("2020-01-01T00:00:00Z"), not_after: new Date("2021-01-01T00:00:00Z") };

  test("a right one is taken", async () => {
    expect(await open(trusting, notify({ signer: appleChain({ root }).signer }))).toMatchObject({
      environment: "test",
    });
  });

  test.each([
    ["an expired leaf", { root, leaf: past }],
    ["an expired intermediate", { root, intermediate: past }],
    ["a leaf without Apple's mark", { root, leaf: { marks: [] } }],
    ["a leaf with another mark of Apple's", { root, leaf: { marks: [marks.intermediate] } }],
    ["an intermediate without Apple's mark", { root, intermediate: { marks: [] } }],
    ["an intermediate that is no authority", { root, intermediate: { is_ca: false } }],
    ["another root", {}],
    ["another root of the same name", { root: issueCertificate({ name: "Test root", is_ca: true }) }],
  ])("%s is refused", async (_name, options) => {
    await expect(open(trusting, notify({ signer: appleChain(options).signer }))).rejects.toEqual(invalid);
  });

  test("a leaf that was valid when it signed is believed without online checks", async () => {
    const { signer } = appleChain({ root, leaf: past });
    const signed_at = new Date("2020-06-01T00:00:00Z");
    expect(await open(trusting, notify({ signer, signed_at }))).toMatchObject({ created_at: signed_at });
  });

  test("not exactly three certificates are refused", async () => {
    const { signer } = appleChain({ root });
    const [leaf = "", intermediate = "", top = ""] = signer.chain;
    for (const chain of [[leaf], [leaf, intermediate], [leaf, intermediate, top, top]]) {
      await expect(open(trusting, notify({ signer: { ...signer, chain } }))).rejects.toEqual(invalid);
    }
  });

  test("the leaf's key is the one that counts", async () => {
    const { signer } = appleChain({ root });
    const key = appleChain({ root }).signer.key;
    await expect(open(trusting, notify({ signer: { ...signer, key } }))).rejects.toEqual(invalid);
  });

  test("a changed payload is refused", async () => {
    const body = forged(([header = "", payload, signature = ""]) => {
      return [header, encoded({ ...decoded(payload), notificationUUID: "another" }), signature];
    });
    await expect(open(sandbox, body)).rejects.toEqual(invalid);
  });

  test.each([
    ["transaction of another bundle", { transaction: { bundleId: "com.example.other" } }, malformed],
    ["transaction of another environment", { transaction: { environment: "Production" } }, invalid],
    ["transaction of no environment of Apple's", { transaction: { environment: "Xcode" } }, invalid],
    ["renewal of another environment", { renewal: { environment: "Production" } }, invalid],
  ])("inside, a %s is refused", async (_name, options, error) => {
    for (const settings of [sandbox, production]) await expect(open(settings, notify(options))).rejects.toEqual(error);
  });

  test.each(["signedTransactionInfo", "signedRenewalInfo"])(
    "inside, a %s that others signed is refused",
    async (member) => {
      const stranger = notify({ signer: appleChain().signer });
      const theirs = decoded(JSON.parse(stranger).signedPayload.split(".")[1]).data;
      const ours = decoded(JSON.parse(notify()).signedPayload.split(".")[1]).data;
      const data = { ...ours, [member]: theirs[member] };
      await expect(open(sandbox, notify({ payload: { data } }))).rejects.toEqual(invalid);
      expect(await open(sandbox, notify({ payload: { data: ours } }))).toMatchObject({ subject: "2000000000000001" });
    },
  );

  test.each([
    ["no JSON", "signedPayload"],
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]).toString("latin1")],
    ["nothing signed", "{}"],
    ["something else signed", JSON.stringify({ signedPayload: { a: 1 } })],
  ])("%s is malformed", async (_name, body) => {
    const raw_body = Buffer.from(body, "latin1");
    await expect(createAppStore(sandbox).open({ raw_body, header: () => undefined })).rejects.toEqual(malformed);
  });

  test("what cannot be a JWS is no signature", async () => {
    for (const signedPayload of ["a", "a.b.c", "..", "🦢"]) {
      await expect(open(sandbox, JSON.stringify({ signedPayload }))).rejects.toEqual(invalid);
    }
  });

  test("what was opened is read again the same, whatever time has passed", async () => {
    const store = createAppStore(sandbox);
    const opened = await open(sandbox, notify());
    expect(store.read(opened.payload)).toEqual(opened);
  });

  test("a transaction beside the notification is not read for it", async () => {
    const signed_transaction = signedAppStoreTransaction({
      ...bought,
      original_transaction_id: "666",
      signer: appleChain().signer,
    });
    const opened = await open(sandbox, JSON.stringify({ ...JSON.parse(notify()), signed_transaction }));
    const again = createAppStore(sandbox).read(opened.payload);
    expect([opened.subject, again.subject]).toEqual(["2000000000000001", "2000000000000001"]);
    expect(again).toEqual(opened);
  });
});

describe("A22: Apple's OCSP responders", () => {
  let apple: FakeAppStore;
  let strict: AppStoreOptions;
  beforeAll(async () => {
    apple = await fakeAppStore();
    strict = { ...sandbox, roots: [apple.chain.root.der], online_checks: true };
  });
  afterAll(() => apple.close());
  beforeEach(() => {
    apple.faults = {};
    apple.is_revoked = false;
    apple.ocsp_calls.length = 0;
  });
  const signed = () => notify({ signer: apple.chain.signer });

  test("each certificate is asked for once, however many notifications with three signatures each come after", async () => {
    const store = createAppStore(strict);
    for (let n = 0; n < 5; n++) {
      const delivery = { raw_body: Buffer.from(signed()), header: () => undefined };
      expect(await store.open(delivery)).toMatchObject({ event_type: bought.type });
    }
    expect(apple.ocsp_calls.sort()).toEqual(["/ocsp/intermediate", "/ocsp/leaf"]);
  });

  test("certificates of a year are not too many", async () => {
    const { chain } = apple;
    const store = createAppStore(strict);
    for (let n = 0; n < 40; n++) {
      apple.chain = appleChain({ root: chain.root, ocsp_url: `${apple.base_url}/ocsp` });
      expect(await store.open({ raw_body: Buffer.from(signed()), header: () => undefined })).toBeDefined();
      clock.advance(9 * 86_400_000);
    }
    apple.chain = chain;
  });

  test("also when they come all at once", async () => {
    const store = createAppStore(strict);
    const deliveries = Array.from({ length: 20 }, () => ({ raw_body: Buffer.from(signed()), header: () => undefined }));
    await Promise.all(deliveries.map((delivery) => store.open(delivery)));
    expect(apple.ocsp_calls.sort()).toEqual(["/ocsp/intermediate", "/ocsp/leaf"]);
  });

  test.each([500, 503, 404])("an answer of %s is trouble that passes: the store is to send again", async (status) => {
    const store = createAppStore(strict);
    const delivery = { raw_body: Buffer.from(signed()), header: () => undefined };
    apple.faults.ocsp = status;
    await expect(store.open(delivery)).rejects.toEqual(unreachable);
    await expect(store.open(delivery)).rejects.toMatchObject({ occurrence: { retry_after: 60 } });
    apple.faults = {};
    expect(await store.open(delivery)).toMatchObject({ event_type: bought.type });
  });

  test("so is a responder that nobody reaches, also for what is of the other environment", async () => {
    const nobody = appleChain({ ocsp_url: "http://127.0.0.1:1" });
    const strangers = { ...strict, roots: [nobody.root.der] };
    await expect(open(strangers, notify({ signer: nobody.signer }))).rejects.toEqual(unreachable);
    const real = { ...strangers, environment: "live", app_apple_id } as const;
    await expect(open(real, notify({ signer: nobody.signer }))).rejects.toEqual(unreachable);
  });

  test("a revoked certificate is refused", async () => {
    apple.is_revoked = true;
    await expect(open(strict, signed())).rejects.toEqual(invalid);
  });

  test("a certificate that names no responder is refused", async () => {
    const { root, signer } = appleChain();
    await expect(open({ ...strict, roots: [root.der] }, notify({ signer }))).rejects.toEqual(invalid);
  });

  test("nobody is asked for certificates that end at another root", async () => {
    const stranger = appleChain({ ocsp_url: `${apple.base_url}/ocsp` });
    await expect(open(strict, notify({ signer: stranger.signer }))).rejects.toEqual(invalid);
    expect(apple.ocsp_calls).toEqual([]);
  });
});
