// SQL with light highlighting, as DOM nodes: text stays text.

const WORDS = new Set(
  ("ALL AND ANY ARRAY AS ASC AT BEGIN BETWEEN BY CALL CASE CAST CLUSTER CREATE CROSS CURRENT DECLARE DEFAULT DELETE DESC " +
    "DISTINCT DROP ELSE END EXCEPT EXECUTE EXISTS EXTRACT FALSE FOLLOWING FOR FROM FULL GROUP HAVING IF IGNORE IMMEDIATE IN " +
    "INNER INSERT INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOP MATCHED MERGE MODEL NOT NULL NULLS OFFSET ON " +
    "OPTIONS OR ORDER OUTER OVER PARTITION PIVOT PRECEDING PROCEDURE QUALIFY RAISE RANGE RECURSIVE REPLACE RIGHT ROWS SAFE " +
    "SELECT SET STRUCT TABLE TABLESAMPLE TEMP THEN TO TRANSFORM TRUE UNBOUNDED UNION UNNEST UNPIVOT UPDATE USING VALUES VIEW " +
    "WHEN WHERE WHILE WINDOW WITH MATERIALIZED").split(" ")
);

const TOKENS = new RegExp(
  [
    /(--[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/, // comment
    /("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`[^`\n]*`?)/, // string
    /(\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)/, // number
    /([A-Za-z_]\w*)(\s*\()?/, // word, and whether it is called
  ]
    .map((part) => part.source)
    .join("|"),
  "gi"
);

function highlighted(sql) {
  const fragment = document.createDocumentFragment();
  let last = 0;
  for (const match of sql.matchAll(TOKENS)) {
    const [all, comment, string, number, word, call] = match;
    fragment.append(sql.slice(last, match.index));
    last = match.index + all.length;
    if (word && !WORDS.has(word.toUpperCase()) && !call) {
      fragment.append(all);
      continue;
    }
    const span = document.createElement("span");
    span.textContent = word || all;
    if (comment) span.className = "sql-comment";
    else if (string) span.className = "sql-string";
    else if (number) span.className = "sql-number";
    else span.className = WORDS.has(word.toUpperCase()) ? "sql-word" : "sql-call";
    fragment.append(span, call || "");
  }
  fragment.append(sql.slice(last));
  return fragment;
}

// The text without the blank lines around it and the margin that all its lines share.
function dedented(sql) {
  const lines = sql.replace(/^(\s*\n)+/, "").trimEnd().split("\n");
  const margins = lines.filter((line) => line.trim()).map((line) => line.match(/^\s*/)[0].length);
  const margin = Math.min(...margins, 40);
  return lines.map((line) => line.slice(Math.min(margin, line.match(/^\s*/)[0].length))).join("\n");
}
