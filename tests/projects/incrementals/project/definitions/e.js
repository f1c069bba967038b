publish("e", { type: "incremental", uniqueKey: ["a", "b"], incrementalStrategy: "MERGE", onSchemaChange: "FAIL", preOperations: ["p1"], postOperations: ["p2", " "] })
  .query((ctx) => { if (ctx.incremental()) { return `SELECT * FROM ${ctx.ref("a")}`; } return `SELECT * FROM ${ctx.ref("b")}`; })
  .preOps((ctx) => ctx.incremental() ? ["i1", "i2"] : [])
  .postOps((ctx) => ctx.incremental() ? "" : "full only");
publish("f", { type: "incremental" }).query((ctx) => ctx.incremental() ? undefined : "SELECT 1");
publish("g", { type: "incremental" });
publish("h", { type: "incremental", bigquery: { updatePartitionFilter: "x", incrementalPredicates: ["y"] } }).query("SELECT 1;");
publish("i", { type: "incremental", incrementalStrategy: "merge" }).query("SELECT 1");
publish("j", { type: "incremental", incrementalStrategy: "insert_overwrite" }).query("SELECT 1");
publish("k", { type: "incremental", onSchemaChange: "other" }).query("SELECT 1");
publish("l", { type: "incremental", incrementalStrategy: "other" }).query("SELECT 1");
publish("m", { type: "incremental", onSchemaChange: 1 }).query("SELECT 1");
