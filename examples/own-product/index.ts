// A product outside the house: it imports `plinth/product` and nothing else of Plinth. Start it with
//   npm start -- --product ./examples/own-product/index.ts
import {
  Closed,
  defineEvent,
  defineProduct,
  defineSubscriber,
  type Generated,
  Id,
  newId,
  Page,
  PageQuery,
  pageOf,
  productTables,
  readCursor,
  route,
  sql,
  Timestamp,
  Type,
} from "plinth/product";

interface NotesTable {
  id: string;
  workspace_id: string;
  text: string;
  words: number | null;
  created_at: Generated<Date>;
}
const tables = productTables<{ "notes.notes": NotesTable }>();
const columns = ["id", "text", "words", "created_at"] as const;

const NewNote = Closed({ text: Type.String({ minLength: 1, maxLength: 10_000 }) });
const Note = Closed({
  id: Id,
  text: Type.String(),
  words: Type.Union([Type.Integer(), Type.Null()], { description: "Null until they are counted, a moment later" }),
  created_at: Timestamp,
});

const NoteWritten = defineEvent("notes.note_written", "A note was written", Type.Object({ note_id: Type.String() }));

/** Counts the words of a note. The count and the event's completion commit together: exactly once. */
const countWords = defineSubscriber({
  name: "notes.count_words",
  event: NoteWritten,
  handleInTransaction: async (tx, _ctx, { note_id }) => {
    await tables(tx)
      .updateTable("notes.notes")
      .set({ words: sql<number>`cardinality(regexp_split_to_array(trim(text), '\s+'))` })
      .where("id", "=", note_id)
      .execute();
  },
});

export default defineProduct({
  name: "notes",
  plans: new URL("./plans.yaml", import.meta.url),
  migrations: new URL("./migrations/", import.meta.url),
  create: ({ db, usage, events }) => ({
    subscribers: [countWords],
    routes: [
      route({
        method: "POST",
        path: "/v1/notes/notes",
        summary: "Write a note",
        auth: "workspace",
        body: NewNote,
        responses: { 201: Note },
        errors: ["usage.limit_reached"],
        idempotent: true,
        handler: async ({ ctx, body }) => {
          const id = newId();
          const note = await db.inWorkspace(ctx, async (tx) => {
            const row = { id, workspace_id: ctx.workspace_id, text: body.text };
            const written = await tables(tx)
              .insertInto("notes.notes")
              .values(row)
              .returning(columns)
              .executeTakeFirstOrThrow();
            await events.append(tx, ctx, NoteWritten, { note_id: id });
            // Last, because the counter stays locked until the transaction ends.
            await usage.consume(tx, ctx, "notes.notes_per_day", { idempotency_key: `notes.note:${id}` });
            return written;
          });
          return { status: 201, body: note };
        },
      }),
      route({
        method: "GET",
        path: "/v1/notes/notes",
        summary: "The workspace's notes, the oldest first",
        auth: "workspace",
        query: PageQuery,
        responses: { 200: Page(Note) },
        handler: async ({ ctx, query }) => {
          const after = readCursor(query.cursor);
          const rows = await db.statement(ctx, (tx) => {
            const notes = tables(tx).selectFrom("notes.notes").select(columns).orderBy("created_at").orderBy("id");
            const rest =
              after === undefined
                ? notes
                : notes.where(sql<boolean>`(created_at, id) > (${after.created_at}, ${after.id})`);
            return rest.limit(query.limit + 1).execute();
          });
          return { status: 200, body: pageOf(rows, query.limit) };
        },
      }),
    ],
  }),
});
