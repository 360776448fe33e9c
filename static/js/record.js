// The record of the run on the screen: what it began with and what was changed on the way.

export class RunRecord {
  #config = null;
  #changes = [];
  testUsed = false; // whether anyone has looked at the results on the test set

  begin(config) {
    this.#config = config;
    this.#changes = [];
    this.testUsed = config.show_test;
  }

  add(change) {
    this.#changes.push(change);
  }

  set changes(changes) {
    this.#changes = changes;
  }

  /** The changes as marks on a curve: where, and what to write there. */
  marks() {
    return this.#changes.map(({ epoch, batch, config, weights }) => ({
      at: batch === 0 ? epoch : epoch + 1,
      text: [
        ...Object.entries(config).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`),
        ...weights.map(([place, value]) => `θ[${place}] ${value}`),
      ].join(", "),
    }));
  }

  /** Hands the record to the user as a file, for `mlp-live train --record`. */
  save() {
    const text = JSON.stringify(
      { config: this.#config, changes: this.#changes, test_used: this.testUsed },
      null,
      2,
    );
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "mlp-live-record.json";
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
