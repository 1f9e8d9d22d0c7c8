import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFakeAuthenticator } from "../../../test/support/fake-authenticator.ts";
import { newId } from "../../core/id.ts";
import { createWebAuthn, type StoredPasskey } from "./webauthn.ts";

const origin = "https://app.plinth.example";
const rp_id = "plinth.example";
const webauthn = createWebAuthn({ rp_id, rp_name: "Plinth", origins: [origin, "https://console.plinth.example"] });

const newPerson = () => ({ id: newId(), name: "ada@example.test", display_name: "Ada Lovelace" });
const base64url = (bytes: Buffer) => bytes.toString("base64url");
const handleOf = (user_id: string) => base64url(Buffer.from(user_id.replaceAll("-", ""), "hex"));

type Authenticator = ReturnType<typeof createFakeAuthenticator>;
type CreateOverrides = Parameters<Authenticator["create"]>[1];
type GetOverrides = Parameters<Authenticator["get"]>[1];

/** One person at a fresh authenticator, and the two ceremonies up to the browser's answer. */
function sitDown() {
  const authenticator = createFakeAuthenticator({ origin, rp_id });
  const user = newPerson();
  const registration = async (overrides?: CreateOverrides, exclude: StoredPasskey[] = []) => {
    const challenge = randomBytes(32);
    const options = await webauthn.registrationOptions({ challenge, user, exclude });
    return { challenge, response: authenticator.create(options, overrides) };
  };
  const authentication = async (passkey: StoredPasskey, overrides?: GetOverrides) => {
    const challenge = randomBytes(32);
    const options = await webauthn.authenticationOptions({ challenge, allow: [passkey] });
    return { challenge, response: authenticator.get(options, overrides), passkey, user_id: user.id };
  };
  const registered = async (overrides?: CreateOverrides) => {
    const passkey = await webauthn.verifyRegistration(await registration(overrides));
    if (passkey === undefined) throw new Error("The registration was refused");
    return passkey;
  };
  return { authenticator, user, registration, authentication, registered };
}

describe("registration", () => {
  test("asks for user verification and no attestation, for 16 bytes as user, without the passkeys that are there", async () => {
    const { user, registered } = sitDown();
    const known = await registered();
    const challenge = randomBytes(32);
    expect(await webauthn.registrationOptions({ challenge, user, exclude: [known] })).toMatchObject({
      challenge: base64url(challenge),
      rp: { id: rp_id, name: "Plinth" },
      user: { id: handleOf(user.id), name: user.name, displayName: user.display_name },
      attestation: "none",
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: [
        { id: base64url(known.credential_id), transports: ["hybrid", "internal"], type: "public-key" },
      ],
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: "public-key" })),
    });
  });

  test("gives the passkey", async () => {
    const { registration } = sitDown();
    const answer = await registration();
    expect(await webauthn.verifyRegistration(answer)).toEqual({
      credential_id: Buffer.from(answer.response.id, "base64url"),
      public_key: expect.any(Buffer),
      counter: 0,
      transports: ["hybrid", "internal"],
      backed_up: false,
      aaguid: "fafafafa-fafa-fafa-fafa-fafafafafafa",
    });
  });

  test("knows a passkey that is backed up, and the counter it starts from", async () => {
    const { registered } = sitDown();
    expect(await registered({ backed_up: true, counter: 7 })).toMatchObject({ backed_up: true, counter: 7 });
  });

  test("takes an attestation by the key itself, and none with certificates", async () => {
    const { registration } = sitDown();
    expect(await webauthn.verifyRegistration(await registration({ attestation: "self" }))).toBeDefined();
    expect(await webauthn.verifyRegistration(await registration({ attestation: "certificate" }))).toBeUndefined();
  });

  test("is made once per authenticator", async () => {
    const { registration, registered } = sitDown();
    const known = await registered();
    await expect(registration({}, [known])).rejects.toMatchObject({ name: "InvalidStateError" });
  });

  test.each<[string, CreateOverrides]>([
    ["of a foreign origin", { origin: "https://evil.example" }],
    ["of an origin on another port", { origin: `${origin}:8443` }],
    ["of an origin without TLS", { origin: "http://app.plinth.example" }],
    ["for a foreign domain", { rp_id: "evil.example" }],
    ["to another challenge", { challenge: base64url(randomBytes(32)) }],
    ["without user verification", { user_verified: false }],
    ["without user presence", { user_present: false }],
    ["of the type of an authentication", { type: "webauthn.get" }],
    ["from a foreign site's frame", { top_origin: "https://evil.example" }],
    ["from a frame whose site the browser does not tell", { top_origin: null }],
    ["with transports that are no names", { transports: ["internal\u0000"] }],
  ])("refuses an answer %s", async (_, overrides) => {
    const { registration } = sitDown();
    expect(await webauthn.verifyRegistration(await registration(overrides))).toBeUndefined();
  });

  test("refuses an answer under another passkey's id", async () => {
    const { registration } = sitDown();
    const other = await registration();
    const { challenge, response } = await registration();
    const renamed = { ...response, id: other.response.id, rawId: other.response.id };
    expect(await webauthn.verifyRegistration({ challenge, response: renamed })).toBeUndefined();
  });

  test("wants a UUID for the user", async () => {
    const user = { ...newPerson(), id: "ada" };
    const options = webauthn.registrationOptions({ challenge: randomBytes(32), user, exclude: [] });
    await expect(options).rejects.toThrow("must be a UUID");
  });
});

