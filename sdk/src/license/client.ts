import { createLicenseApi, type LicenseAnswer, type SeatRequest, type Validation } from "./api.ts";
import { createEmitter } from "./emitter.ts";
import { watchSurroundings } from "./exit.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";
import { graceSpan, isLicensed, type Outcome, type Policy, RELEASE_TIMEOUT } from "./rules.ts";
import { createStandingKeeper, type StandingKeeper } from "./standing.ts";
import { type Instant, remaining, type Span, systemClock, systemTimers } from "./time.ts";
import type {
  HardwareIdProvider,
  HighWaterMark,
  LicenseClock,
  LicenseEvents,
  LicenseFetch,
  LicenseListener,
  LicenseProblem,
  LicenseSession,
  LicenseState,
  LicenseTimers,
  StateChange,
} from "./types.ts";

export interface LicenseClientOptions {
  /** Where the API is, for example `https://api.example.com`. */
  base_url: string;
  license_key: string;
  /** Names the machine: a provider (`@plinth/sdk/node` has some), or what one gave. Machines of one id share a seat. */
  hardware_id: string | HardwareIdProvider;
  /** Gives each process of a machine (or each clone of one image) a seat of its own. */
  instance_id?: string;
  /** What administrators see in the list of seats. */
  name?: string;
  /** No work past the lease (6 minutes): no grace when the server cannot be reached. */
  strict?: boolean;
  /** While all seats are taken, asks for one so often, in seconds (10 or more). Otherwise never: call `start()` again. */
  retry_when_full_seconds?: number;
  /** Gives the seat back at `beforeExit`, SIGTERM and SIGINT, or when the page is left. Default true. */
  release_on_exit?: boolean;
  /** Told the server's time at each answer, so that the check of a file recovers from a clock that was wrong. */
  high_water_mark?: Pick<HighWaterMark, "write">;
  onState?: LicenseListener<StateChange>;
  /** Told what a listener threw. Default: the console. */
  onListenerError?: (error: unknown) => void;
  fetch?: LicenseFetch;
  clock?: LicenseClock;
  timers?: LicenseTimers;
  /** From [0, 1). */
  random?: () => number;
}

export interface LicenseClient {
  /** Where the client stands at this moment: a deadline that has passed counts, whether or not a timer has fired. */
  readonly state: LicenseState;
  /** Whether the program may work: in ACTIVE, DEGRADED and OFFLINE_GRACE. */
  readonly licensed: boolean;
  /** The seat; undefined without one. */
  readonly session: LicenseSession | undefined;
  /** Why the state is what it is; undefined when all is well. */
  readonly problem: LicenseProblem | undefined;
  /** Until the lease ends; 0 without one. A sleep of the machine counts. */
  readonly lease_remaining_seconds: number;
  /** Until the program must stop if the server is not reached; 0 when it must not work. */
  readonly grace_remaining_seconds: number;
  /** For how long, over the client's life, it worked past a lease, when its seat may have been another machine's as well. */
  readonly offline_overlap_seconds: number;
  /**
   * Takes a seat and keeps it by heartbeats. Resolves with the state when the server has given a verdict, or could not be reached in
   * four tries (46 s), or asks for more patience than that. In ERROR, SEAT_LOST, SUSPENDED and OFFLINE_GRACE it tries at once. Never rejects.
   */
  start(): Promise<LicenseState>;
  /** Gives the seat back and ends all activity. Resolves within 2 s, whether or not the server was told. Never rejects. */
  stop(): Promise<void>;
  /** Calls the listener for every event of the name, until the returned function is called. */
  on<Name extends keyof LicenseEvents>(name: Name, listener: LicenseListener<LicenseEvents[Name]>): () => void;
  /** Asks whether the key is good (for the product, and this machine), without taking a seat. Never rejects. */
  validate(options?: { product?: string }): Promise<LicenseAnswer<Validation>>;
  /** Registers this machine with the licence. Once more does nothing more. Never rejects. */
  activate(): Promise<LicenseAnswer<Record<string, unknown>>>;
}

/**
 * Makes the client of one floating seat. Nothing happens before `start()`. Throws for an address that is none, and nothing later:
 * neither a timer nor a promise of this client ever fails.
 */
export function createLicenseClient(options: LicenseClientOptions): LicenseClient {
  const { clock = systemClock, timers = systemTimers, random = Math.random } = options;
  const policy = readPolicy(options);
  const emitter = createEmitter(options.onListenerError ?? ((error) => console.error(error)));
  if (options.onState) emitter.on("state", options.onState);
  const keeper = createStandingKeeper(policy, emitter);
  const requests = createRequests(options, timers);
  const now = (): Instant => ({ monotonic: clock.monotonic(), wall: clock.wall() });
  const told = (outcome: Outcome) => {
    if (outcome.kind !== "granted") return emitter.emit("problem", outcome.problem);
    rememberTime(outcome.session.server_time, options.high_water_mark);
    emitter.emit("session", outcome.session);
  };
  const heartbeat = createHeartbeat({ keeper, policy, timers, now, random, ask: requests.ask, told });
  const { see } = heartbeat;
  const seconds = (span: Span | undefined) => (span === undefined ? 0 : remaining(span, now()) / 1_000);
  return {
    ...createLife({ options, keeper, heartbeat, requests, timers }),
    on: emitter.on,
    validate: requests.validate,
    activate: requests.activate,
    get state() {
      return see().state;
    },
    get licensed() {
      return isLicensed(see().state);
    },
    get session() {
      return see().session;
    },
    get problem() {
      return see().problem;
    },
    get lease_remaining_seconds() {
      return see().session === undefined ? 0 : seconds(keeper.get().lease);
    },
    get grace_remaining_seconds() {
      return isLicensed(see().state) ? seconds(graceSpan(keeper.get(), policy)) : 0;
    },
    get offline_overlap_seconds() {
      see();
      return keeper.overlap(now()) / 1_000;
    },
  };
}

