// A TCP proxy: the network between a client and its server, which can be cut in the ways in which networks are.

import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * - `refused`: nobody listens.
 * - `reset`: connections break.
 * - `silent`: packets vanish.
 * - `answers_lost`: requests arrive, and break before their answer.
 */
export type Network = "open" | "refused" | "reset" | "silent" | "answers_lost";

export interface CuttableNetwork {
  url: string;
  /** Connections that are open end as the new mode has it. */
  become(mode: Network): Promise<void>;
  close(): Promise<void>;
}

export async function createNetwork(server_port: number): Promise<CuttableNetwork> {
  const sockets = new Set<Socket>();
  let mode: Network = "open";
  const keep = (socket: Socket) => {
    sockets.add(socket);
    // A connection that breaks is what this is about.
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const listener: Server = createServer((client) => {
    keep(client);
    if (mode === "reset") return client.destroy();
    if (mode === "silent") return;
    const server = keep(connect(server_port, "127.0.0.1"));
    client.pipe(server);
    if (mode === "answers_lost") server.once("data", () => client.destroy());
    else server.pipe(client);
    client.once("close", () => server.destroy());
    server.once("close", () => client.destroy());
  });
  const listen = (port: number) => new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", resolve));
  const stop = async () => {
    const closed = new Promise((resolve) => listener.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = listener.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    become: async (next) => {
      mode = next;
      if (listener.listening) await stop();
      if (next !== "refused") await listen(port);
    },
    close: async () => {
      if (listener.listening) await stop();
    },
  };
}
