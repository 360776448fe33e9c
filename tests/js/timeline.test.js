import assert from "node:assert/strict";
import { test } from "node:test";

import { playbackEpoch } from "../../static/js/live/timeline.js";

test("the playback goes on from its first epoch at its speed", () => {
  const start = { since: 1000, from: 20 };
  assert.equal(playbackEpoch(start, 1000, 60), 20);
  assert.equal(playbackEpoch(start, 1016, 60), 20);
  assert.equal(playbackEpoch(start, 1017, 60), 21);
  assert.equal(playbackEpoch(start, 3000, 60), 140);
  assert.equal(playbackEpoch(start, 3000, 0.5), 21);
});

test("the playback does not begin before its first epoch", () => {
  assert.equal(playbackEpoch({ since: 1000, from: 20 }, 990, 600), 20);
});