describe("authentication", () => {
  // DER around the two numbers of a signature may be spelt in more ways than one, which forges nothing.
  const isOfR = (signature: Buffer, index: number) => index >= 4 && index < 4 + signature.readUInt8(3);

  test("asks for user verification, and names nobody's passkeys unless told to", async () => {
    const challenge = randomBytes(32);
    const anybody = await webauthn.authenticationOptions({ challenge });
    expect(anybody).toMatchObject({ challenge: base64url(challenge), rpId: rp_id, userVerification: "required" });
    expect(JSON.parse(JSON.stringify(anybody))).not.toHaveProperty("allowCredentials");
  });

  test("gives the new counter of whoever holds the passkey", async () => {
    const { authenticator, user, registered } = sitDown();
    const passkey = await registered();
    const challenge = randomBytes(32);
    const response = authenticator.get(await webauthn.authenticationOptions({ challenge }));
    expect(webauthn.credentialIdOf(response)).toEqual(passkey.credential_id);
    const answer = { challenge, response, passkey, user_id: user.id };
    expect(await webauthn.verifyAuthentication(answer)).toEqual({ counter: 1, is_cloned: false, backed_up: false });
  });

  test("tells that a passkey was backed up since", async () => {
    const { registered, authentication } = sitDown();
    const answer = await authentication(await registered(), { backed_up: true });
    expect(await webauthn.verifyAuthentication(answer)).toMatchObject({ backed_up: true });
  });

  test.each([null, ""])("does without a user handle (%j)", async (user_handle) => {
    const { registered, authentication } = sitDown();
    expect(
      await webauthn.verifyAuthentication(await authentication(await registered(), { user_handle })),
    ).toBeDefined();
  });

  test("takes a frame of our own", async () => {
    const { registered, authentication } = sitDown();
    const overrides = { top_origin: "https://console.plinth.example" };
    expect(await webauthn.verifyAuthentication(await authentication(await registered(), overrides))).toBeDefined();
  });

  test.each<[string, GetOverrides]>([
    ["of a foreign origin", { origin: "https://evil.example" }],
    ["of a sibling that is not ours", { origin: "https://blog.plinth.example" }],
    ["for a foreign domain", { rp_id: "evil.example" }],
    ["to another challenge", { challenge: base64url(randomBytes(32)) }],
    ["without user verification", { user_verified: false }],
    ["without user presence", { user_present: false }],
    ["with a corrupt signature", { corrupt_signature: true }],
    ["of the type of a registration", { type: "webauthn.create" }],
    ["with another person's user handle", { user_handle: handleOf(newId()) }],
    ["with a user handle that is none", { user_handle: "ada" }],
    ["from a foreign site's frame", { top_origin: "https://evil.example" }],
    ["from a frame whose site the browser does not tell", { top_origin: null }],
  ])("refuses an answer %s", async (_, overrides) => {
    const { registered, authentication } = sitDown();
    expect(await webauthn.verifyAuthentication(await authentication(await registered(), overrides))).toBeUndefined();
  });

  test("refuses a signature by the key of another of the person's passkeys", async () => {
    const { registered, authentication } = sitDown();
    const [passkey, other] = [await registered(), await registered()];
    const forged = await authentication(passkey, { signed_by: base64url(other.credential_id) });
    expect(await webauthn.verifyAuthentication(forged)).toBeUndefined();
  });

  test("refuses an answer by another passkey than the one it is held against", async () => {
    const { registered, authentication } = sitDown();
    const [passkey, other] = [await registered(), await registered()];
    const answer = await authentication(other);
    expect(await webauthn.verifyAuthentication({ ...answer, passkey })).toBeUndefined();
    expect(
      await webauthn.verifyAuthentication({ ...answer, passkey: { ...other, credential_id: passkey.credential_id } }),
    ).toBeUndefined();
  });

  test("refuses an answer when any byte that is signed, or of the signature, has changed", async () => {
    const { registered, authentication } = sitDown();
    const { response, ...rest } = await authentication(await registered());
    for (const field of ["clientDataJSON", "authenticatorData", "signature"] as const) {
      const sent = Buffer.from(response.response[field], "base64url");
      for (const [index, byte] of sent.entries()) {
        if (field === "signature" && !isOfR(sent, index)) continue;
        const changed = base64url(sent.fill(byte ^ 1, index, index + 1));
        sent[index] = byte;
        const forged = { ...response, response: { ...response.response, [field]: changed } };
        expect(
          await webauthn.verifyAuthentication({ ...rest, response: forged }),
          `${field}, ${index}`,
        ).toBeUndefined();
      }
    }
  });
});

