operate("with_type", { type: "operations", schema: "other", dependencies: ["raw.customers"], hasOutput: true, columns: { a: "A" } })
  .queries((ctx) => ["select 1", `create table ${ctx.self()}`]);
operate("new_words", { dataset: "other", dependencyTargets: [{ name: "customers" }], columns: [{ path: ["a"], description: "A" }], hasOutput: true })
  .queries("select 1");
