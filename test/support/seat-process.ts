// One process of a storm: acquires a seat for each of its machines, all at once when it is told to, and tells how each was answered.
import { caller, seatNode } from "./seat-node.ts";

interface Task {
  app_url: string;
  system_url: string;
  redis_url: string;
  key: string;
  machines: string[];
}

const { key, machines, redis_url, ...urls }: Task = JSON.parse(process.argv[2] ?? "");
const { node, close } = await seatNode(urls, { redis_url, pool_size: 10 });
process.once("message", async () => {
  const answers = await Promise.allSettled(
    machines.map((hardware_id) => node.seats.acquire(caller(), { license_key: key, hardware_id })),
  );
  const told = answers.map((answer) =>
    answer.status === "fulfilled" ? "seat" : (answer.reason.code ?? `${answer.reason}`),
  );
  await close();
  process.send?.(told, () => process.disconnect?.());
});
process.send?.("ready");
