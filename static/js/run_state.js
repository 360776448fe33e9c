// The state of the run on the page, as a pure reducer.
//
// `reduce(state, event)` returns the next state and the effects: what to send to the server and what
// the other parts of the page have to do, as data. It touches neither the page nor the connection;
// live/main.js carries the effects out. What the page shows of the state is in run_selectors.js.

/** @typedef {import("./protocol.js").Command} Command */
/** @typedef {import("./protocol.js").ConfigChange} ConfigChange */
/** @typedef {import("./protocol.js").Report} Report */
/** @typedef {import("./protocol.js").RunConfig} RunConfig */
/** @typedef {import("../../types/run_state.d.ts").RunState} RunState see there for its fields */
/** @typedef {import("../../types/run_state.d.ts").RunEvent} RunEvent */
/** @typedef {import("../../types/run_state.d.ts").Effect} Effect */
/** @typedef {{state: RunState, effects: Effect[]}} Transition */
/** @typedef {import("../../types/run_state.d.ts").RequestType} RequestType */
/** @typedef {import("../../types/run_state.d.ts").StepUnit} StepUnit */

/** @type {Pick<RunState, "pending" | "upload" | "queuedStep">} */
const NO_REQUEST = { pending: null, upload: "none", queuedStep: null };

const TOO_LATE = ["done", "record_full"]; // the codes of a change that can apply at the next Start only

/** @type {RunState} */
export const INITIAL_STATE = {
  ...NO_REQUEST,
  connection: "connecting",
  phase: "empty",
  run: null,
  table: "",
  form: "applied",
  changedSinceRequest: false,
  unsent: {},
  changes: [],
  restoredEpoch: null,
  testUsed: false,
};

/**
 * @param {RunState} state
 * @param {RunEvent} event
 * @returns {Transition}
 */
export function reduce(state, event) {
  switch (event.type) {
    case "opened":
      return opened(state, event.epochs);
    case "lost":
      return to({ ...state, connection: "lost", upload: "none" });
    case "form_changed":
      return formChanged(state, event.name, event.value, event.isMutable);
    case "page_left":
      return state.run === null ? to(state) : to(state, { type: "leave", run: state.run.token });
  }
  if (state.connection === "lost" || state.connection === "connecting") return to(state);
  if (event.type === "report") return reported(state, event.report);
  return state.connection === "open" ? used(state, event) : to(state);
}

/**
 * The user has used a control, or a preview is due.
 * @param {RunState} state
 * @param {Exclude<RunEvent, {type: "opened" | "lost" | "page_left" | "report" | "form_changed"}>} event
 * @returns {Transition}
 */
function used(state, event) {
  switch (event.type) {
    case "start":
      return state.pending === "start" ? to(state) : request(state, "start");
    case "reset": {
      const next = request(state, "reset");
      return state.phase === "running" ? to(next.state, send({ type: "pause" }), ...next.effects) : next;
    }
    case "preview_due":
      return state.pending === "start" ? to(state) : request(state, "reset");
    case "table_uploaded":
      return tableUploaded(state);
    case "pause":
      return to(state, send({ type: "pause" }));
    case "resume":
      return to(state, { type: "stop_playback" }, send({ type: "resume" }));
    case "step":
      return step(state, event.unit);
    case "seek": {
      // A run that is over can go on from an earlier epoch.
      const phase = state.phase === "over" && event.epoch < event.lastEpoch ? "paused" : state.phase;
      return to({ ...state, phase }, send({ type: "seek", epoch: event.epoch }));
    }
    case "evaluate":
      return to(state, send({ type: "evaluate", set: event.set }));
    case "save_record":
      return to(state, send({ type: "get_record" }));
    case "weights_edited":
      return to(state, send({ type: "update_config", config: {}, weights: event.weights }));
    case "table_drawn":
      return to(state, send({ type: "update_config", config: { table: event.table } }));
  }
}

/** @param {RunState} state @param {number} epochs @returns {Transition} */
function opened(state, epochs) {
  if (state.run === null) {
    const first = requestFirst(state);
    return to(first.state, { type: "send_view" }, ...first.effects);
  }
  const { token, branch } = state.run;
  const attach = send({ type: "attach", run: token, branch, epochs });
  return to({ ...state, connection: "attaching" }, { type: "send_view" }, attach);
}

