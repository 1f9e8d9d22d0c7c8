import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseStrictJson } from "./json.ts";
import { requestId } from "./request-id.ts";

const parse = (text: string | Uint8Array) => parseStrictJson(typeof text === "string" ? Buffer.from(text) : text);
const codeOf = (text: string | Uint8Array) => {
  const result = parse(text);
  return result.ok ? "ok" : result.fault.code;
};

describe("strict JSON", () => {
  test.each([
    ["", "invalid_json"],
    ["  \n", "invalid_json"],
    ["{", "invalid_json"],
    ["{'a':1}", "invalid_json"],
    ['{"a":1,"a":2}', "duplicate_key"],
    ['{"x":{"a":1,"b":{"c":1},"a":2}}', "duplicate_key"],
    ['{"a":1,"\\u0061":2}', "duplicate_key"],
    ['{"a" :1, "a"\n:2}', "duplicate_key"],
    ['{"__proto__":{}}', "forbidden_key"],
    ['[{"x":[{"\\u005f_proto__":1}]}]', "forbidden_key"],
    ['{"constructor":{"prototype":{}}}', "forbidden_key"],
    ['{"a":"\\u0000"}', "nul_character"],
    ['{"\\u0000":1}', "nul_character"],
    ['"\\ud800"', "lone_surrogate"],
    ['{"\\udc00":1}', "lone_surrogate"],
    ["[1e309]", "number_out_of_range"],
    ["[-1e999]", "number_out_of_range"],
    [Uint8Array.from([0x22, 0xff, 0x22]), "invalid_utf8"],
    [Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22]), "invalid_utf8"],
    ["[".repeat(65) + "]".repeat(65), "too_deep"],
    ["[".repeat(10_000), "too_deep"],
    ['{"a":'.repeat(10_000), "too_deep"],
  ])("refuses %j", (text, code) => expect(codeOf(text)).toBe(code));

  test.each([
    "[".repeat(64) + "]".repeat(64),
    '{"a":[{"a":1},{"a":2}],"b":{"a":3}}',
    '{"constructor":"Gaudi"}',
    '{"a":"{\\"a\\":1,[[["}',
    '"😀"',
    '{"a":"a","b":"a"}',
    "1e308",
  ])("takes %j", (text) => expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) }));

  test("names where the fault is by a JSON pointer, and echoes no long input", () => {
    const result = parse(`{"a/b":[{"~":"x\\u0000${"y".repeat(5_000)}"}]}`);
    expect(result).toMatchObject({ ok: false, fault: { pointer: "/a~1b/0/~0" } });
    expect(JSON.stringify(result).length).toBeLessThan(300);
    expect(JSON.stringify(parse(`{"${"k".repeat(9_000)}":1 "x"}`)).length).toBeLessThan(300);
  });

  test("refuses a hundred thousand keys", () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(",");
    expect(codeOf(`{${many}}`)).toBe("too_many_keys");
  });

  test("L5: takes no longer over a hostile megabyte than over a few plain ones", () => {
    const size = 1_000_000;
    const fill = (part: string) => part.repeat(Math.floor(size / part.length));
    const plain = `[${fill('{"name":"a","n":1},')}0]`;
    const hostile = [
      fill("["),
      fill('{"a":'),
      `{${fill('"a":1,')}"b":1}`,
      `{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":1`).join(",")}}`,
      `"${fill("\\u0041")}"`,
      `"${fill('\\"')}"`,
      `[${fill("1e309,")}1]`,
      fill('"'),
      fill(" "),
      fill("\\"),
    ];
    const time = (text: string) => {
      const bytes = Buffer.from(text);
      const times = Array.from({ length: 5 }, () => {
        const began = performance.now();
        parse(bytes);
        return performance.now() - began;
      });
      return Math.min(...times);
    };
    const usual = time(plain);
    for (const text of hostile) expect(time(text)).toBeLessThan(10 * usual);
  });

  test("reads whatever JSON.stringify writes as JSON.parse does", () => {
    const key = fc
      .string({ unit: "grapheme", maxLength: 8 })
      .filter((k) => k !== "__proto__" && k !== "constructor" && !k.includes("\0"));
    const leaf = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      key,
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("value")), fc.dictionary(key, tie("value"))),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, 2), (any, indent) => {
        const text = JSON.stringify(any, null, indent);
        expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  test("throws for no bytes whatever", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseStrictJson(bytes)));
  });
});

describe("request id", () => {
  const fresh = () => "fresh";
  test.each(["abc-1._X", "a".repeat(128)])("keeps %j", (id) => expect(requestId(id, fresh)).toBe(id));
  test.each([undefined, "", "a b", "a\r\nb: c", "ä", "a".repeat(129), "a/b"])("replaces %j", (id) =>
    expect(requestId(id, fresh)).toBe("fresh"),
  );
  test("replaces one that was sent twice", () => expect(requestId(["a", "b"], fresh)).toBe("fresh"));
});
