// The history of a run as it arrives: one growing array of numbers for each metric.

const METRICS = ["train", "validation", "test"].flatMap((set) => [`${set}_loss`, `${set}_score`]);

export class History {
  #arrays = new Map();
  length = 0;

  clear() {
    this.#arrays.clear();
    this.length = 0;
  }

  has(name) {
    return this.#arrays.has(name);
  }

  /** Names of the metrics that there are. */
  get names() {
    return [...this.#arrays.keys()];
  }

  /** Takes over the metrics of the epochs from `epoch` on. */
  extend(tensors, epoch) {
    const length = epoch + tensors.train_loss.length;
    for (const name of METRICS) {
      if (!(name in tensors)) continue;
      let array = this.#arrays.get(name) ?? new Float64Array(256);
      this.#arrays.set(name, array);
      if (length > array.length) {
        const larger = new Float64Array(Math.max(length, 2 * array.length));
        larger.set(array);
        this.#arrays.set(name, (array = larger));
      }
      array.set(tensors[name], epoch);
    }
    this.length = length;
  }

  /** Forgets the epochs after `epoch`. */
  truncate(epoch) {
    this.length = Math.min(this.length, epoch + 1);
  }

  /** A metric of every epoch so far, epoch 0 being the untrained network. */
  values(name) {
    return this.#arrays.get(name).subarray(0, this.length);
  }

  at(epoch) {
    return Object.fromEntries(this.names.map((name) => [name, this.#arrays.get(name)[epoch]]));
  }
}

const LARGEST_DRAWN = 1e100; // no axis can be drawn for what a run reaches just before it diverges

/**
 * Points {x, y} that draw the same line with `limit` points at most: of each stretch of epochs its
 * lowest and its highest value, so that no spike is lost.
 */
export function thinned(values, limit) {
  const stretch = values.length <= limit ? 1 : Math.ceil((2 * values.length) / limit);
  const [x, y] = [[], []];
  for (let start = 0; start < values.length; start += stretch) {
    let [low, high] = [start, start];
    const end = Math.min(start + stretch, values.length);
    for (let i = start; i < end; i++) {
      if (values[i] < values[low]) low = i;
      if (values[i] > values[high]) high = i;
    }
    for (const i of new Set([Math.min(low, high), Math.max(low, high)])) {
      x.push(i);
      y.push(values[i] < LARGEST_DRAWN ? values[i] : null);
    }
  }
  return { x, y };
}
