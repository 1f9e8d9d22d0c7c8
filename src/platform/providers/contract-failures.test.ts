import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { converse } from "../../../test/support/conversation.ts";
import type { FakeAnswer } from "../../../test/support/fake-provider.ts";
import { failure, gather, patient, providerOf, question, stages, testKey } from "../../../test/support/providers.ts";

// How every adapter fails, whatever its wire looks like: the same cases for all of them, whole and streamed.

describe.each(stages)("$adapter", (stage) => {
  const { adapter, makeFake, model } = stage;
  const at = converse(stage);
  const { ask, listen } = at;

  describe("failures", () => {
    const refusalBody = (message: string, type: string) => ({ error: { message, type, code: type, status: type } });

    test("AI 4, AI 25: every status has its meaning; those that a wait may cure are retryable, and a request is one call", async () => {
      const of = async (status: number, type = "something_new") => {
        at.fake.reset();
        const { code, retryable, maybe_billed } = await failure(ask({ status, body: refusalBody("For people", type) }));
        expect(maybe_billed).toBe(false);
        const streamed = await failure(listen({ status, body: refusalBody("For people", type) }));
        expect(streamed).toMatchObject({ code, retryable, maybe_billed });
        expect(at.fake.calls).toHaveLength(2);
        return `${code}${retryable ? ", retryable" : ""}`;
      };
      expect(await of(400)).toBe("invalid_request");
      expect(await of(400, "content_filter")).toBe("content_filtered");
      expect(await of(400, "API_KEY_INVALID")).toBe("unauthorized");
      expect(await of(401)).toBe("unauthorized");
      expect(await of(402)).toBe("unauthorized");
      expect(await of(403)).toBe("unauthorized");
      expect(await of(404)).toBe("not_found");
      expect(await of(408)).toBe("timeout, retryable");
      expect(await of(413)).toBe("invalid_request");
      expect(await of(422)).toBe("invalid_request");
      expect(await of(429)).toBe("rate_limited, retryable");
      expect(await of(429, "insufficient_quota")).toBe("unauthorized");
      expect(await of(500)).toBe("overloaded, retryable");
      expect(await of(503)).toBe("overloaded, retryable");
      expect(await of(529)).toBe("overloaded, retryable");
    });

    test("AI 1, AI 2: Retry-After in seconds, as a date, in milliseconds, and as Google writes it", async () => {
      const waitOf = async (headers: Record<string, string>, body: object = {}) => {
        const attempts = [ask, listen].map((attempt) => failure(attempt({ status: 429, headers, body })));
        const [whole, streamed] = await Promise.all(attempts);
        expect(streamed?.retry_after_seconds).toBe(whole?.retry_after_seconds);
        return whole?.retry_after_seconds;
      };
      expect(await waitOf({ "retry-after": "3600" })).toBe(3_600);
      expect(await waitOf({ "retry-after": "Sun, 01 Mar 2026 10:00:20 GMT" })).toBe(20);
      expect(await waitOf({ "retry-after": "2", "retry-after-ms": "1250" })).toBe(1.25);
      expect(await waitOf({ "retry-after": "soon" })).toBeUndefined();
      const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.5s" }];
      expect(await waitOf({}, { error: { code: 429, status: "RESOURCE_EXHAUSTED", details } })).toBe(34.5);
      expect(await waitOf({})).toBeUndefined();
    });

    test("AI 12: HTML, broken JSON and JSON of another shape are bad answers that may be charged", async () => {
      const html = { body: "<html><body>Welcome</body></html>", headers: { "content-type": "text/html" } };
      for (const answer of [
        html,
        { body: '{"choices":[{"mess' },
        { body: "null" },
        { body: { choices: "none", candidates: 1 } },
      ]) {
        for (const attempt of [ask, listen]) {
          expect(await failure(attempt(answer))).toMatchObject({
            code: "bad_response",
            retryable: true,
            maybe_billed: true,
          });
        }
      }
    });

    test("an error with status 200 is that error", async () => {
      const body = {
        type: "error",
        error: { type: "overloaded_error", code: "server_error", status: "UNAVAILABLE", message: "no" },
      };
      for (const attempt of [ask, listen])
        expect(await failure(attempt({ body }))).toMatchObject({ code: "overloaded", maybe_billed: false });
    });

    test("an answer beyond the limit is not read to its end", async () => {
      for (const attempt of [ask, listen]) {
        at.fake.reset();
        const error = await failure(attempt({ text: "word ".repeat(20_000) }));
        expect(error).toMatchObject({
          code: "bad_response",
          reason: "UND_ERR_RES_EXCEEDED_MAX_SIZE",
          maybe_billed: true,
        });
        await at.fake.calls[0]?.closed;
      }
    });

    test("a redirect is not followed: the key goes to no other place", async () => {
      const other = await makeFake();
      for (const attempt of [ask, listen]) {
        const error = await failure(attempt({ status: 307, headers: { location: other.base_url }, body: "{}" }));
        expect(error).toMatchObject({ code: "bad_response", status: 307, retryable: false });
      }
      expect(other.calls).toHaveLength(0);
      await other.close();
    });

    test("no error holds the key or the prompt, even when the provider repeats them", async () => {
      const worry = "worry";
      const bodies = [
        {
          error: {
            message: `Incorrect key ${testKey}: ${worry}`,
            type: testKey,
            code: `bad_${testKey}`,
            status: worry,
          },
        },
        {
          error: {
            message: worry,
            code: worry,
            type: `${worry}_error`,
            details: [{ reason: worry, retryDelay: worry }],
          },
        },
        { error: worry, type: worry, candidates: worry, choices: testKey, content: testKey },
        `Incorrect key ${testKey}: ${worry}`,
      ];
      for (const body of bodies) {
        for (const status of [200, 400, 401, 500]) {
          for (const attempt of [ask, listen]) {
            const shown = inspect(await failure(attempt({ status, body })), { depth: 9, showHidden: true });
            expect(shown).not.toContain(testKey);
            expect(shown.replaceAll(/\n\s+at .*/g, "")).not.toContain(worry);
          }
        }
      }
      const known = {
        error: { message: "too long", type: "context_length_exceeded", code: "context_length_exceeded" },
      };
      expect((await failure(ask({ status: 400, body: known }))).message).toBe(
        "invalid_request, HTTP 400, context_length_exceeded",
      );
    });

    test("AI 8: a reset before the answer or within it is a network failure and one call", async () => {
      for (const fault of ["reset", "reset_in_body"] as const) {
        at.fake.reset();
        expect(await failure(ask({ fault }))).toMatchObject({ code: "network", retryable: true, maybe_billed: true });
        expect(at.fake.calls).toHaveLength(1);
      }
      expect(await failure(listen({ fault: "reset" }))).toMatchObject({ code: "network", maybe_billed: true });
    });
  });

  describe("streams that break", () => {
    /** What came before the failure, and the failure. */
    const broken = async (answer: FakeAnswer) => {
      at.fake.script(answer);
      let text = "";
      const read = async () => {
        for await (const event of at.provider.stream(question(model), patient()))
          if (event.type === "text") text += event.text;
      };
      const error = await failure(read());
      return { text, error };
    };
    const text = "one two three four five six seven eight nine ten";
    // Enough for a few words, on every wire.
    const after = 8;

    test("AI 9: a connection lost within the text gives what came, then fails", async () => {
      const { text: came, error } = await broken({ text, breaks: { after, by: "reset" } });
      expect(error).toMatchObject({ code: "network", maybe_billed: true });
      expect(text.startsWith(came) && came !== "" && came !== text).toBe(true);
    });

    test("AI 10: an end that nobody announced is none", async () => {
      const { text: came, error } = await broken({ text, breaks: { after, by: "end" } });
      expect(error).toMatchObject({ code: "incomplete", retryable: true, maybe_billed: true });
      expect(came).not.toBe("");
      expect((await broken({ text, breaks: { after: 0, by: "end" } })).error).toMatchObject({ code: "incomplete" });
    });

    test("AI 11: an error in the stream is that error; before any text nothing is charged", async () => {
      const late = await broken({ text, breaks: { after, by: "error" } });
      expect(late.error).toMatchObject({ code: "overloaded", retryable: true, maybe_billed: true });
      expect(late.text).not.toBe("");
      const early = await broken({ text, breaks: { after: 0, by: "error" } });
      expect(early.error).toMatchObject({ code: "overloaded", maybe_billed: false });
      const limited = {
        type: "rate_limit_error",
        code: "rate_limit_exceeded",
        status: "RESOURCE_EXHAUSTED",
        message: "slow",
      };
      expect((await broken({ breaks: { after: 0, by: "error", error: limited } })).error).toMatchObject({
        code: "rate_limited",
      });
    });

    test("AI 12: broken JSON in the stream is a bad answer, and its connection is closed", async () => {
      const { text: came, error } = await broken({ text, breaks: { after, by: "broken_json" } });
      expect(error).toMatchObject({ code: "bad_response", reason: "not_json", maybe_billed: true });
      expect(came).not.toBe("");
      await at.fake.calls[0]?.closed;
    });
  });

  describe("leaving", () => {
    const reason = new Error("time is up");

    test("AI 5: a server that never answers is left at the signal, and its connection closed", async () => {
      for (const attempt of [ask, listen]) {
        at.fake.reset();
        const leave = new AbortController();
        const answer = attempt({ fault: "hang" }, {}, leave.signal);
        const call = await at.fake.arrival(1);
        leave.abort(reason);
        await expect(answer).rejects.toBe(reason);
        await call.closed;
      }
    });

    test("AI 6: a body that stalls after its headers is left at the signal, and its connection closed", async () => {
      at.fake.script({ fault: "stall" });
      const leave = new AbortController();
      const answer = at.provider.complete(question(model), {
        signal: leave.signal,
        onProgress: (what) => what === "body" && leave.abort(reason),
      });
      await expect(answer).rejects.toBe(reason);
      await at.fake.calls[0]?.closed;
    });

    test("AI 7: a stream that stalls is left at the signal; head and body were told", async () => {
      at.fake.script({ text: "one two three four five six seven", breaks: { after: 7, by: "stall" } });
      const leave = new AbortController();
      const following = patient(leave.signal);
      const seen: string[] = [];
      const read = async () => {
        for await (const event of at.provider.stream(question(model), following)) {
          if (event.type === "text") seen.push(event.text);
          if (event.type === "text") leave.abort(reason);
        }
      };
      await expect(read()).rejects.toBe(reason);
      expect(seen).toHaveLength(1);
      expect(following.progress[0]).toBe("head");
      expect(following.progress).toContain("body");
      await at.fake.calls[0]?.closed;
    });

    test("AI 20: who stops reading closes the connection within 100 ms", async () => {
      at.fake.script({ text: "one two three four five", breaks: { after: 7, by: "stall" } });
      for await (const event of at.provider.stream(question(model), patient())) if (event.type === "text") break;
      const left = performance.now();
      await at.fake.calls[0]?.closed;
      // The promise is of the machine's time; a machine that is busy elsewhere gets a hundred times it.
      expect(performance.now() - left).toBeLessThan(10_000);
    });

    test("a signal that was aborted before sends nothing", async () => {
      for (const attempt of [ask, listen])
        await expect(attempt({}, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(at.fake.calls).toHaveLength(0);
    });

    test("a connection that served an answer or a stream to its end serves the next call", async () => {
      const own = providerOf({ adapter, base_url: at.fake.base_url, connections: 1 });
      const before = at.fake.connections();
      for (let n = 0; n < 3; n++) await gather(own.stream(question(model), patient()));
      await own.complete(question(model), patient());
      expect(at.fake.calls).toHaveLength(4);
      expect(at.fake.connections() - before).toBe(1);
      await own.close();
    });
  });
});
