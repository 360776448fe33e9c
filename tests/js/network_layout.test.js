import assert from "node:assert/strict";
import { test } from "node:test";
import { Architecture } from "../../static/js/components/network/architecture.js";
import { Layout, minWidth } from "../../static/js/components/network/layout.js";

const SHOWN = 10;
const CLASSES = ["outer", "inner"];

/** @param {number[]} hidden @param {string[]} [classes] */
const network = (hidden, classes = CLASSES) => new Architecture(hidden, ["x1", "x2"], classes, "y", SHOWN);

test("θ holds W row by row and then b, layer after layer", () => {
  const all = network([3, 4]);
  assert.deepEqual(all.sizes, [2, 3, 4, 2]);
  /** @type {number[]} */
  const indices = [];
  for (let layer = 1; layer < all.sizes.length; layer++) {
    for (let unit = 0; unit < all.sizes[layer]; unit++) {
      for (let input = 0; input < all.sizes[layer - 1]; input++) indices.push(all.weightIndex(layer, unit, input));
    }
    for (let unit = 0; unit < all.sizes[layer]; unit++) indices.push(all.biasIndex(layer, unit));
  }
  assert.deepEqual(
    indices,
    Array.from({ length: 3 * 3 + 4 * 4 + 2 * 5 }, (_, i) => i),
  );
});

test("maps are numbered over the units that are shown", () => {
  const architecture = network([24, 4, 3]);
  assert.equal(architecture.shown(1), SHOWN);
  assert.equal(architecture.mapIndex(1, 9), 9);
  assert.equal(architecture.mapIndex(2, 0), SHOWN);
  assert.equal(architecture.mapIndex(3, 2), SHOWN + 4 + 2);
});

test("units and layers have names", () => {
  const architecture = network([3]);
  assert.equal(architecture.unitName(0, 1), "Input x2");
  assert.equal(architecture.unitName(1, 0), "Layer 1, unit 1");
  assert.equal(architecture.unitName(2, 1), "Output inner");
  assert.deepEqual(
    [0, 1, 2].map((layer) => architecture.layerName(layer)),
    ["Inputs", "Layer 1", "Outputs"],
  );
  assert.equal(network([3], []).unitName(2, 0), "Output y"); // a regression
});

test("architectures are equal if they have the same layers and names", () => {
  assert.ok(network([3]).equals(network([3])));
  assert.ok(!network([3]).equals(network([4])));
  assert.ok(!network([3]).equals(network([3], ["inner", "outer"])));
  assert.ok(!network([3]).equals(null));
});

for (const [width, height] of [
  [1100, 220],
  [390, 260],
  [2000, 800],
]) {
  for (const hidden of [[], [1], [8, 8, 8, 8, 8, 8], [24, 4], [3, 128, 2]]) {
    test(`layers ${JSON.stringify(hidden)} fit on ${width} × ${height}`, () => {
      const architecture = network(hidden);
      const stageWidth = Math.max(width, minWidth(architecture.sizes.length));
      const layout = new Layout(architecture, stageWidth, height);
      for (let layer = 0; layer <= architecture.last; layer++) {
        const size = layout.nodeSize(layer);
        assert.ok(layout.x(layer) >= layout.left - 0.5); // edges are rounded to whole pixels
        assert.ok(layout.x(layer) + size <= stageWidth - layout.right + 0.5);
        if (layer > 0) assert.ok(layout.x(layer) > layout.x(layer - 1) + layout.nodeSize(layer - 1));
        for (let unit = 0; unit < architecture.shown(layer); unit++) {
          assert.ok(layout.y(layer, unit) >= 0);
          assert.ok(layout.y(layer, unit) + size <= height);
          if (unit > 0) assert.ok(layout.y(layer, unit) >= layout.y(layer, unit - 1) + size);
        }
      }
    });
  }
}

test("every pair of adjacent units that are shown is connected", () => {
  const architecture = network([24, 4]);
  const { connections } = new Layout(architecture, 1100, 220);
  assert.equal(connections.count, 2 * 10 + 10 * 4 + 4 * 2);
  assert.equal(connections.ends.length, 4 * connections.count);
  connections.units.forEach(({ layer, unit, input }, i) => {
    assert.equal(connections.indices[i], architecture.weightIndex(layer, unit, input));
  });
});

test("the connection nearest to the pointer is found, and none from afar", () => {
  const layout = new Layout(network([2, 3]), 1100, 220);
  const { count, ends } = layout.connections;
  for (let connection = 0; connection < count; connection++) {
    const [x1, y1, x2, y2] = ends.subarray(4 * connection, 4 * connection + 4);
    assert.equal(layout.connectionAt(x1 + 0.2 * (x2 - x1), y1 + 0.2 * (y2 - y1)), connection);
  }
  assert.equal(layout.connectionAt(550, 2), -1);
  assert.equal(layout.connectionAt(2, 110), -1);
});
