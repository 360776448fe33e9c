// The part of Plotly that the page uses. Plotly itself comes from the installed Python package.

interface PlotlyElement extends HTMLElement {
  on(event: string, handler: () => void): void;
}

declare const Plotly: {
  newPlot(element: HTMLElement, data: object[], layout: object, config?: object): Promise<PlotlyElement>;
  react(element: HTMLElement, data: object[], layout: object, config?: object): Promise<PlotlyElement>;
  relayout(element: HTMLElement, layout: object): Promise<PlotlyElement>;
  restyle(element: HTMLElement, update: object, traces?: number[]): Promise<PlotlyElement>;
  toImage(element: HTMLElement | object, options: object): Promise<string>;
  purge(element: HTMLElement): void;
  Plots: { resize(element: HTMLElement): Promise<PlotlyElement> };
};
