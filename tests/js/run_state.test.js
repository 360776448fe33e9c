// The state of the run: what follows from each event. Long, as it has a test for every event and report.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  canTakeTable,
  changesWait,
  connectionStatus,
  isEnabled,
  marks,
  pauseLabel,
  toggleAction,
} from "../../static/js/run_selectors.js";
import { INITIAL_STATE, reduce } from "../../static/js/run_state.js";

const CONFIG = { dataset: "circles", table: "", hidden: [10], epochs: 150, show_test: false };
const CHANGE = { epoch: 7, batch: 0, config: { learning_rate: "0.5" }, weights: [] };

const started = (fields = {}) => report({ type: "started", run: "token", branch: 1, config: CONFIG, ...fields });
const ready = (fields = {}) => report({ type: "ready", run: "token", branch: 1, config: CONFIG, ...fields });
const paused = report({ type: "paused", epoch: 5 });
const finished = report({ type: "finished", epoch: 150, stopped_early: false, shown_epoch: 150 });
const opened = { type: "opened", epochs: 0 };
const lost = { type: "lost" };
const mutable = (name = "learning_rate", value = "0.5") => ({ type: "form_changed", name, value, isMutable: true });
const fixed = (name = "seed", value = "3") => ({ type: "form_changed", name, value, isMutable: false });

const READY = after(opened, ready()).state;
const RUNNING = after(opened, started()).state;
const PAUSED = after(opened, started(), paused).state;
const OVER = after(opened, started(), finished).state;

function report(fields) {
  return { type: "report", report: fields };
}

function attached(fields = {}) {
  const usual = { run: "token", branch: 1, epoch: 5, since: 6, playing: false, begun: true };
  const known = { initial_config: CONFIG, config: CONFIG, changes: [], test_used: false };
  return report({ type: "attached", ...usual, ...known, ...fields });
}

/** The state after events, and the effects of the last one. */
function after(...events) {
  return from(INITIAL_STATE, ...events);
}

function from(state, ...events) {
  return events.reduce((transition, event) => reduce(transition.state, event), { state, effects: [] });
}

function types(effects) {
  return effects.map(({ type }) => type);
}

function sent(effects) {
  return effects.filter(({ type }) => type === "send").map(({ command }) => command);
}

function find(effects, type) {
  return effects.find((effect) => effect.type === type);
}

test("the reducer does not change the state that it is given", () => {
  const frozen = Object.freeze({ ...RUNNING, changes: Object.freeze([]), unsent: Object.freeze({}) });
  for (const event of [report({ type: "config_changed", change: CHANGE }), lost, mutable(), fixed(), finished]) {
    reduce(frozen, event);
  }
  from(frozen, lost, mutable(), { type: "opened", epochs: 6 }, attached());
});

describe("the connection", () => {
  test("once it is open, the page asks for a run of the form's settings", () => {
    const { state, effects } = after(opened);
    assert.deepEqual(types(effects), ["send_view", "send_speed", "request"]);
    assert.equal(find(effects, "request").request, "reset");
    assert.equal(state.connection, "open");
    assert.equal(state.phase, "empty");
    assert.equal(connectionStatus(state).text, "Connected");
  });

  test("before it is open and while it is lost, nothing is enabled or sent", () => {
    for (const state of [INITIAL_STATE, after(lost).state, from(RUNNING, lost).state]) {
      for (const button of ["start", "pause", "step", "step-batch", "reset", "evaluate-test", "record"]) {
        assert.equal(isEnabled(state, button), false);
      }
      assert.equal(toggleAction(state), null);
      for (const type of ["start", "reset", "pause", "resume", "save_record", "preview_due"]) {
        assert.deepEqual(reduce(state, { type }), { state, effects: [] });
      }
    }
  });

  test("a page that never had a run asks for one when the first attempts to connect have failed", () => {
    assert.deepEqual(types(after(lost, lost, opened).effects), ["send_view", "send_speed", "request"]);
  });

  test("once it is back, the page attaches to its run, with what it has of the history", () => {
    const { state, effects } = from(RUNNING, lost, { type: "opened", epochs: 6 });
    assert.deepEqual(sent(effects), [{ type: "attach", run: "token", branch: 1, epochs: 6 }]);
    assert.equal(connectionStatus(state).text, "Connected");
    assert.equal(isEnabled(state, "pause"), false); // the server has not answered yet
  });

  test("an attached run goes on where the page is", () => {
    const known = { changes: [CHANGE], test_used: true };
    const { state, effects } = from(RUNNING, lost, opened, attached({ playing: true, since: 6, ...known }));
    assert.equal(state.phase, "running");
    assert.equal(find(effects, "truncate").epoch, 5);
    assert.deepEqual(state.changes, [CHANGE]);
    assert.equal(state.testUsed, true);
    assert.deepEqual(types(effects), [
      "truncate",
      "mark",
      "forget_seek",
      "send_speed",
      "data_changed",
      "write_form",
      "change_form",
    ]);
  });

  test("an attached run of another branch is shown anew", () => {
    const { state, effects } = from(RUNNING, lost, opened, attached({ since: 0, branch: 4 }));
    assert.deepEqual(find(effects, "begin").config, CONFIG);
    assert.deepEqual(state.run, { token: "token", branch: 4 });
    assert.equal(state.phase, "paused");
  });

  test("an attached run that has not begun waits at epoch 0", () => {
    const { state, effects } = from(READY, lost, opened, attached({ begun: false, since: 1 }));
    assert.equal(state.phase, "ready");
    assert.equal(find(effects, "request"), undefined);
  });

  test("a run that was lost for too long is replaced, and the page says so", () => {
    const gone = report({ type: "error", code: "gone", message: "…", field: null });
    const { state, effects } = from({ ...RUNNING, queuedStep: "epoch" }, lost, opened, gone);
    assert.deepEqual(types(effects), ["send_speed", "request", "message"]);
    assert.match(find(effects, "message").text, /^The connection was lost for too long/);
    assert.equal(state.run, null);
    assert.equal(state.phase, "empty");
    assert.equal(state.queuedStep, null);
    assert.equal(isEnabled(state, "start"), true);
  });

  test("a request that got lost does not block the next", () => {
    const { state } = from(READY, { type: "start" }, lost, opened, attached({ begun: false, since: 1 }));
    assert.equal(find(reduce(state, { type: "start" }).effects, "request").request, "start");
  });
});

