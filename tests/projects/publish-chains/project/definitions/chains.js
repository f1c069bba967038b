publish("one", "SELECT 1").tags("a").tags(["b", "a"]).description("d").columns([{ path: ["a"], description: "A" }, { path: ["b", "c"] }]).dependencies("two").dependencies(["three", { name: "de2", schema: "s" }]).disabled();
publish("two", (ctx) => `SELECT ${ctx.name()}`).query((ctx) => `SELECT 2 ${ctx.self()}`).query("SELECT 3");
publish("three", { type: "incremental" })
  .query((ctx) => `SELECT ${ctx.incremental()} ${ctx.when(ctx.incremental(), "yes", "no")} ${ctx.when(false, "yes")}|`)
  .where((ctx) => `x > (SELECT MAX(x) FROM ${ctx.self()})`)
  .preOps("one").preOps(["two", "three"]).preOps((ctx) => [`four ${ctx.incremental()}`, "  ", ""]).preOps((ctx) => `five ${ctx.resolve("two")}`)
  .postOps((ctx) => ctx.when(ctx.incremental(), "only incremental")).postOps(["a;", "b"])
  .protected().bigquery({ partitionBy: "day", clusterBy: ["a"], labels: { x: "y" }, updatePartitionFilter: "day > 1" });
publish("four", { type: "table", tags: ["t"], assertions: { nonNull: ["a"] } }).tags("late").disabled(true).schema("moved").database("away").assertions({ uniqueKey: ["id"], uniqueKeys: [], rowConditions: ["x"], nonNull: "y" }).tags("later").disabled(false);
publish("five", { type: "view" }).setDependOnDependencyAssertions(true).dependencies("four").query((ctx) => `SELECT * FROM ${ctx.ref("two")}`);
publish("six", { type: "table" }).where("x > 1").query("SELECT 6").disabled(false).bigquery({ labels: {}, partitionBy: "" });
publish("seven").bigquery({ labels: { a: "b" }, additionalOptions: { o: "1" } }).query("SELECT 7");
publish("eight").bigquery({}).query("SELECT 8");
publish("nine", { type: "incremental", protected: true }).protected(false).protected(null).query("SELECT 9");
publish("ten", { name: "renamed", filename: "definitions/elsewhere.js", schema: "s", tags: [] }).query("SELECT 10");
publish("eleven", { type: undefined, dataset: "s" }).query("SELECT 11");
publish("twelve", null).query("SELECT 12"); publish("thirteen", "");
publish("fourteen", { type: "table", columns: [{ path: ["a"], description: "list" }], bigquery: { labels: { k: "v" } } }).schema("").database(undefined).query("SELECT 14");
