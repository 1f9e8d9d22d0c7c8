import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { WorkerTask } from "./event-process.ts";

/** A worker's process. */
export interface EventWorker {
  process: ChildProcess;
  /** What it logged. */
  lines: Record<string, unknown>[];
  /** Sends the signal, and waits for the end where it is one. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a worker in a process of its own; with `env`, for example, under another clock. */
export async function startEventWorker(task: WorkerTask, env: Record<string, string> = {}): Promise<EventWorker> {
  const { app_url, system_url, concurrency, lease_seconds, max_retries } = task;
  const child = fork(
    fileURLToPath(new URL("./event-process.ts", import.meta.url)),
    [JSON.stringify({ app_url, system_url, concurrency, lease_seconds, max_retries })],
    {
      execArgv: ["--conditions=plinth-source"],
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    },
  );
  const lines: Record<string, unknown>[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message) => {
      if (message === "ready") return resolve();
      if (typeof message === "object" && message !== null && "line" in message) {
        lines.push(message.line as Record<string, unknown>);
      }
    });
    child.once("exit", (code) => reject(new Error(`The worker ended with ${code}`)));
  });
  await ready;
  return {
    process: child,
    lines,
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, "exit");
      child.kill(signal);
      if (signal === "SIGSTOP" || signal === "SIGCONT") return null;
      await ended;
      return child.exitCode;
    },
  };
}