describe("changes of the form", () => {
  test("during a run, a field that may change is sent at once", () => {
    for (const state of [RUNNING, PAUSED]) {
      const { effects } = reduce(state, mutable());
      assert.deepEqual(sent(effects), [{ type: "update_config", config: { learning_rate: "0.5" } }]);
    }
  });

  test("during a run, any other waits for the next Start", () => {
    const { state, effects } = reduce(RUNNING, fixed());
    assert.deepEqual(effects, []);
    assert.equal(changesWait(state), true);
    assert.equal(changesWait(from(state, { type: "start" }, started()).state), false);
  });

  test("without a run under way, a run of the new settings is prepared once the user is done", () => {
    for (const state of [READY, OVER]) {
      for (const event of [mutable(), fixed()]) {
        const changed = reduce(state, event);
        assert.deepEqual(types(changed.effects), ["schedule_preview"]);
        assert.equal(changesWait(changed.state), false);
        const due = reduce(changed.state, { type: "preview_due" });
        assert.equal(find(due.effects, "request").request, "reset");
        assert.equal(from(due.state, ready()).state.form, "applied");
      }
    }
  });

  test("what is changed after Start, before the run is there, waits for the next", () => {
    const { state } = from(READY, { type: "start" }, fixed(), started());
    assert.equal(changesWait(state), true);
  });

  test("without a connection, changes of the running configuration are sent afterwards", () => {
    const { effects } = from(
      PAUSED,
      lost,
      mutable("learning_rate", "1"),
      mutable("learning_rate", "0.5"),
      mutable("momentum", "0.9"),
      opened,
      attached(),
    );
    assert.deepEqual(find(effects, "change_form").values, { learning_rate: "0.5", momentum: "0.9" });
    assert.equal(types(effects).indexOf("write_form") < types(effects).indexOf("change_form"), true);
    const again = from(PAUSED, lost, mutable(), opened, attached(), lost, opened, attached());
    assert.deepEqual(find(again.effects, "change_form").values, {});
  });

  test("without a connection, other changes wait for the next Start", () => {
    for (const since of [0, 6]) {
      const { state } = from(PAUSED, lost, fixed(), opened, attached({ since }));
      assert.equal(changesWait(state), true);
    }
  });

  test("without a connection, a changed form of a run that has not begun is applied afterwards", () => {
    for (const event of [mutable(), fixed()]) {
      const events = [lost, event, { type: "preview_due" }, opened, attached({ begun: false, since: 1 })];
      assert.equal(find(from(READY, ...events).effects, "request").request, "reset");
    }
  });

  test("without a connection, a changed form does not discard a run that is over", () => {
    const { state, effects } = from(OVER, lost, fixed(), { type: "preview_due" }, opened, attached());
    assert.equal(find(effects, "request"), undefined);
    assert.equal(changesWait(state), true);
  });

  test("changed weights are sent", () => {
    const { effects } = reduce(PAUSED, { type: "weights_edited", weights: [[3, 0.25]] });
    assert.deepEqual(sent(effects), [{ type: "update_config", config: {}, weights: [[3, 0.25]] }]);
  });

  test("drawn points are sent to a run of the same table only", () => {
    const table = { ...CONFIG, dataset: "table", table: "digest" };
    const { state } = after(opened, started({ config: table }));
    assert.equal(canTakeTable(state, "digest"), true);
    assert.equal(canTakeTable(state, "other"), false);
    assert.equal(canTakeTable(from(state, finished).state, "digest"), false);
    assert.equal(canTakeTable(from(state, lost).state, "digest"), false);
    assert.equal(canTakeTable(RUNNING, ""), false); // of no table
    const { effects } = reduce(state, { type: "table_drawn", table: "next" });
    assert.deepEqual(sent(effects), [{ type: "update_config", config: { table: "next" } }]);
    const change = { ...CHANGE, config: { table: "next" } };
    assert.equal(canTakeTable(reduce(state, report({ type: "config_changed", change })).state, "next"), true);
  });
});

