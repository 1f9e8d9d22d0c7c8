import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import { claimKeyed, type Shares } from "./keyed-store.ts";
import { firstWorkspace, type Lane, paceLane } from "./lanes.ts";
import { slotsPerWorkspace } from "./rules.ts";
import { byIndex, type Claim, type ClaimedRow, claimAlone, claimInRounds, claimInTurn, type Lease } from "./store.ts";

interface ClaimsOptions {
  db: Pick<Database, "systemStatement" | "asSystem">;
  lease_seconds: number;
  /** Handlers of the lane that each workspace may still begin. */
  left: (lane: Lane) => ReadonlyMap<string, number>;
  observe: (seconds: number) => void;
  /** Takes what was claimed; the lease began no earlier than `leased_at`, by the process's own steady clock. */
  onClaimed: (
    lane: Lane,
    rows: ClaimedRow[],
    how: { leased_at: number; is_probe?: boolean; is_alone?: boolean },
  ) => void;
  /** Told the token of a claim whose answer got lost: it may have taken rows. */
  onLost: (token: string) => void;
  /** Told with every claim which subscribers are paused. */
  onPauses: (paused: Claim["facts"]["paused"]) => void;
}

/** How a worker gets its rows. */
export interface Claims {
  /** Claims for every lane that wants rows; whether any of them may get more at once. */
  claim(lanes: Lane[]): Promise<boolean>;
  /** As `claim` for rows that were published by transactions which took long, too: it looks at everything that is due. */
  claimThoroughly(lanes: Lane[]): Promise<void>;
  /** Claims the one row that finds out whether a pause may end. */
  claimProbe(lane: Lane): Promise<void>;
  /** Claims one row whose holders died again and again; false when there is none. */
  claimAlone(lanes: Lane[]): Promise<boolean>;
}

/** Seconds that a transaction may take from publishing to its commit without its events waiting for a thorough claim. */
const slack = 1;
/** Workspaces or keys that one claim visits at most. */
const mostVisits = 200;

