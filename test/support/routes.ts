import { readFile } from "node:fs/promises";

/** A route as the OpenAPI document describes it. */
export interface Operation {
  name: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  id: string;
  statuses: string[];
  /** Which kinds of credentials it takes: none for anybody. */
  credentials: string[];
  /** The scope that an API key needs; undefined when it takes none. */
  scope: string | undefined;
  /** Whether it is of a workspace that the path or the header names. */
  ofWorkspace: boolean;
  role: "member" | "admin" | "owner" | undefined;
  isAdmin: boolean;
  wantsRecent: boolean;
  whileSuspended: boolean;
  body: object | undefined;
  parameters: { name: string; in: string }[];
}

interface Described {
  operationId: string;
  responses: Record<string, unknown>;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: object }> };
  "x-role"?: Operation["role"];
  "x-admin"?: boolean;
  "x-recent-auth"?: boolean;
  "x-while-suspended"?: boolean;
}

export const document: { openapi: string; paths: Record<string, Record<string, Described>> } = JSON.parse(
  await readFile("docs/openapi.json", "utf8"),
);

/** Every route of the reference: a new one is tested the day it is added. */
export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => operationOf(path, method, described)),
);

function operationOf(path: string, method: string, described: Described): Operation {
  const verb = method.toUpperCase() as Operation["method"];
  const { parameters = [], security } = described;
  const names = parameters.map(({ name }) => name);
  const isAdmin = described["x-admin"] === true;
  return {
    name: `${verb} ${path}`,
    method: verb,
    path,
    id: described.operationId,
    statuses: Object.keys(described.responses),
    credentials: security.flatMap((kind) => Object.keys(kind)),
    scope: security.find((kind) => "api_key" in kind)?.api_key?.[0],
    ofWorkspace: !isAdmin && (names.includes("workspace_id") || names.includes("plinth-workspace")),
    role: described["x-role"],
    isAdmin,
    wantsRecent: described["x-recent-auth"] === true,
    whileSuspended: described["x-while-suspended"] === true,
    body: described.requestBody?.content["application/json"]?.schema,
    parameters,
  };
}

export const randomId = "00000000-0000-7000-8000-000000000000";

/** The path with the workspace in it, and a random id for everything else. */
export function fill({ path }: Operation, workspace_id: string): string {
  return path
    .replace("{workspace_id}", workspace_id)
    .replace("{provider}", "google")
    .replaceAll(/\{\w+\}/g, randomId);
}
