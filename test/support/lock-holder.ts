// A process that takes a lock, tells so, and when it is told to writes under it.
import { lockNode } from "./locks.ts";

const { name, ttl_seconds, ...urls } = JSON.parse(process.argv[2] ?? "");
const node = await lockNode(urls);
const told = () => new Promise((resolve) => process.once("message", resolve));

const answer = await node.locks.withLock(name, { ttl_seconds, wait_ms: 30_000 }, async (lock) => {
  process.send?.({ token: lock.token });
  await told();
  const written = await node.write(lock, "child").then(
    () => "written",
    (error) => error.code ?? String(error),
  );
  return { written, aborted: lock.signal.aborted };
});
const fenced = node.lines.some(({ msg }) => String(msg).startsWith("fenced"));
await node.close();
process.send?.({ ...answer, fenced }, () => process.disconnect?.());
