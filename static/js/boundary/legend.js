// What the colours of the picture mean: the classes by name, or a bar of targets; and beside them the
// network's answer where the pointer is.

import { clipped, fieldColours } from "../palette.js";
import { icon } from "./glyphs.js";
import { written } from "./reading.js";

const LONGEST_NAME = 80; // characters; the whole name is in the title
const TICKS = 4; // about so many on a bar

export class Legend {
  #list;
  #shares = []; // where the answer stands: one for each class, or one alone

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  showClasses(classes) {
    this.#shares = classes.map(share);
    this.#list.replaceChildren(
      ...classes.map((name, label) => {
        const item = document.createElement("li");
        item.className = "key";
        const text = document.createElement("bdi"); // a name's direction is its own
        text.textContent = clipped(name, LONGEST_NAME);
        item.title = name;
        item.append(icon("train", label, classes.length, `var(--class-${label})`), text, this.#shares[label]);
        return item;
      }),
    );
  }

  /** A bar from the lowest target to the highest, with its ticks in the target's unit. */
  showTargets(name, [low, high]) {
    const [item, title, bar, canvas] = ["li", "bdi", "span", "canvas"].map((tag) => document.createElement(tag));
    item.className = "scale";
    item.title = name;
    title.textContent = clipped(name, LONGEST_NAME);
    bar.className = "bar-of-targets";
    [canvas.width, canvas.height] = [256, 1];
    canvas.setAttribute("aria-hidden", "true");
    const image = new ImageData(256, 1);
    new Uint32Array(image.data.buffer).set(fieldColours());
    canvas.getContext("2d").putImageData(image, 0, 0);
    bar.append(canvas);
    for (const value of ticks(low, high)) {
      const tick = document.createElement("span");
      tick.textContent = written(value, 4);
      tick.style.left = `${(100 * (value - low)) / (high - low)}%`;
      bar.append(tick);
    }
    this.#shares = [share()];
    item.append(title, this.#shares[0], bar);
    this.#list.replaceChildren(item);
  }

  /** Tells an answer beside the names: a text for each class, or one alone; none takes it away. */
  tell(answers) {
    this.#shares.forEach((element, i) => {
      const text = answers[i] ?? "";
      if (element.textContent !== text) element.textContent = text;
    });
  }
}

function share() {
  const element = document.createElement("span");
  element.className = "share";
  return element;
}

/** Round numbers from `low` to `high`: multiples of 1, 2 or 5 times a power of ten. */
function ticks(low, high) {
  if (!(high > low)) return [];
  const rough = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
