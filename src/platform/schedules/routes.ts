import { type Route, route } from "../../core/http/route.ts";
import {
  SchedulePage,
  ScheduleParams,
  ScheduleRun,
  ScheduleRunPage,
  ScheduleRunQuery,
  ScheduleView,
} from "./schema.ts";
import type { ScheduleAdmin } from "./service.ts";

export function scheduleRoutes(admin: ScheduleAdmin): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/schedules",
      summary: "What runs at its times, with the next and the last",
      description: "By name; all on one page.",
      auth: "admin",
      responses: { 200: SchedulePage },
      handler: async () => ({ status: 200, body: { data: await admin.list(), next_cursor: null } }),
    }),
    route({
      method: "GET",
      path: "/v1/schedules/{schedule_name}",
      summary: "A schedule",
      auth: "admin",
      params: ScheduleParams,
      responses: { 200: ScheduleView },
      errors: ["schedules.not_found"],
      handler: async ({ params }) => ({ status: 200, body: await admin.get(params.schedule_name) }),
    }),
    route({
      method: "GET",
      path: "/v1/schedules/{schedule_name}/runs",
      summary: "A schedule's runs of the last 90 days, the newest first",
      auth: "admin",
      params: ScheduleParams,
      query: ScheduleRunQuery,
      responses: { 200: ScheduleRunPage },
      errors: ["schedules.not_found"],
      handler: async ({ params, query }) => ({ status: 200, body: await admin.runs(params.schedule_name, query) }),
    }),
    ...changes(admin),
  ];
}

function changes(admin: ScheduleAdmin): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/schedules/{schedule_name}/pause",
      summary: "Pause a schedule",
      description: "Runs that are under way go on.",
      auth: "admin",
      params: ScheduleParams,
      responses: { 200: ScheduleView },
      errors: ["schedules.not_found"],
      handler: async ({ params }) => ({ status: 200, body: await admin.pause(params.schedule_name) }),
    }),
    route({
      method: "POST",
      path: "/v1/schedules/{schedule_name}/resume",
      summary: "End a pause",
      description: "It runs again at its next time; what fell into the pause is not made up for.",
      auth: "admin",
      params: ScheduleParams,
      responses: { 200: ScheduleView },
      errors: ["schedules.not_found"],
      handler: async ({ params }) => ({ status: 200, body: await admin.resume(params.schedule_name) }),
    }),
    route({
      method: "POST",
      path: "/v1/schedules/{schedule_name}/run",
      summary: "Run a schedule now",
      description: "Paused or not, beside its own times.",
      auth: "admin",
      idempotent: true,
      params: ScheduleParams,
      responses: { 202: ScheduleRun },
      errors: ["schedules.not_found"],
      handler: async ({ params }) => ({ status: 202, body: await admin.run(params.schedule_name) }),
    }),
  ];
}