/** Asks for a run where the server has none of this page. @param {RunState} state @returns {Transition} */
function requestFirst(state) {
  const { state: next, effects } = request({ ...state, connection: "open", phase: "empty", run: null }, "reset");
  return to({ ...next, queuedStep: null, unsent: {} }, { type: "send_speed" }, ...effects);
}

/** Asks for a run of the form's settings. @param {RunState} state @param {RequestType} type @returns {Transition} */
function request(state, type) {
  const next = { ...state, pending: type, changedSinceRequest: false };
  if (state.upload === "under_way") return to(next); // it is sent once the server has the table
  return to({ ...next, upload: "none" }, { type: "request", request: type });
}

/**
 * Sends the request that waits for its table. If the upload has failed, the server refuses the request again.
 * @param {RunState} state
 * @returns {Transition}
 */
function tableUploaded(state) {
  if (state.upload !== "under_way" || state.pending === null) return to(state);
  const { state: next, effects } = request({ ...state, upload: "none" }, state.pending);
  return to({ ...next, upload: "done" }, ...effects);
}

/** @param {RunState} state @param {StepUnit} unit @returns {Transition} */
function step(state, unit) {
  if (state.phase === "ready" && state.form !== "applied") {
    const next = request(state, "reset");
    return to({ ...next.state, queuedStep: unit }, { type: "stop_playback" }, ...next.effects);
  }
  const phase = state.phase === "ready" ? "paused" : state.phase;
  return to({ ...state, phase }, { type: "stop_playback" }, send({ type: "step", unit, count: 1 }));
}

/** @param {RunState} state @param {string} name @param {string} value @param {boolean} isMutable @returns {Transition} */
function formChanged(state, name, value, isMutable) {
  const isUnderWay = state.pending === "start" || state.phase === "running" || state.phase === "paused";
  // A request that waits for its table reads the form when it is sent.
  if (isUnderWay && isMutable && state.upload !== "under_way") {
    if (state.connection === "open") return to(state, send({ type: "update_config", config: { [name]: value } }));
    return to({ ...state, unsent: { ...state.unsent, [name]: value } });
  }
  const changed = { ...state, changedSinceRequest: true };
  if (isUnderWay) return to({ ...changed, form: "waiting" });
  return to({ ...changed, form: "preview" }, { type: "schedule_preview" });
}

/** @param {RunState} state @param {Report} report @returns {Transition} */
function reported(state, report) {
  switch (report.type) {
    case "ready":
    case "started":
      return begun(state, report);
    case "attached":
      return attached(state, report);
    case "resumed": {
      const { branch, config, changes, epoch } = report;
      const run = state.run && { ...state.run, branch };
      return to(
        { ...state, phase: "running", run, table: tableOf(config), changes, restoredEpoch: null },
        { type: "write_form", config },
        { type: "truncate", epoch },
        { type: "mark" },
        { type: "announce", text: "Training" },
      );
    }
    case "config_changed": {
      const changes = [...state.changes, report.change];
      const table = report.change.config.table ?? state.table;
      return to({ ...state, changes, table }, { type: "mark" }, { type: "announce", text: "Changed" });
    }
    case "paused":
      return to({ ...state, phase: "paused" }, { type: "announce", text: `Paused at epoch ${report.epoch}` });
    case "finished":
      return finished(state, report);
    case "diverged": {
      const text = `Diverged at epoch ${report.epoch}: ${report.reason} The epochs before it are shown.`;
      return to({ ...state, phase: "over" }, { type: "message", text });
    }
    case "evaluated":
      return to({ ...state, testUsed: report.test_used }, { type: "show_evaluation", evaluation: report.evaluation });
    case "record":
      return to(state, { type: "download_record", record: report.record });
    case "error":
      return failed(state, report);
  }
}

