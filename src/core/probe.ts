import { Client } from "pg";

/** Asks a server one question on a connection of its own; the first row. For looking at what a connection string leads to. */
export async function askServer<Row extends object>(url: string, query: string): Promise<Row | undefined> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return (await client.query<Row>(query)).rows[0];
  } finally {
    await client.end();
  }
}