interface Parts {
  options: LicenseClientOptions;
  keeper: StandingKeeper;
  heartbeat: Heartbeat;
  requests: Requests;
  timers: LicenseTimers;
}

/** The beginning and the end. */
function createLife({ options, keeper, heartbeat, requests, timers }: Parts): Pick<LicenseClient, "start" | "stop"> {
  let stopping: Promise<void> | undefined;
  let unwatch = () => {};

  const wake = () => {
    const { state } = keeper.get();
    if (state === "OFFLINE_GRACE" || (state === "ERROR" && keeper.get().failures > 0)) heartbeat.hurry();
  };
  const begin = () => {
    // Before anybody is told that it begins, and may end it.
    if (options.release_on_exit ?? true)
      unwatch = watchSurroundings({ release: stop, resume: () => void start(), wake });
    heartbeat.begin();
  };
  const start = async (): Promise<LicenseState> => {
    while (stopping !== undefined) await stopping;
    const { state } = heartbeat.see();
    if (state === "ACTIVE") return state;
    if (state === "RELEASED") begin();
    else heartbeat.hurry();
    await heartbeat.verdict();
    return heartbeat.see().state;
  };

  /** Sends the release before it returns, when there is a seat. */
  const giveBack = async (): Promise<void> => {
    const { session } = keeper.get();
    const sent = session === undefined ? undefined : requests.release(session.session_id);
    unwatch();
    const late = heartbeat.halt()?.then((outcome) => requests.releaseGranted(outcome));
    await within(timers, RELEASE_TIMEOUT, sent ?? late);
    requests.abort();
  };
  const stop = (): Promise<void> => {
    if (stopping !== undefined) return stopping;
    if (keeper.get().state === "RELEASED") return Promise.resolve();
    let done = () => {};
    const ended = new Promise<void>((resolve) => {
      done = () => {
        stopping = undefined;
        resolve();
      };
    });
    stopping = ended;
    giveBack().then(done, done);
    return ended;
  };
  return { start, stop };
}

type Requests = ReturnType<typeof createRequests>;

/** The server's calls with what they need of the options. None rejects. */
function createRequests(options: LicenseClientOptions, timers: LicenseTimers) {
  const { base_url, license_key, instance_id } = options;
  const send: LicenseFetch = options.fetch ?? ((url, init) => fetch(url, init));
  const api = createLicenseApi({ base_url, fetch: send, timers });
  let hardware_id: string | undefined;

  /** What is made of the machine's id, or of its absence. */
  const identified = async <Result>(
    use: (hardware_id: string) => Promise<Result>,
    otherwise: (problem: LicenseProblem) => Result,
  ): Promise<Result> => {
    try {
      hardware_id ??= typeof options.hardware_id === "string" ? options.hardware_id : await options.hardware_id();
    } catch (error) {
      return otherwise({
        code: "client.hardware_id_unavailable",
        detail: error instanceof Error ? error.message : String(error),
      });
    }
    return use(hardware_id);
  };
  const named = (id: string) => ({
    license_key,
    hardware_id: id,
    ...(options.name !== undefined && { name: options.name }),
  });
  const seat = (id: string): SeatRequest => ({ ...named(id), ...(instance_id !== undefined && { instance_id }) });

  return {
    ask: (session_id: string | undefined): Promise<Outcome> =>
      session_id === undefined
        ? identified(
            (id) => api.acquire(seat(id)),
            (problem): Outcome => ({ kind: "refused", problem }),
          )
        : api.heartbeat(session_id),
    release: api.release,
    /** A seat that was asked for when the stop came. */
    releaseGranted: async (outcome: Outcome) => {
      if (outcome.kind === "granted") await api.release(outcome.session.session_id);
    },
    validate: ({ product }: { product?: string } = {}): Promise<LicenseAnswer<Validation>> =>
      identified(
        (id) => api.validate({ license_key, hardware_id: id, ...(product !== undefined && { product }) }),
        (problem): LicenseAnswer<Validation> => ({ ok: false, problem }),
      ),
    activate: (): Promise<LicenseAnswer<Record<string, unknown>>> =>
      identified(
        (id) => api.activate(named(id)),
        (problem): LicenseAnswer<Record<string, unknown>> => ({ ok: false, problem }),
      ),
    abort: api.abort,
  };
}

function readPolicy({ strict = false, retry_when_full_seconds: retry }: LicenseClientOptions): Policy {
  return { strict, ...(retry !== undefined && { seat_retry_ms: Math.max(10, retry) * 1_000 }) };
}

function rememberTime(server_time: string, mark: LicenseClientOptions["high_water_mark"]): void {
  const time = Date.parse(server_time);
  if (mark === undefined || Number.isNaN(time)) return;
  // A mark that cannot be written is as good as none: the file's own times are checked in any case.
  Promise.resolve()
    .then(() => mark.write(time))
    .catch(() => {});
}

/** Resolves with the work, or after `ms` milliseconds without it. */
async function within(timers: LicenseTimers, ms: number, work: Promise<unknown> | undefined): Promise<void> {
  if (work === undefined) return;
  let timer: unknown;
  const cap = new Promise<void>((resolve) => {
    timer = timers.set(resolve, ms, true);
  });
  await Promise.race([work, cap]);
  timers.clear(timer);
}
