// The state of the run on the page, what changes it, and the effects: see static/js/run_state.js.

import type { Command, ConfigChange, Evaluation, Report, RunConfig, RunRecord } from "../static/js/protocol.js";

export type RequestType = "start" | "reset";
export type StepUnit = "epoch" | "batch";

export interface RunState {
  /** "attaching": the connection is back, and the server looks for the run. */
  connection: "connecting" | "attaching" | "open" | "lost";
  /**
   * "empty": there is no run; "ready": it waits at epoch 0; "running": it trains; "paused": it waits later; "over": it
   * has finished or diverged. Without a connection, this is the phase before.
   */
  phase: "empty" | "ready" | "running" | "paused" | "over";
  /** How the server identifies the run and the branch of its history. */
  run: { token: string; branch: number } | null;
  /** Digest of the table that the run trains on; empty without one. */
  table: string;
  /** The request for a new run that the server has not answered. */
  pending: RequestType | null;
  /**
   * "under_way": the server does not have the table of the pending request. The page uploads the table again, and
   * the request waits. "done": the request was sent again. If the server still refuses it, the request has failed.
   */
  upload: "none" | "under_way" | "done";
  /** The step to take once the requested run is ready. */
  queuedStep: StepUnit | null;
  /**
   * "applied": the run has the settings of the form; "preview": a run of the changed settings is about to be
   * prepared; "waiting": the changes apply at the next Start.
   */
  form: "applied" | "preview" | "waiting";
  /** Whether a field that needs a new run has changed since the last request. */
  changedSinceRequest: boolean;
  /** Changes of the running configuration that were made without a connection, by field. */
  unsent: Record<string, string>;
  /** Every change of the run since it began. */
  changes: ConfigChange[];
  /** The best epoch, once early stopping has restored it. */
  restoredEpoch: number | null;
  /** Whether anyone has seen results of this run on the test set. */
  testUsed: boolean;
}

export type RunEvent =
  /** There is a connection. The page has the first `epochs` epochs of its run, epoch 0 included. */
  | { type: "opened"; epochs: number }
  /** The connection was lost, or an attempt to connect has failed. */
  | { type: "lost" }
  | { type: "report"; report: Report }
  | { type: "start" }
  | { type: "reset" }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "step"; unit: StepUnit }
  | { type: "seek"; epoch: number; lastEpoch: number }
  | { type: "evaluate"; set: "validation" | "test" }
  | { type: "save_record" }
  | { type: "weights_edited"; weights: [index: number, value: number][] }
  /** The user has changed a field. `isMutable`: the field may change during a run. */
  | { type: "form_changed"; name: string; value: string; isMutable: boolean }
  /** The run is to go on with another table of the same columns and classes. */
  | { type: "table_drawn"; table: string }
  /** The table of the form was uploaded again, or the upload has failed. */
  | { type: "table_uploaded" }
  /** The form has not changed for a while. */
  | { type: "preview_due" }
  /** The page is being closed or left. */
  | { type: "page_left" };

export type Effect =
  | { type: "send"; command: Command }
  /** Tell the server, without the connection, that the page will not come back to this run. */
  | { type: "leave"; run: string }
  | { type: "send_view" }
  | { type: "send_speed" }
  /** Ask for a run of the form's settings. */
  | { type: "request"; request: RequestType }
  /** Dispatch `preview_due` once the form has not changed for a while. */
  | { type: "schedule_preview" }
  /** Show another run; its dataset and frames follow. */
  | { type: "begin"; config: RunConfig }
  /** Discard every epoch after this one. */
  | { type: "truncate"; epoch: number }
  /** Draw the marks of the changes on the curves. */
  | { type: "mark" }
  /** The run has the data of this configuration. */
  | { type: "data_changed"; config: RunConfig }
  /** Show the run's values of the fields that may change during a run. */
  | { type: "write_form"; config: RunConfig }
  /** Change fields as if the user had. */
  | { type: "change_form"; values: Record<string, string> }
  | { type: "show_problem"; field: string | null; message: string }
  /** Upload the table of the form again, then dispatch `table_uploaded`. */
  | { type: "send_table" }
  | { type: "stop_playback" }
  /** Wait no longer for the epoch that was asked for. */
  | { type: "forget_seek" }
  | { type: "show_evaluation"; evaluation: Evaluation }
  | { type: "download_record"; record: RunRecord }
  | { type: "message"; text: string }
  | { type: "announce"; text: string };
