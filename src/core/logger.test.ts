import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

test("secrets are replaced wherever they stand in a line, and every line is one JSON object", () => {
  const lines: string[] = [];
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => void lines.push(line) });
  const secret = "hunter2";
  logger.info(
    { password: secret, headers: { authorization: secret, "set-cookie": secret }, a: { b: { refresh_token: secret } } },
    "x",
  );
  logger.child({ request_id: "r-1" }).warn({ DATABASE_URL: secret, config: { STRIPE_WEBHOOK_SECRET: secret } }, "y");
  logger.debug("not written");
  expect(lines.join("")).not.toContain(secret);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: "info", msg: "x", password: "[redacted]" },
    { level: "warn", msg: "y", request_id: "r-1" },
  ]);
});

test("an error's own fields are looked through too, and what was logged stays as it was", () => {
  const lines: string[] = [];
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => void lines.push(line) });
  const error = Object.assign(new Error("refused"), { request: { authorization: "hunter2" } });
  const line = { err: error, list: [{ name: "a" }], deep: { token: "hunter2" } };
  logger.error(line, "z");
  expect(lines.join("")).not.toContain("hunter2");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ err: { message: "refused" }, list: [{ name: "a" }] });
  expect(line.deep.token).toBe("hunter2");
  expect(error.request.authorization).toBe("hunter2");
});
