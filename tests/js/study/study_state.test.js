import assert from "node:assert/strict";
import { test } from "node:test";

import {
  announcement,
  canCancel,
  canStart,
  INITIAL_STATE,
  isBehind,
  reduce,
  statusText,
} from "../../../static/js/study/study_state.js";

const cells = Array.from({ length: 4 }, (_, i) => ({
  labels: [String(i)],
  name: `Cell ${i}`,
  epochs: 10,
  problem: "",
}));
const STARTED = { type: "started", token: "t", axes: [], cells, epochs: 10, repeats: 2 };
const SUMMARY = { type: "summary", repeats: 1, cells: [], best: null };
const OPEN = { type: "connection", connection: "open" };
const LOST = { type: "connection", connection: "lost" };

const report = (content, now = 0) => ({ type: "report", report: content, now });
const after = (...events) => events.reduce(reduce, INITIAL_STATE);
const running = (...events) => after(OPEN, report(STARTED, 1000), ...events);
const allShown = [
  { type: "frame", epoch: 10 },
  { type: "show", epoch: 10 },
];

test("a study can be started as soon as there is a connection, and cancelled while it runs", () => {
  assert.equal(canStart(INITIAL_STATE), false);
  assert.deepEqual([canStart(after(OPEN)), canCancel(after(OPEN))], [true, false]);
  assert.deepEqual([canStart(running()), canCancel(running())], [true, true]);
  assert.equal(canCancel(running(report({ type: "cancelled" }))), false);
  assert.equal(statusText(running(report({ type: "cancelled" }))), "Cancelled");
});

test("the status tells the progress and how long the rest will take", () => {
  assert.equal(statusText(INITIAL_STATE), "Not started");
  assert.equal(statusText(running()), "Started");
  assert.equal(statusText(running({ type: "drawn", progress: 0, now: 1500 })), "0 % · 0/8 runs");
  assert.equal(statusText(running({ type: "drawn", progress: 0.25, now: 3000 })), "25 % · 2/8 runs · 6.0 s left");
  assert.equal(statusText(running({ type: "drawn", progress: 0.25, now: 61000 })), "25 % · 2/8 runs · 3 min 0 s left");
});

test("a study is finished when everything that the server has sent is drawn", () => {
  const computed = running(...allShown, report({ type: "finished" }));
  assert.equal(computed.phase, "running");
  const finished = reduce(computed, { type: "drawn", progress: 1, now: 3500 });
  assert.equal(finished.phase, "finished");
  assert.equal(statusText(finished), "8 runs in 2.5 s");
  assert.equal(announcement(finished), "Study finished");
});

test("results are shown once the cells show the epochs that they are about", () => {
  const early = running({ type: "frame", epoch: 10 }, { type: "show", epoch: 4 }, report(SUMMARY));
  assert.deepEqual([early.results, early.exportToken], [null, null]);
  const late = running(...allShown, report(SUMMARY));
  assert.deepEqual([late.results, late.exportToken], [SUMMARY, "t"]);
  const finished = [report({ type: "finished" }), { type: "drawn", progress: 1, now: 0 }].reduce(reduce, early);
  assert.deepEqual([finished.results, finished.exportToken], [SUMMARY, "t"]);
});

test("a lost connection ends a running study and takes the exports of a finished one", () => {
  const lost = running(LOST);
  assert.equal(statusText(lost), "Connection lost: the study has ended");
  assert.deepEqual([canStart(lost), canCancel(lost)], [false, false]);
  const back = reduce(lost, OPEN);
  assert.deepEqual([canStart(back), canCancel(back)], [true, false]);
  const shown = running(...allShown, report(SUMMARY), report({ type: "finished" }), {
    type: "drawn",
    progress: 1,
    now: 2000,
  });
  const gone = reduce(shown, LOST);
  assert.equal(gone.exportToken, null);
  assert.equal(gone.results, SUMMARY);
  assert.equal(statusText(gone), "8 runs in 1.0 s");
  assert.equal(reduce(gone, OPEN).exportToken, null);
});

test("a new study starts from nothing", () => {
  const before = running(...allShown, report(SUMMARY), { type: "seek", epoch: 3 });
  assert.deepEqual(reduce(before, report(STARTED, 1000)), running());
});

test("cells follow the newest epoch unless the timeline holds them", () => {
  const received = running({ type: "frame", epoch: 6 }, { type: "show", epoch: 6 });
  assert.equal(isBehind(received), false);
  assert.equal(isBehind(reduce(received, { type: "frame", epoch: 8 })), true);
  const held = reduce(received, { type: "seek", epoch: 2 });
  assert.deepEqual([held.shownEpoch, held.isFollowing], [2, false]);
  assert.equal(isBehind(reduce(held, { type: "frame", epoch: 8 })), false);
  const beyond = reduce(held, { type: "seek", epoch: 9 });
  assert.deepEqual([beyond.shownEpoch, beyond.isFollowing], [6, true]);
});

test("an error of the server's own ends the study, and one about a field does not", () => {
  const error = { type: "error", message: "…", field: null };
  assert.equal(running(report({ ...error, code: "internal" })).phase, "failed");
  assert.equal(running(report({ ...error, code: "invalid" })).phase, "running");
});