describe("the controls", () => {
  test("Start is sent once", () => {
    const first = reduce(READY, { type: "start" });
    assert.equal(find(first.effects, "request").request, "start");
    assert.deepEqual(reduce(first.state, { type: "start" }).effects, []);
  });

  test("what is enabled follows from the phase", () => {
    const enabled = (state) =>
      ["start", "pause", "step", "step-batch", "reset", "evaluate-validation", "record"].filter((button) =>
        isEnabled(state, button),
      );
    assert.deepEqual(enabled(after(opened).state), ["start", "reset"]);
    assert.deepEqual(enabled(READY), ["start", "step", "step-batch", "reset", "record"]);
    assert.deepEqual(enabled(RUNNING), ["start", "pause", "reset", "record"]);
    const all = ["start", "pause", "step", "step-batch", "reset", "evaluate-validation", "record"];
    assert.deepEqual(enabled(PAUSED), all);
    assert.deepEqual(enabled(OVER), ["start", "reset", "evaluate-validation", "record"]);
  });

  test("one button pauses and resumes", () => {
    assert.deepEqual([READY, RUNNING, PAUSED, OVER].map(toggleAction), ["start", "pause", "resume", "start"]);
    assert.deepEqual([READY, RUNNING, PAUSED, OVER].map(pauseLabel), ["Pause", "Pause", "Resume", "Pause"]);
    assert.deepEqual(sent(reduce(RUNNING, { type: "pause" }).effects), [{ type: "pause" }]);
    assert.deepEqual(sent(reduce(PAUSED, { type: "resume" }).effects), [{ type: "resume" }]);
    assert.equal(find(reduce(PAUSED, { type: "resume" }).effects, "stop_playback")?.type, "stop_playback");
  });

  test("Reset pauses a run that trains, then asks for a new one", () => {
    assert.deepEqual(types(reduce(RUNNING, { type: "reset" }).effects), ["send", "request"]);
    assert.deepEqual(types(reduce(PAUSED, { type: "reset" }).effects), ["request"]);
  });

  test("a step leaves epoch 0", () => {
    const { state, effects } = reduce(READY, { type: "step", unit: "batch" });
    assert.deepEqual(sent(effects), [{ type: "step", unit: "batch", count: 1 }]);
    assert.equal(state.phase, "paused");
  });

  test("a step is taken with what the form says, once such a run is ready", () => {
    const asked = from(READY, fixed(), { type: "step", unit: "epoch" });
    assert.deepEqual(types(asked.effects), ["stop_playback", "request"]);
    const { state, effects } = reduce(asked.state, ready());
    assert.deepEqual(sent(effects), [{ type: "step", unit: "epoch", count: 1 }]);
    assert.equal(state.phase, "paused");
    assert.equal(state.queuedStep, null);
  });

  test("a step is not taken if the form has a problem", () => {
    const error = report({ type: "error", code: "invalid", message: "Seed must be…", field: "seed" });
    const { state } = from(READY, fixed(), { type: "step", unit: "epoch" }, error);
    assert.equal(state.queuedStep, null);
    assert.deepEqual(sent(reduce(state, ready()).effects), []);
  });

  test("a form that changes again delays the queued step until its run is ready", () => {
    const { state, effects } = from(READY, fixed(), { type: "step", unit: "epoch" }, fixed(), ready());
    assert.deepEqual(sent(effects), []);
    assert.equal(find(effects, "request").request, "reset");
    assert.deepEqual(sent(reduce(state, ready()).effects), [{ type: "step", unit: "epoch", count: 1 }]);
  });

  test("a run that is over can go on from an earlier epoch", () => {
    assert.equal(reduce(OVER, { type: "seek", epoch: 20, lastEpoch: 150 }).state.phase, "paused");
    assert.equal(reduce(OVER, { type: "seek", epoch: 150, lastEpoch: 150 }).state.phase, "over");
    const { effects } = reduce(RUNNING, { type: "seek", epoch: 3, lastEpoch: 150 });
    assert.deepEqual(sent(effects), [{ type: "seek", epoch: 3 }]);
  });

  test("a setting that comes too late for the run applies at the next Start", () => {
    const message = "The run is over; the new value applies at the next Start.";
    for (const code of ["done", "record_full"]) {
      const late = report({ type: "error", code, message, field: "learning_rate" });
      const { state, effects } = from(RUNNING, mutable(), late);
      assert.equal(changesWait(state), true);
      assert.deepEqual(effects, [{ type: "show_problem", field: "learning_rate", message }]);
    }
    assert.equal(changesWait(reduce(OVER, report({ type: "error", code: "done", message, field: null })).state), false);
  });

  test("the record and evaluations come from the server", () => {
    assert.deepEqual(sent(reduce(OVER, { type: "save_record" }).effects), [{ type: "get_record" }]);
    const record = { config: CONFIG, events: [CHANGE] };
    assert.deepEqual(find(reduce(OVER, report({ type: "record", record })).effects, "download_record").record, record);
    const { effects } = reduce(OVER, { type: "evaluate", set: "test" });
    assert.deepEqual(sent(effects), [{ type: "evaluate", set: "test" }]);
    const evaluated = reduce(OVER, report({ type: "evaluated", evaluation: { set: "test" }, test_used: true }));
    assert.equal(evaluated.state.testUsed, true);
    assert.deepEqual(find(evaluated.effects, "show_evaluation").evaluation, { set: "test" });
  });
});

