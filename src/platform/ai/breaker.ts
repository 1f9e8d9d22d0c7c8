import type { Metrics } from "../../core/metrics.ts";
import { within } from "../../core/shutdown.ts";
import type { Timer } from "./deadline.ts";

/** When a circuit opens, and for how long. */
export interface BreakerSettings {
  /** So many failures without a success between them … */
  failures: number;
  /** … within so long open it. */
  window_ms: number;
  /** After so long one call may try. */
  half_open_after_ms: number;
}

export const defaultBreaker: BreakerSettings = { failures: 5, window_ms: 10_000, half_open_after_ms: 2_000 };

/** Leave to make one attempt, to be handed back with how it went. */
export interface Pass {
  /** What has changed the circuit since makes an old attempt's news worthless. */
  generation: number;
  /** The one call that finds out whether the model answers again. */
  is_probe: boolean;
  /** Whether there are failures that a success would wipe out. */
  has_failures: boolean;
}

export type Entry = { kind: "go"; pass: Pass } | { kind: "open" | "paused"; retry_ms: number };

/**
 * How an attempt went: `failure` is the model's; after `refused` it is alive, and nothing else is known (4xx); `left` says nothing (the client
 * went); `paused` is a 429 that named a time.
 */
export type Health = { kind: "success" | "failure" | "refused" | "left" } | { kind: "paused"; ms: number };

export type CircuitState = "closed" | "half_open" | "open";

/** The circuits of one process, or of all of them. */
export interface Circuits {
  /** `lease_ms`: when a probe was not heard of for so long, another may try. */
  enter(circuit: string, lease_ms: number): Promise<Entry>;
  settle(circuit: string, pass: Pass, health: Health): Promise<CircuitState>;
}

interface Circuit {
  generation: number;
  failed_at: number[];
  open_until: number | undefined;
  probe_until: number;
  paused_until: number;
}

/** The circuits of this process alone. */
export function localCircuits(timer: Pick<Timer, "now">, settings: BreakerSettings): Circuits {
  const circuits = new Map<string, Circuit>();
  const circuitOf = (name: string): Circuit => {
    const known = circuits.get(name);
    if (known !== undefined) return known;
    const made = { generation: 0, failed_at: [], open_until: undefined, probe_until: 0, paused_until: 0 };
    circuits.set(name, made);
    return made;
  };
  const turn = (circuit: Circuit, open_until: number | undefined) => {
    Object.assign(circuit, { generation: circuit.generation + 1, failed_at: [], open_until, probe_until: 0 });
  };
  const fail = (circuit: Circuit, pass: Pass, now: number) => {
    circuit.failed_at = [...circuit.failed_at.filter((at) => at > now - settings.window_ms), now];
    const isOver = pass.is_probe || circuit.failed_at.length >= settings.failures;
    if (isOver) turn(circuit, now + settings.half_open_after_ms);
  };
  return {
    enter: async (name, lease_ms) => {
      const circuit = circuitOf(name);
      const now = timer.now();
      const { generation, open_until } = circuit;
      if (circuit.paused_until > now) return { kind: "paused", retry_ms: circuit.paused_until - now };
      const has_failures = circuit.failed_at.length > 0;
      if (open_until === undefined) return { kind: "go", pass: { generation, is_probe: false, has_failures } };
      const closed_until = Math.max(open_until, circuit.probe_until);
      if (closed_until > now) return { kind: "open", retry_ms: closed_until - now };
      circuit.probe_until = now + lease_ms;
      return { kind: "go", pass: { generation, is_probe: true, has_failures } };
    },
    settle: async (name, pass, health) => {
      const circuit = circuitOf(name);
      const now = timer.now();
      if (health.kind === "paused") circuit.paused_until = Math.max(circuit.paused_until, now + health.ms);
      const isNews = pass.generation === circuit.generation;
      if (isNews && health.kind === "failure") fail(circuit, pass, now);
      else if (isNews && pass.is_probe && health.kind === "left") circuit.probe_until = 0;
      else if (isNews && pass.is_probe) turn(circuit, undefined);
      else if (isNews && health.kind === "success") circuit.failed_at = [];
      if (circuit.open_until === undefined) return "closed";
      return circuit.open_until > now ? "open" : "half_open";
    },
  };
}

