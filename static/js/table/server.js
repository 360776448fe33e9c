// What the server makes of a table: a look at it, or its name once it is kept there.

/** Why a table cannot be used, in words for the user. */
export class TableProblem extends Error {}

/** The server's view of a table: columns, first rows, choices, problem or summary. */
export function look(content, choices = null) {
  return post("/tables/preview", content, choices);
}

/** Leaves a table on the server; its summary, with the digest as `table`. */
export function keep(content, choices = null) {
  return post("/tables", content, choices);
}

async function post(path, content, choices) {
  const query = choices === null ? "" : `?choices=${encodeURIComponent(JSON.stringify(choices))}`;
  let response, answer;
  try {
    response = await fetch(path + query, { method: "POST", body: content });
    answer = await response.json();
  } catch {
    throw new TableProblem("The table did not reach the server; try again.");
  }
  if (!response.ok) throw new TableProblem(answer.message);
  return answer;
}