export function createClaims({ db, lease_seconds, left, observe, onClaimed, onLost, onPauses }: ClaimsOptions): Claims {
  const timed = async <T>(work: (lease: Lease) => Promise<T>): Promise<T & { leased_at: number }> => {
    const began = performance.now();
    const token = newId();
    try {
      return { ...(await work({ token, seconds: lease_seconds })), leased_at: began };
    } catch (error) {
      onLost(token);
      throw error;
    } finally {
      observe((performance.now() - began) / 1_000);
    }
  };

  const inTurn = async (lanes: Lane[], isThorough: boolean): Promise<boolean> => {
    const asked = lanes.map((lane) => ({ lane, room: lane.ahead - lane.queue.size() }));
    const wanted = asked.filter(({ room }) => room > 0);
    if (wanted.length === 0) return false;
    const asks = wanted.map(({ lane, room }) => ({
      ...{ subscriber: lane.subscriber.name, room },
      since: isThorough ? 0 : lane.since,
    }));
    const { rows, facts, leased_at } = await timed((lease) =>
      db.systemStatement("outbox claim", (tx) => claimInTurn(tx, lease, asks), byIndex),
    );
    onPauses(facts.paused);
    const bySubscriber = Map.groupBy(rows, ({ subscriber }) => subscriber);
    for (const { lane, room } of wanted) {
      const own = bySubscriber.get(lane.subscriber.name) ?? [];
      lane.isBacklogged = own.length >= room;
      lane.since = (lane.isBacklogged ? (facts.oldest[lane.subscriber.name] ?? 0) : facts.now) - slack;
      onClaimed(lane, own, { leased_at });
    }
    return wanted.some(({ lane }) => lane.isBacklogged);
  };

  const inRounds = async (lane: Lane, passed_over: string[]): Promise<boolean> => {
    const subscriber = lane.subscriber.name;
    const room = passed_over.length === 0 ? lane.ahead - lane.queue.size() : lane.slots;
    const { since, cursor } = lane;
    const visits = Math.min(room, mostVisits);
    const asked = { subscriber, room, since, cursor, visits, passed_over };
    const { rows, facts, leased_at } = await timed((lease) =>
      db.systemStatement("outbox claim", (tx) => claimInRounds(tx, lease, asked), byIndex),
    );
    onPauses(facts.paused);
    lane.cursor = facts.cursor ?? firstWorkspace;
    if (passed_over.length === 0) {
      lane.isBacklogged = rows.length >= room;
      const oldest = facts.oldest[subscriber];
      if (oldest !== undefined) lane.since = oldest - slack;
      else if (!lane.isBacklogged && cursor === firstWorkspace && facts.cursor === null) lane.since = facts.now - slack;
    }
    onClaimed(lane, rows, { leased_at });
    return lane.isBacklogged;
  };

  const keyed = async (lane: Lane, is_probe: boolean): Promise<boolean> => {
    const { name, ordered, key_concurrency, key_rate } = lane.subscriber;
    // What is limited is claimed when it can begin, or it would be counted before.
    const isLimited = key_concurrency !== undefined || key_rate !== undefined;
    const held = lane.queue.size() + (isLimited ? lane.running : 0);
    const room = is_probe ? 1 : (isLimited ? lane.slots : lane.ahead) - held;
    if (room <= 0) return false;
    const shares = isLimited && !is_probe ? sharesToBegin(lane, left(lane)) : sharesAhead(lane);
    const asked = { ordered, key_concurrency, key_rate, is_probe, room, visits: mostVisits, ...shares };
    const cursor = is_probe ? "" : lane.cursor;
    if (cursor === "") lane.goesRoundAgain = false;
    const { rows, facts, leased_at } = await timed((lease) =>
      db.asSystem("outbox claim", (tx) => claimKeyed(tx, lease, { ...asked, subscriber: name, cursor })),
    );
    onPauses(facts.paused);
    if (is_probe) {
      onClaimed(lane, rows, { leased_at, is_probe });
      return false;
    }
    const isFull = rows.length >= room;
    lane.cursor = isFull ? lastKey(rows) : (facts.cursor ?? "");
    if (isFull) lane.goesRoundAgain = true;
    lane.isBacklogged = lane.cursor !== "" || lane.goesRoundAgain;
    onClaimed(lane, rows, { leased_at });
    return lane.isBacklogged;
  };

  const needsRows = (lane: Lane) => lane.queue.size() < lane.ahead / 2;

  return {
    claim: async (lanes) => {
      const open = lanes.filter((lane) => {
        paceLane(lane);
        const isWanted = lane.isWoken || lane.isBacklogged;
        return isWanted && !lane.isPaused;
      });
      const plain = open.filter(({ isKeyed }) => !isKeyed);
      // A lane that is full of some workspaces' rows still takes those of the others.
      const full = plain.filter((lane) => lane.isWoken && !needsRows(lane));
      const hungry = plain.filter(needsRows);
      for (const lane of open) {
        // What it was woken for may stand before the keys that are still to be visited.
        if (lane.isWoken) lane.goesRoundAgain = true;
        lane.isWoken = false;
      }
      const more = await Promise.all([
        inTurn(
          hungry.filter(({ isBacklogged }) => !isBacklogged),
          false,
        ),
        ...hungry.filter(({ isBacklogged }) => isBacklogged).map((lane) => inRounds(lane, [])),
        ...full.map((lane) => inRounds(lane, lane.queue.groups()).then(() => false)),
        ...open.filter(({ isKeyed }) => isKeyed).map((lane) => keyed(lane, false)),
      ]);
      return more.some(Boolean);
    },
    claimThoroughly: async (lanes) => {
      const open = lanes.filter(({ isPaused }) => !isPaused);
      for (const lane of open.filter((each) => each.isKeyed || !needsRows(each))) lane.isWoken = true;
      await inTurn(
        open.filter((lane) => !lane.isKeyed && needsRows(lane)),
        true,
      );
    },
    claimProbe: async (lane) => {
      if (lane.isKeyed) return void (await keyed(lane, true));
      const asked = { subscriber: lane.subscriber.name, room: 1 };
      const { rows, leased_at } = await timed((lease) =>
        db.systemStatement("outbox claim", (tx) => claimInTurn(tx, lease, [{ ...asked, since: 0 }], true), byIndex),
      );
      if (rows.length > 0) return onClaimed(lane, rows, { leased_at, is_probe: true });
      const alone = await timed((lease) =>
        db.systemStatement("outbox claim", (tx) => claimAlone(tx, lease, [lane.subscriber.name], true), byIndex),
      );
      onClaimed(lane, alone.rows, { leased_at: alone.leased_at, is_probe: true, is_alone: true });
    },
    claimAlone: async (lanes) => {
      const plain = lanes.filter(({ isKeyed }) => !isKeyed);
      const names = plain.map(({ subscriber }) => subscriber.name);
      const { rows, leased_at } = await timed((lease) =>
        db.systemStatement("outbox claim", (tx) => claimAlone(tx, lease, names), byIndex),
      );
      const [row] = rows;
      const lane = plain.find(({ subscriber }) => subscriber.name === row?.subscriber);
      if (row === undefined || lane === undefined) return false;
      onClaimed(lane, rows, { leased_at, is_alone: true });
      return true;
    },
  };
}

/** What each workspace may be given of rows that begin at once: one whose handlers hang gets nothing that would only wait for a slot. */
function sharesToBegin({ queue, perWorkspace }: Lane, left: ReadonlyMap<string, number>): Shares {
  const waiting = queue.byWorkspace();
  const names = new Set([...left.keys(), ...waiting.keys()]);
  const leftFor = (name: string) => (left.get(name) ?? perWorkspace) - (waiting.get(name) ?? 0);
  return { share: perWorkspace, left: new Map([...names].map((name) => [name, leftFor(name)])) };
}

/** The same of rows that are claimed ahead: none fills the lane alone. */
function sharesAhead({ queue, ahead }: Lane): Shares {
  const share = slotsPerWorkspace(ahead);
  return { share, left: new Map([...queue.byWorkspace()].map(([name, waiting]) => [name, share - waiting])) };
}

/** The key of the row that stands last in the round. */
function lastKey(rows: ClaimedRow[]): string {
  return rows.reduce((last, { key }) => (key !== null && key > last ? key : last), "");
}