/** Stops calls to a model that does not answer, and lets one through now and then. */
export interface Breaker {
  enter(target: { provider: string; model: string }, lease_ms: number): Promise<Entry>;
  settle(target: { provider: string; model: string }, pass: Pass, health: Health): Promise<void>;
}

interface BreakerOptions {
  local: Circuits;
  /** Those that all processes share. */
  shared: Circuits | undefined;
  timer: Pick<Timer, "now">;
  metrics: Metrics;
  onError: (error: unknown) => void;
}

/** A shared circuit that does not answer within this is not asked again for a while. */
const patience_ms = 200;
const leftAlone_ms = 5_000;

/** With shared circuits those decide, and this process's own while they do not answer; so each attempt is told to both. */
export function createBreaker({ local, shared, timer, metrics, onError }: BreakerOptions): Breaker {
  const states = new Map<string, { labels: { provider: string; model: string }; state: CircuitState }>();
  const numbers: Record<CircuitState, number> = { closed: 0, half_open: 1, open: 2 };
  let away_until = Number.NEGATIVE_INFINITY;
  metrics.gauge(
    "plinth_ai_circuit_state",
    "Circuit of a model: 0 closed, 1 half-open, 2 open",
    ["provider", "model"],
    () => [...states.values()].map(({ labels, state }) => [labels, numbers[state]]),
  );
  const ask = async <R extends object | string>(
    question: (circuits: Circuits) => Promise<R>,
  ): Promise<R | undefined> => {
    if (shared === undefined || timer.now() < away_until) return undefined;
    try {
      const answer = await within(patience_ms, question(shared));
      if (answer !== undefined) return answer;
      onError(new Error("Redis did not answer for a circuit in time"));
    } catch (error) {
      onError(error);
    }
    away_until = timer.now() + leftAlone_ms;
    return undefined;
  };
  const note = (target: { provider: string; model: string }, state: CircuitState) => {
    const { provider, model } = target;
    states.set(circuitName(target), { labels: { provider, model }, state });
  };
  /** Passes of the shared circuits, each with the one that this process's own would have given. */
  const shadows = new WeakMap<Pass, { own: Pass | undefined }>();
  return {
    enter: async (target, lease_ms) => {
      const name = circuitName(target);
      const mine = await local.enter(name, lease_ms);
      const told = await ask((circuits) => circuits.enter(name, lease_ms));
      const entry = told ?? mine;
      const own = mine.kind === "go" ? mine.pass : undefined;
      if (told?.kind === "go") shadows.set(told.pass, { own });
      else if (told !== undefined && own !== undefined) await local.settle(name, own, { kind: "left" });
      if (entry.kind === "go") note(target, stateOf(entry.pass));
      else if (entry.kind === "open") note(target, "open");
      return entry;
    },
    settle: async (target, pass, health) => {
      const name = circuitName(target);
      const shadow = shadows.get(pass);
      if (shadow === undefined) return note(target, await local.settle(name, pass, health));
      const mine = shadow.own && (await local.settle(name, shadow.own, health));
      // In good times a success is told to nobody: it would change nothing.
      const changes = health.kind !== "success" || pass.is_probe || pass.has_failures;
      const told = changes ? await ask((circuits) => circuits.settle(name, pass, health)) : stateOf(pass);
      note(target, told ?? mine ?? stateOf(pass));
    },
  };
}

function stateOf({ is_probe }: Pass): CircuitState {
  return is_probe ? "half_open" : "closed";
}

function circuitName({ provider, model }: { provider: string; model: string }): string {
  return `${provider}/${model}`;
}
