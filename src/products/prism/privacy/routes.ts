import { type Ctx, type Route, route, Type } from "../../../product.ts";
import type { Export } from "./service.ts";

const Exported = Type.Record(Type.String(), Type.Array(Type.Unknown()));

export function privacyRoutes(privacy: { exportOwn(ctx: Ctx): Promise<Export> }): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/prism/export",
      summary: "Everything that prism keeps of you in this workspace",
      description: "Every row with every column, by table, also what is deleted and not yet purged.",
      auth: "workspace",
      responses: { 200: Exported },
      handler: async ({ ctx }) => ({
        status: 200,
        body: await privacy.exportOwn(ctx),
        headers: { "content-disposition": 'attachment; filename="prism.json"' },
      }),
    }),
  ];
}