test("a page that is closed leaves its run, with or without a connection", () => {
  const left = { type: "page_left" };
  assert.deepEqual(reduce(INITIAL_STATE, left).effects, []);
  for (const state of [READY, RUNNING, from(RUNNING, lost).state]) {
    assert.deepEqual(reduce(state, left), { state, effects: [{ type: "leave", run: "token" }] });
  }
});

describe("reports", () => {
  test("a new run replaces what was known of the one before", () => {
    const changed = reduce(RUNNING, report({ type: "config_changed", change: CHANGE })).state;
    const evaluated = reduce(changed, report({ type: "evaluated", evaluation: {}, test_used: true })).state;
    const { state, effects } = reduce(evaluated, ready({ run: "other", branch: 2 }));
    assert.deepEqual(types(effects), ["begin", "announce"]);
    assert.equal(find(effects, "announce").text, "Ready at epoch 0");
    assert.deepEqual([state.changes, state.testUsed, state.run], [[], false, { token: "other", branch: 2 }]);
    assert.equal(reduce(state, started({ config: { ...CONFIG, show_test: true } })).state.testUsed, true);
  });

  test("a resumed run has the changes up to its epoch, and no later epoch", () => {
    const changed = reduce(RUNNING, report({ type: "config_changed", change: CHANGE })).state;
    const resumed = report({ type: "resumed", epoch: 5, branch: 2, config: CONFIG, changes: [] });
    const { state, effects } = from(changed, finished, resumed);
    assert.equal(state.phase, "running");
    assert.deepEqual([state.changes, state.run?.branch], [[], 2]);
    assert.equal(find(effects, "truncate").epoch, 5);
    assert.deepEqual(find(effects, "write_form").config, CONFIG);
  });

  test("changes are marked where they take effect", () => {
    const midway = { epoch: 9, batch: 2, config: {}, weights: [[4, -1.5]] };
    const { state, effects } = from(
      RUNNING,
      report({ type: "config_changed", change: CHANGE }),
      report({ type: "config_changed", change: midway }),
    );
    assert.deepEqual(types(effects), ["mark", "announce"]);
    assert.deepEqual(marks(state), [
      { at: 7, text: "learning rate 0.5" },
      { at: 10, text: "θ[4] -1.5" },
    ]);
  });

  test("a pause and an end are announced", () => {
    assert.equal(find(reduce(RUNNING, paused).effects, "announce").text, "Paused at epoch 5");
    const { state, effects } = reduce(RUNNING, finished);
    assert.equal(find(effects, "announce").text, "Finished after 150 epochs");
    assert.equal(state.phase, "over");
  });

  test("early stopping marks the epoch that it has restored", () => {
    const stopped = report({ type: "finished", epoch: 60, stopped_early: true, shown_epoch: 35 });
    const { state, effects } = reduce(RUNNING, stopped);
    assert.equal(state.phase, "over");
    assert.equal(find(effects, "announce").text, "Stopped early after 60 epochs; the network of epoch 35 is shown");
    assert.deepEqual(types(effects), ["announce", "mark"]);
    assert.deepEqual(marks(state), [{ at: 35, text: "epoch 35 is shown" }]);
    assert.deepEqual(marks(from(state, started()).state), []);
  });

  test("a divergence is shown with its reason", () => {
    const { state, effects } = reduce(RUNNING, report({ type: "diverged", epoch: 3, reason: "θ is not finite." }));
    assert.equal(state.phase, "over");
    const text = "Diverged at epoch 3: θ is not finite. The epochs before it are shown.";
    assert.deepEqual(effects, [{ type: "message", text }]);
  });

  test("an error is shown, and ends the request", () => {
    const error = report({ type: "error", code: "invalid", message: "No.", field: "seed" });
    const { state, effects } = from(READY, { type: "start" }, error);
    assert.deepEqual(effects, [{ type: "show_problem", field: "seed", message: "No." }]);
    assert.equal(state.pending, null);
    assert.equal(find(reduce(state, { type: "start" }).effects, "request").request, "start");
  });

  describe("a table that the server does not have", () => {
    const missing = report({ type: "error", code: "invalid", message: "No such table.", field: "table" });
    const uploaded = { type: "table_uploaded" };
    const waiting = from(READY, { type: "start" }, missing).state;

    test("is uploaded once, and the request repeated", () => {
      for (const request of ["start", "reset"]) {
        const { state, effects } = from(READY, { type: request }, missing);
        assert.deepEqual(types(effects), ["send_table"]);
        const again = reduce(state, uploaded);
        assert.deepEqual(again.effects, [{ type: "request", request }]);
        assert.equal(again.state.pending, request);
        const refused = reduce(again.state, missing);
        assert.deepEqual(types(refused.effects), ["show_problem"]);
        assert.equal(refused.state.pending, null);
        // the next request of the user may upload it once more
        assert.ok(find(from(refused.state, { type: request }, missing).effects, "send_table"));
      }
    });

    test("is not uploaded for a running run, which goes on without it", () => {
      assert.equal(find(reduce(RUNNING, missing).effects, "send_table"), undefined);
    });

    test("Start waits for the upload that a preview has begun", () => {
      const { state, effects } = from(READY, { type: "preview_due" }, missing, { type: "start" });
      assert.deepEqual(effects, []);
      assert.deepEqual(reduce(state, { type: "preview_due" }).state, state);
      assert.deepEqual(reduce(state, uploaded).effects, [{ type: "request", request: "start" }]);
    });

    test("Start, sent before the preview was refused, is repeated after one upload", () => {
      const refused = from(READY, { type: "preview_due" }, { type: "start" }, missing, missing);
      assert.deepEqual(refused.effects, []);
      assert.deepEqual(reduce(refused.state, uploaded).effects, [{ type: "request", request: "start" }]);
      // the table came in time for Start: the run that has begun is not replaced
      const { state } = from(READY, { type: "preview_due" }, { type: "start" }, missing, started());
      assert.deepEqual(reduce(state, uploaded), { state, effects: [] });
    });

    test("another error is shown and does not end the wait", () => {
      const { state, effects } = reduce(
        waiting,
        report({ type: "error", code: "no_run", message: "No.", field: null }),
      );
      assert.deepEqual(effects, [{ type: "show_problem", field: null, message: "No." }]);
      assert.deepEqual(reduce(state, uploaded).effects, [{ type: "request", request: "start" }]);
    });

    test("a change of the form meanwhile is part of the request that waits", () => {
      for (const change of [mutable(), fixed()]) {
        const { state, effects } = reduce(waiting, change);
        assert.deepEqual(effects, []);
        const begun = from(state, uploaded, started());
        assert.equal(begun.state.form, "applied");
        assert.equal(begun.state.changedSinceRequest, false);
      }
    });

    test("a lost connection ends the wait", () => {
      const gone = report({ type: "error", code: "gone", message: "Gone.", field: null });
      const { state, effects } = from(waiting, lost, opened, gone);
      assert.equal(find(effects, "request")?.request, "reset");
      assert.deepEqual(reduce(state, uploaded), { state, effects: [] });
    });
  });
});
