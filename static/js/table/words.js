// What is said of a table.

const MOST = 40; // characters of a name

/** A name, or as much of it as fits. */
export function short(name, most = MOST) {
  if (name.length <= most) return name;
  return `${Array.from(name.slice(0, 2 * most)).slice(0, most - 1).join("")}…`;
}

/** A table's summary in a line: “60 rows · height, weight → kind (cat, dog)”. */
export function inWords({ rows, features, label, task, classes, dropped }) {
  const answers = task === "regression" ? "a number" : classes.map((name) => short(name)).join(", ");
  const names = features.map((name) => short(name)).join(", ");
  const without = dropped > 0 ? ` · ${dropped.toLocaleString("en")} dropped` : "";
  return `${rows.toLocaleString("en")} rows${without} · ${names} → ${short(label)} (${answers})`;
}
