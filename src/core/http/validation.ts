import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";

// A body says what it means: nothing is converted. A query or a path is text, so its numbers and booleans are read from it.
const bodies = new Ajv2020({ allErrors: true, useDefaults: true, strict: false });
const texts = new Ajv2020({ allErrors: true, useDefaults: true, coerceTypes: true, strict: false });
addFormats.default(bodies);
addFormats.default(texts);

/** The validator of a part of a request. Objects refuse members that they do not declare. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  (httpPart === "body" ? bodies : texts).compile(httpPart === "headers" ? schema : close(schema));

/** The schema with every object in it closed, unless it says itself what it does with other members. */
function close(schema: unknown): object {
  if (typeof schema !== "object" || schema === null) return {};
  const closed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) closed[key] = closeValue(value);
  if (closed.type === "object" && !("additionalProperties" in closed) && "properties" in closed) {
    closed.additionalProperties = false;
  }
  return closed;
}

function closeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeValue);
  return typeof value === "object" && value !== null ? close(value) : value;
}
