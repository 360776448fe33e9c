// The reports about a study, and the state of the study page: see static/js/study/study_state.js.

import type { SetName } from "../static/js/protocol.js";

export type ScoreName = "accuracy" | "r2";

export interface StudyAxis {
  field: string;
  title: string;
  labels: string[];
  /** Null unless all values are numbers. */
  numbers: number[] | null;
  /** Whether the numbers span orders of magnitude. */
  is_wide: boolean;
}

export interface StudyCell {
  /** The value on each axis. */
  labels: string[];
  name: string;
  /** Opens the cell on the live page; empty if its values do not go together. */
  address: string;
  epochs: number;
  /** Why the values do not go together; empty if they do. */
  problem: string;
}

export interface StudyStarted {
  type: "started";
  /** Part of the address of the exports. */
  token: string;
  axes: StudyAxis[];
  /** Every combination of values; the last axis varies fastest. */
  cells: StudyCell[];
  /** Of the longest run. */
  epochs: number;
  repeats: number;
}

export interface Statistic {
  mean: number | null;
  std: number | null;
  n: number;
}

export interface CellSummary {
  finished: number;
  /** The epoch of each run that diverged. */
  diverged: number[];
  refused: number;
  reason: string;
  score: ScoreName | null;
  measures: Record<string, Statistic>;
}

export interface SetScore {
  set: SetName;
  mean: number;
  interval: [low: number, high: number] | null;
  /** What the interval covers, in words; empty without one. */
  covers: string;
}

export interface BestCell {
  cell: number;
  score: ScoreName;
  /** The score that chose the cell. */
  chosen: SetScore;
  /** On the test set, if it had no part in the choice. */
  test: SetScore | null;
  warning: string;
}

export interface StudySummary {
  type: "summary";
  repeats: number;
  cells: CellSummary[];
  best: BestCell | null;
}

export type StudyReport =
  | StudyStarted
  | StudySummary
  | { type: "finished" }
  | { type: "cancelled" }
  | { type: "error"; code: string; message: string; field: string | null };

export interface StudyState {
  connection: "connecting" | "open" | "lost";
  /**
   * "idle": no study yet; "running": the server computes, or not everything is drawn; "finished": everything is drawn;
   * "cancelled" by the user; "failed" on the server; "lost": the connection was lost, and the study with it.
   */
  phase: "idle" | "running" | "finished" | "cancelled" | "failed" | "lost";
  study: StudyStarted | null;
  /** Milliseconds on the clock of performance.now(). */
  startedAt: number;
  /** When `progress` was drawn. */
  drawnAt: number;
  /** The share of the study that is drawn, 0 to 1; null before the first frame. */
  progress: number | null;
  /** Whether the server has sent everything. */
  isComputed: boolean;
  /** The last epoch that was received; -1 if there is none. */
  receivedEpoch: number;
  /** The epoch that all cells show; -1 if there is none. */
  shownEpoch: number;
  /** Whether the cells follow the newest epoch. Otherwise they stay where the timeline is. */
  isFollowing: boolean;
  /** The newest summary. */
  summary: StudySummary | null;
  /** The summary that is shown. It is not shown before the cells show the epochs that it is about. */
  results: StudySummary | null;
  /** Of the exports, while the server has them. */
  exportToken: string | null;
}

export type StudyEvent =
  | { type: "connection"; connection: "open" | "lost" }
  | { type: "report"; report: StudyReport; now: number }
  /** A frame has arrived; `epoch` is its last. */
  | { type: "frame"; epoch: number }
  /** The animation goes on to this epoch. */
  | { type: "show"; epoch: number }
  /** The user has moved the timeline. */
  | { type: "seek"; epoch: number }
  /** All that was received is drawn. `progress` is that of the newest frame, null if it was drawn before. */
  | { type: "drawn"; progress: number | null; now: number };