describe("the counter", () => {
  test.each([
    { stored: 0, sent: 0, is_cloned: false },
    { stored: 0, sent: 1, is_cloned: false },
    { stored: 5, sent: 6, is_cloned: false },
    { stored: 5, sent: 4_294_967_295, is_cloned: false },
    { stored: 5, sent: 5, is_cloned: true },
    { stored: 5, sent: 4, is_cloned: true },
    { stored: 5, sent: 0, is_cloned: true },
  ])("$stored, then $sent: cloned is $is_cloned", async ({ stored, sent, is_cloned }) => {
    const { registered, authentication } = sitDown();
    const answer = await authentication(await registered({ counter: stored }), { counter: sent });
    expect(await webauthn.verifyAuthentication(answer)).toMatchObject({ counter: sent, is_cloned });
  });

  test("of a forgery tells nothing: it is refused, not taken for a clone", async () => {
    const { registered, authentication } = sitDown();
    const passkey = await registered({ counter: 5 });
    const forged = await authentication(passkey, { counter: 4, corrupt_signature: true });
    expect(await webauthn.verifyAuthentication(forged)).toBeUndefined();
  });
});

describe("garbage", () => {
  /** What all three make of a response, from a person who has a passkey. */
  async function judge() {
    const { user, registered, registration, authentication } = sitDown();
    const passkey = await registered();
    const made = await registration();
    const signed = await authentication(passkey);
    const verdicts = (response: unknown) => [
      webauthn.verifyRegistration({ ...made, response }),
      webauthn.verifyAuthentication({ ...signed, response, user_id: user.id }),
    ];
    return { made, signed, verdicts };
  }

  const long = "A".repeat(10_240);
  const credential = { id: "AAAA", rawId: "AAAA", type: "public-key" };

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["an array", [[], {}]],
    ["a number", 1],
    ["a long text", long],
    ["a long id", { ...credential, id: long, rawId: long, response: {} }],
    ["an id that is not base64url", { ...credential, id: "a+/=", rawId: "a+/=" }],
    ["an empty id", { ...credential, id: "", rawId: "" }],
    ["an id of less than a byte", { ...credential, id: "A", rawId: "A" }],
    ["an id in another spelling", { ...credential, id: "AB", rawId: "AB" }],
  ])("%s has no id and is refused", async (_, response) => {
    const { verdicts } = await judge();
    expect(webauthn.credentialIdOf(response)).toBeUndefined();
    expect(await Promise.all(verdicts(response))).toEqual([undefined, undefined]);
  });

  test.each<[string, unknown]>([
    ["no response", null],
    ["an empty response", {}],
    ["long texts", { clientDataJSON: long, attestationObject: long, authenticatorData: long, signature: long }],
    ["null as client data", { clientDataJSON: base64url(Buffer.from("null")), attestationObject: "AAAA" }],
    ["texts that only look like texts", { clientDataJSON: { length: 4e9 }, attestationObject: { length: 4e9 } }],
  ])("%s is refused", async (_, inner) => {
    const { made, signed, verdicts } = await judge();
    for (const { response } of [made, signed])
      expect(await Promise.all(verdicts({ ...response, response: inner }))).toEqual([undefined, undefined]);
  });

  test("any JSON is refused", async () => {
    const { verdicts } = await judge();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (response) => {
        expect(await Promise.all(verdicts(response))).toEqual([undefined, undefined]);
      }),
    );
  });

  test("any JSON in the place of what counts is refused", async () => {
    const { made, signed, verdicts } = await judge();
    const response = fc.constantFrom<object>(made.response, signed.response);
    const field = fc.constantFrom("id", "rawId", "type", "response");
    await fc.assert(
      fc.asyncProperty(response, field, fc.jsonValue(), async (valid, name, value) => {
        const both = await Promise.all(verdicts({ ...valid, [name]: value }));
        expect(both).toEqual([undefined, undefined]);
      }),
    );
  });

  test("any JSON, and any bytes, in the place of what is signed are refused", async () => {
    const { made, signed, verdicts } = await judge();
    const response = fc.constantFrom<{ response: object }>(made.response, signed.response);
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => base64url(Buffer.from(array)));
    const garbage = fc.oneof(fc.jsonValue(), bytes);
    const all = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"];
    await fc.assert(
      fc.asyncProperty(response, fc.subarray(all, { minLength: 3 }), garbage, async (valid, names, value) => {
        const replaced = Object.fromEntries(names.map((name) => [name, value]));
        const both = await Promise.all(verdicts({ ...valid, response: { ...valid.response, ...replaced } }));
        expect(both).toEqual([undefined, undefined]);
      }),
    );
  });
});
