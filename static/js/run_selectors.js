// What the page shows of the state of its run: pure functions of the state.

/** @typedef {import("./run_state.js").RunState} RunState */
/** @typedef {{at: number, text: string}} Mark on a curve: the epoch, and what to write there */

/** @type {Record<string, RunState["phase"][]>} the phases in which a control may be used */
const PHASES_OF = {
  start: ["empty", "ready", "running", "paused", "over"],
  pause: ["running", "paused"],
  step: ["ready", "paused"],
  "step-batch": ["ready", "paused"],
  reset: ["empty", "ready", "running", "paused", "over"],
  "evaluate-validation": ["paused", "over"],
  "evaluate-test": ["paused", "over"],
  record: ["ready", "running", "paused", "over"],
};

/** The ids of the buttons that depend on the state. */
export const BUTTONS = Object.keys(PHASES_OF);

/** @type {Record<RunState["connection"], {state: string, text: string}>} */
const CONNECTION = {
  connecting: { state: "connecting", text: "Connecting" },
  attaching: { state: "open", text: "Connected" },
  open: { state: "open", text: "Connected" },
  lost: { state: "lost", text: "Connection lost, trying again" },
};

/** Whether commands reach the run. @param {RunState} state */
export function isOnline(state) {
  return state.connection === "open";
}

/** @param {RunState} state @param {string} button one of `BUTTONS` */
export function isEnabled(state, button) {
  return isOnline(state) && PHASES_OF[button].includes(state.phase);
}

/** What the button says that pauses and resumes. @param {RunState} state */
export function pauseLabel(state) {
  return isOnline(state) && state.phase === "paused" ? "Resume" : "Pause";
}

/**
 * What the space bar does, and the button that pauses and resumes.
 * @param {RunState} state
 * @returns {"start" | "pause" | "resume" | null}
 */
export function toggleAction(state) {
  if (!isOnline(state)) return null;
  if (state.phase === "running") return "pause";
  return state.phase === "paused" ? "resume" : "start";
}

/** What the page says of its connection. @param {RunState} state */
export function connectionStatus(state) {
  return CONNECTION[state.connection];
}

/** Whether the form has changes that apply at the next Start. @param {RunState} state */
export function changesWait(state) {
  return state.form === "waiting";
}

/**
 * Whether the run can go on with another table, drawn on from the table `follows`.
 * @param {RunState} state
 * @param {string} follows its digest; empty if the new table has other columns, classes or another plane
 */
export function canTakeTable(state, follows) {
  const isUnderWay = state.phase === "running" || state.phase === "paused";
  return isOnline(state) && isUnderWay && follows !== "" && follows === state.table;
}

/**
 * Where the run was changed, and the epoch that early stopping has restored.
 * @param {RunState} state
 * @returns {Mark[]}
 */
export function marks({ changes, restoredEpoch }) {
  const found = changes.map(({ epoch, batch, config, weights }) => ({
    at: batch === 0 ? epoch : epoch + 1,
    text: [
      ...Object.entries(config).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`),
      ...weights.map(([index, value]) => `θ[${index}] ${value}`),
    ].join(", "),
  }));
  if (restoredEpoch !== null) found.push({ at: restoredEpoch, text: `epoch ${restoredEpoch} is shown` });
  return found;
}
