// When a process ends or a page is left. Reads Node's globals and the browser's, whichever are there, and imports neither.

export interface Surroundings {
  /** Gives the seat back. Must send what it sends before it returns. */
  release(): Promise<void>;
  /** The page that was left is shown again. */
  resume(): void;
  /** The network is back. */
  wake(): void;
}

/** What is used of Node's `process`. */
interface NodeProcess {
  pid: number;
  versions?: { node?: string };
  on(event: string, listener: (signal: string) => void): unknown;
  off(event: string, listener: (signal: string) => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): unknown;
}

/** Watches for the end, and returns how to stop watching. */
export function watchSurroundings(surroundings: Surroundings): () => void {
  const { process } = globalThis as { process?: NodeProcess };
  // Bundlers put a `process` into pages, too, but without a version of Node.
  if (process?.versions?.node !== undefined) return watchProcess(process, surroundings);
  return typeof globalThis.addEventListener === "function" ? watchPage(surroundings) : () => {};
}

const signals = ["SIGTERM", "SIGINT"];
const holders = new Set<Surroundings>();
let unwatch: (() => void) | undefined;

/** One listener for all clients of the process, so that it ends when the last of them has released, and not the first. */
function watchProcess(process: NodeProcess, surroundings: Surroundings): () => void {
  holders.add(surroundings);
  unwatch ??= listenToProcess(process);
  return () => {
    holders.delete(surroundings);
    if (holders.size > 0) return;
    unwatch?.();
    unwatch = undefined;
  };
}

function listenToProcess(process: NodeProcess): () => void {
  const release = () => {
    stop();
    unwatch = undefined;
    const all = [...holders].map((holder) => holder.release());
    holders.clear();
    return Promise.all(all);
  };
  const onExit = () => void release();
  const onSignal = (signal: string) => {
    const raise = () => {
      // Having listened at all took the signal's effect away. A program that listens itself decides itself.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    void release().then(raise, raise);
  };
  const stop = () => {
    process.off("beforeExit", onExit);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.on("beforeExit", onExit);
  for (const signal of signals) process.on(signal, onSignal);
  return stop;
}

function watchPage({ release, resume, wake }: Surroundings): () => void {
  const onLeave = (event: Event) => {
    void release();
    // A page in the browser's cache may come back; one that is gone does not.
    if ("persisted" in event && event.persisted === true)
      globalThis.addEventListener("pageshow", resume, { once: true });
  };
  globalThis.addEventListener("pagehide", onLeave);
  globalThis.addEventListener("online", wake);
  return () => {
    globalThis.removeEventListener("pagehide", onLeave);
    globalThis.removeEventListener("online", wake);
  };
}
