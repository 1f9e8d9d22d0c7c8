/**
 * Milliseconds that one call takes on the processor, whoever else uses it: of as many calls as take long enough for the system's clock
 * of processor time, which ticks every few milliseconds.
 */
export function cpuTime(work: () => unknown): number {
  for (let n = 0; n < 3; n++) work();
  const began = process.threadCpuUsage();
  let calls = 0;
  let took = 0;
  while (took < enough_ms) {
    work();
    calls++;
    const { user, system } = process.threadCpuUsage(began);
    took = (user + system) / 1_000;
  }
  return took / calls;
}

const enough_ms = 250;