/** A new run is on the server. @param {RunState} state @param {Extract<Report, {type: "ready" | "started"}>} report @returns {Transition} */
function begun(state, { type, run, branch, config }) {
  const isReady = type === "ready";
  const next = {
    ...newRun(state, run, branch, config),
    phase: /** @type {RunState["phase"]} */ (isReady ? "ready" : "running"),
  };
  const text = isReady ? "Ready at epoch 0" : "Training";
  const begin = to(next, { type: "begin", config }, { type: "announce", text });
  if (state.queuedStep === null || !isReady) return begin;
  const stepped = step(next, state.queuedStep);
  return to(stepped.state, ...begin.effects, ...stepped.effects);
}

/** @param {RunState} state @param {string} token @param {number} branch @param {RunConfig} config @returns {RunState} */
function newRun(state, token, branch, config) {
  return {
    ...state,
    ...NO_REQUEST,
    run: { token, branch },
    table: tableOf(config),
    form: state.changedSinceRequest ? state.form : "applied",
    changedSinceRequest: false,
    changes: [],
    restoredEpoch: null,
    testUsed: config.show_test,
  };
}

/** The connection is back, and so is the run. @param {RunState} state @param {Extract<Report, {type: "attached"}>} report @returns {Transition} */
function attached(state, report) {
  const { run, branch, since, playing, begun, config, initial_config: initial, changes, test_used: testUsed } = report;
  const isUnderWay = playing || begun;
  // Without a request on its way, the form differs from this run as it did from the one before.
  const kept = { ...state, changedSinceRequest: state.changedSinceRequest || state.pending === null };
  const shown = since === 0 ? newRun(kept, run, branch, initial) : { ...state, run: { token: run, branch } };
  /** @type {RunState} */
  const next = {
    ...shown,
    ...NO_REQUEST,
    connection: "open",
    phase: playing ? "running" : begun ? "paused" : "ready",
    table: tableOf(config),
    unsent: {},
    changes,
    restoredEpoch: null,
    testUsed,
  };
  /** @type {Effect[]} */
  const effects = [
    since === 0 ? { type: "begin", config: initial } : { type: "truncate", epoch: since - 1 },
    { type: "mark" },
    { type: "forget_seek" },
    { type: "send_speed" },
    { type: "data_changed", config },
  ];
  if (isUnderWay) {
    if (next.form === "preview") next.form = "waiting"; // a preview would discard this run
    effects.push({ type: "write_form", config }, { type: "change_form", values: state.unsent });
  } else if (next.form !== "applied" || Object.keys(state.unsent).length > 0) {
    const again = request(next, "reset");
    return to(again.state, ...effects, ...again.effects);
  }
  return to(next, ...effects);
}

/** @param {RunState} state @param {Extract<Report, {type: "finished"}>} report @returns {Transition} */
function finished(state, { epoch, stopped_early, shown_epoch }) {
  if (!stopped_early) {
    return to({ ...state, phase: "over" }, { type: "announce", text: `Finished after ${epoch} epochs` });
  }
  const text = `Stopped early after ${epoch} epochs; the network of epoch ${shown_epoch} is shown`;
  return to({ ...state, phase: "over", restoredEpoch: shown_epoch }, { type: "announce", text }, { type: "mark" });
}

/** @param {RunState} state @param {Extract<Report, {type: "error"}>} error @returns {Transition} */
function failed(state, { code, field, message }) {
  if (code === "gone") {
    const first = requestFirst(state);
    const text = "The connection was lost for too long, and the server has deleted the run. A new run is ready.";
    return to(first.state, ...first.effects, { type: "message", text });
  }
  /** @type {Effect} */
  const problem = { type: "show_problem", field, message };
  if (state.upload === "under_way") return field === "table" ? to(state) : to(state, problem);
  if (TOO_LATE.includes(code) && field !== null) return to({ ...state, form: "waiting" }, problem);
  if (field === "table" && state.pending !== null && state.upload === "none") {
    return to({ ...state, upload: "under_way" }, { type: "send_table" });
  }
  return to({ ...state, ...NO_REQUEST }, problem);
}

/** @param {RunConfig} config */
function tableOf(config) {
  return config.dataset === "table" ? config.table : "";
}

/** @param {Command} command @returns {Effect} */
function send(command) {
  return { type: "send", command };
}

/** @param {RunState} state @param {...Effect} effects @returns {Transition} */
function to(state, ...effects) {
  return { state, effects };
}
