// The state of the study page, as a pure reducer, and what the page shows of it.

import { plural } from "../lib/text.js";

/** @typedef {import("../../../types/study_state.d.ts").StudyState} StudyState see there for its fields */
/** @typedef {import("../../../types/study_state.d.ts").StudyEvent} StudyEvent */
/** @typedef {import("../../../types/study_state.d.ts").StudyReport} StudyReport */

/** @type {StudyState} */
export const INITIAL_STATE = {
  connection: "connecting",
  phase: "idle",
  study: null,
  startedAt: 0,
  drawnAt: 0,
  progress: null,
  isComputed: false,
  receivedEpoch: -1,
  shownEpoch: -1,
  isFollowing: true,
  summary: null,
  results: null,
  exportToken: null,
};

/**
 * The state after an event.
 * @param {StudyState} state
 * @param {StudyEvent} event
 * @returns {StudyState}
 */
export function reduce(state, event) {
  switch (event.type) {
    case "connection":
      return connectionChanged(state, event.connection);
    case "report":
      return reported(state, event.report, event.now);
    case "frame":
      return { ...state, receivedEpoch: event.epoch };
    case "show":
      return { ...state, shownEpoch: event.epoch };
    case "seek": {
      const epoch = Math.min(event.epoch, state.receivedEpoch);
      return { ...state, shownEpoch: epoch, isFollowing: epoch === state.receivedEpoch };
    }
    case "drawn":
      return drawn(state, event.progress, event.now);
  }
}

/**
 * The server keeps a study only as long as its connection.
 * @param {StudyState} state
 * @param {"open" | "lost"} connection
 * @returns {StudyState}
 */
function connectionChanged(state, connection) {
  if (connection === "open") return { ...state, connection };
  const phase = state.phase === "running" ? "lost" : state.phase;
  return { ...state, connection, phase, exportToken: null };
}

/**
 * @param {StudyState} state
 * @param {StudyReport} report
 * @param {number} now
 * @returns {StudyState}
 */
function reported(state, report, now) {
  switch (report.type) {
    case "started":
      return {
        ...INITIAL_STATE,
        connection: state.connection,
        phase: "running",
        study: report,
        startedAt: now,
        drawnAt: now,
      };
    case "summary": {
      const next = { ...state, summary: report };
      return state.shownEpoch === state.study?.epochs ? withResults(next) : next;
    }
    case "finished":
      return { ...state, isComputed: true };
    case "cancelled":
      return { ...state, phase: "cancelled" };
    case "error":
      return report.code === "internal" ? { ...state, phase: "failed" } : state;
  }
}

/**
 * @param {StudyState} state
 * @param {number | null} progress
 * @param {number} now
 * @returns {StudyState}
 */
function drawn(state, progress, now) {
  if (state.phase !== "running") return progress === null ? state : { ...state, progress };
  const next = { ...state, progress: progress ?? state.progress, drawnAt: now };
  return state.isComputed ? withResults({ ...next, phase: "finished" }) : next;
}

/**
 * Shows the newest summary.
 * @param {StudyState} state
 * @returns {StudyState}
 */
function withResults(state) {
  if (state.summary === null) return state;
  return { ...state, results: state.summary, exportToken: state.study?.token ?? null };
}

/**
 * Whether the animation has epochs left to show.
 * @param {StudyState} state
 */
export function isBehind(state) {
  return state.isFollowing && state.shownEpoch < state.receivedEpoch;
}

/** @param {StudyState} state */
export function canStart(state) {
  return state.connection === "open";
}

/** @param {StudyState} state */
export function canCancel(state) {
  return state.connection === "open" && state.phase === "running";
}

/**
 * The status line.
 * @param {StudyState} state
 */
export function statusText(state) {
  switch (state.phase) {
    case "idle":
      return "Not started";
    case "running":
      return state.progress === null ? "Started" : progressText(state);
    case "finished":
      return `${runCount(state)} runs in ${duration(elapsed(state))}`;
    case "cancelled":
      return "Cancelled";
    case "failed":
      return "Failed";
    case "lost":
      return "Connection lost: the study has ended";
  }
}

/**
 * What a screen reader announces: the changes of the phase, but not every step of the progress.
 * @param {StudyState} state
 */
export function announcement(state) {
  switch (state.phase) {
    case "idle":
      return "";
    case "running":
      return `Study started: ${plural(state.study?.cells.length ?? 0, "cell")}`;
    case "finished":
      return "Study finished";
    case "cancelled":
      return "Study cancelled";
    case "failed":
      return "Study failed";
    case "lost":
      return statusText(state);
  }
}

/**
 * “40 % · 12/30 runs · 3.1 s left”.
 * @param {StudyState} state
 */
function progressText(state) {
  const progress = state.progress ?? 0;
  const runs = runCount(state);
  const parts = [`${Math.floor(100 * progress)} %`, `${Math.floor(progress * runs)}/${runs} runs`];
  if (progress > 0) parts.push(`${duration((elapsed(state) * (1 - progress)) / progress)} left`);
  return parts.join(" · ");
}

/** @param {StudyState} state */
function runCount({ study }) {
  return study === null ? 0 : study.cells.length * study.repeats;
}

/** Seconds from the start to the newest drawing. @param {StudyState} state */
function elapsed({ startedAt, drawnAt }) {
  return (drawnAt - startedAt) / 1000;
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
