// Which plane is drawn of data with more than two features: what runs across and up, and at what the
// others are held. It is a view only: no part of the run.

import { short } from "./words.js";

const STEPS = 200; // of a slider
const PERIOD_MS = 60; // the server need not hear of every place that a slider is moved over

export class Slice {
  #element;
  #onView;
  #key = ""; // the features and their ranges: the view stays while they are the same
  #features = []; // {name, low, high, mean}
  #axes = [0, 1];
  #held = []; // a value for each feature
  #isChosen = false; // whether the view is another than a new run begins with
  #timer = 0;
  #isNew = false; // whether the run has not had a dataset yet

  /** @param {HTMLElement} element @param {(view: {axes: number[], held: number[]}) => void} onView */
  constructor(element, onView) {
    this.#element = element;
    this.#onView = onView;
  }

  /** A run begins, which draws the first two features. */
  begin() {
    this.#isNew = true;
  }

  setDataset({ metadata, tensors }) {
    const names = JSON.parse(metadata.features);
    this.#element.hidden = names.length <= 2;
    if (this.#element.hidden) return;
    this.#features = names.map((name, i) => ({ name, ...extent(tensors, i, names.length) }));
    const key = JSON.stringify(this.#features);
    if (key !== this.#key) {
      this.#key = key;
      this.#axes = JSON.parse(metadata.axes ?? "[0,1]");
      this.#held = this.#features.map(({ mean }) => mean);
      this.#isChosen = false;
      this.#build();
    } else if (this.#isNew && this.#isChosen) {
      this.#send();
    }
    this.#isNew = false;
  }

  #send() {
    this.#isChosen = true;
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      this.#onView({ axes: this.#axes, held: this.#held });
    }, PERIOD_MS);
  }

  /** What runs along an axis changes places with what did, if that is the other's. */
  #turn(axis, feature) {
    const axes = [...this.#axes];
    if (axes[1 - axis] === feature) axes[1 - axis] = axes[axis];
    axes[axis] = feature;
    this.#axes = axes;
    this.#build();
    this.#element.querySelectorAll("select")[axis].focus();
    this.#send();
  }

  #build() {
    const held = this.#features.map((_, i) => i).filter((i) => !this.#axes.includes(i));
    this.#element.replaceChildren(
      this.#select("across", 0),
      this.#select("up", 1),
      ...held.map((feature) => this.#slider(feature)),
    );
  }

  #select(title, axis) {
    const select = document.createElement("select");
    this.#features.forEach(({ name }, i) => select.add(new Option(short(name, 24), String(i))));
    select.value = String(this.#axes[axis]);
    select.addEventListener("change", () => this.#turn(axis, Number(select.value)));
    return labelled(title, select, title);
  }

  #slider(feature) {
    const { name, low, high } = this.#features[feature];
    const slider = Object.assign(document.createElement("input"), { type: "range", min: low, max: high });
    slider.step = high > low ? (high - low) / STEPS : 1;
    slider.disabled = high === low;
    slider.value = this.#held[feature];
    const value = document.createElement("output");
    const tell = () => (value.textContent = this.#held[feature].toLocaleString("en", { maximumSignificantDigits: 3 }));
    slider.addEventListener("input", () => {
      this.#held = this.#held.with(feature, Number(slider.value));
      tell();
      this.#send();
    });
    tell();
    const label = labelled(short(name, 24), slider, `${short(name)}, held at`);
    label.append(value);
    return label;
  }
}

/** Least, greatest and mean value of a feature over the points that are known. */
function extent(tensors, feature, width) {
  let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
  for (const X of [tensors.X_train, tensors.X_validation ?? []]) {
    for (let i = feature; i < X.length; i += width) {
      low = Math.min(low, X[i]);
      high = Math.max(high, X[i]);
      sum += X[i];
      count++;
    }
  }
  return { low, high, mean: sum / count };
}

function labelled(text, control, spoken) {
  control.setAttribute("aria-label", spoken);
  const label = document.createElement("label");
  const name = document.createElement("bdi");
  name.textContent = text;
  label.append(name, control);
  return label;
}
