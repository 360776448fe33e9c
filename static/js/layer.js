// A canvas over the plot area, as sharp as the display.

export class Layer {
  canvas = document.createElement("canvas");
  context = this.canvas.getContext("2d");

  /** @param {HTMLElement} parent what the layer is clipped by and fills */
  constructor(parent, name) {
    this.canvas.className = `layer ${name}`;
    this.canvas.hidden = true; // a layer that shows nothing costs the display nothing
    parent.append(this.canvas);
  }

  /** An empty canvas of `width` × `height` CSS pixels, its context in device pixels. */
  clear({ width, height }) {
    const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
    if (this.canvas.width !== across || this.canvas.height !== down) {
      [this.canvas.width, this.canvas.height] = [across, down];
    } else {
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.clearRect(0, 0, across, down);
    }
    this.canvas.hidden = false;
  }

  hide() {
    this.canvas.hidden = true;
  }
}
