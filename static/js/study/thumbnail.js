// One cell: its field with the points over it, the sparkline of its loss, its figures.

const FIELD = 40; // cells along a side of the field
const SHARPNESS = 2; // pixels of a canvas to one of the page

export class Thumbnail {
  #field = canvas("field", FIELD, FIELD);
  #points = canvas("points", 96 * SHARPNESS, 96 * SHARPNESS);
  #spark = canvas("spark", 96 * SHARPNESS, 20 * SHARPNESS);
  #numbers = document.createElement("span");
  #image = new ImageData(FIELD, FIELD);
  #words = new Uint32Array(this.#image.data.buffer);
  element = document.createElement("div");

  /** @param {object} cell as the server describes it @param {(chosen: boolean) => void} onChoose */
  constructor(cell, onChoose) {
    const link = document.createElement("a");
    link.target = "_blank";
    if (cell.address) link.href = cell.address;
    link.setAttribute("aria-label", `${cell.name}: open in the live lab`);
    link.append(this.#field, this.#points);
    const box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", `Curves of ${cell.name}`);
    box.addEventListener("change", () => onChoose(box.checked));
    const label = document.createElement("label");
    this.#numbers.className = "numbers";
    label.append(box, this.#numbers);
    this.element.className = "cell";
    this.element.append(link, this.#spark, label);
    this.box = box;
  }

  /** "", "diverged", "refused", with what to say in place of the figures. */
  mark(state, text, reason) {
    this.element.classList.toggle("diverged", state === "diverged");
    this.element.classList.toggle("refused", state === "refused");
    this.element.title = reason;
    this.say(text);
  }

  say(text) {
    if (this.#numbers.textContent !== text) this.#numbers.textContent = text;
  }

  /** @param {Uint8Array} shades of the field, from the top left @param {Uint32Array} colours */
  drawField(shades, colours) {
    for (let i = 0; i < shades.length; i++) this.#words[i] = colours[shades[i]];
    this.#field.getContext("2d").putImageData(this.#image, 0, 0);
  }

  /** Training points as discs, test points, where there are any, as crosses. */
  drawPoints({ X_train, y_train, X_test, y_test }, plane, { inks, inkOf }) {
    const context = this.#points.getContext("2d");
    const { width, height } = this.#points;
    context.clearRect(0, 0, width, height);
    const place = (X, i) => [
      ((X[2 * i] - plane.x_min) / (plane.x_max - plane.x_min)) * width,
      ((plane.y_max - X[2 * i + 1]) / (plane.y_max - plane.y_min)) * height,
    ];
    const [crosses, discs] = [1, 2].map(() => inks.map(() => new Path2D()));
    y_test?.forEach((own, i) => {
      const [[x, y], path] = [place(X_test, i), crosses[inkOf(own)]];
      path.moveTo(x - 2, y - 2);
      path.lineTo(x + 2, y + 2);
      path.moveTo(x - 2, y + 2);
      path.lineTo(x + 2, y - 2);
    });
    y_train.forEach((own, i) => {
      const [[x, y], path] = [place(X_train, i), discs[inkOf(own)]];
      path.moveTo(x + 2, y);
      path.arc(x, y, 2, 0, 2 * Math.PI);
    });
    context.lineWidth = 1;
    inks.forEach((ink, i) => {
      context.strokeStyle = context.fillStyle = ink;
      context.stroke(crosses[i]);
      context.fill(discs[i]);
    });
  }

  /** The losses so far, over as many as there will be after epoch 0. */
  drawSpark(losses, count, ink) {
    const context = this.#spark.getContext("2d");
    const { width, height } = this.#spark;
    context.clearRect(0, 0, width, height);
    const highest = losses.reduce((high, loss) => (loss > high ? loss : high), 0) || 1;
    context.beginPath();
    losses.forEach((loss, i) => {
      if (Number.isNaN(loss)) return;
      const [x, y] = [(i / count) * width, height - 2 - (loss / highest) * (height - 4)];
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.strokeStyle = ink;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function canvas(name, width, height) {
  const element = document.createElement("canvas");
  element.className = name;
  [element.width, element.height] = [width, height];
  return element;
}
