/** The steps of an orderly end, run in the reverse order of their announcement. */
export interface Shutdown {
  /** Announces a step, when the thing that it ends was started. */
  add(name: string, end: () => Promise<unknown> | unknown): void;
  /** Ends everything once, the last started first; a step that fails is reported and does not stop the others. */
  run(): Promise<void>;
}

export function createShutdown(onError: (step: string, error: unknown) => void): Shutdown {
  const steps: { name: string; end: () => Promise<unknown> | unknown }[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    for (const { name, end } of steps.reverse()) {
      try {
        await end();
      } catch (error) {
        onError(name, error);
      }
    }
  };
  return {
    add: (name, end) => {
      steps.push({ name, end });
    },
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}

/** The promise's value, or undefined when it takes longer. The promise itself goes on. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
