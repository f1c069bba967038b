module.exports = {
  bigquery: { partitionBy: "day", labels: { a: "b" } },
  view: { labels: { c: "d" } },
  assertions: { uniqueKey: "id", nonNull: ["a"], rowConditions: ["x > 1"] },
  dependencies: ["base", "dataset.base2"],
  target: { schema: "raw", name: "source" },
  parts: ["project", "dataset", "base"],
  base: { type: "table", bigquery: { clusterBy: ["z"], partitionBy: "p" }, tags: ["t"] },
};
