publish("one", "SELECT 1").tags("a").tags(["b", "a"]).description("d").columns({ a: "A", b: { description: "B", columns: { c: "C" } } }).dependencies("x").dependencies(["y", { name: "z", dataset: "s" }]).disabled();
publish("two", (ctx) => `SELECT ${ctx.name()}`).query((ctx) => `SELECT 2 ${ctx.self()}`).query("SELECT 3");
publish("three", { type: "incremental" })
  .query((ctx) => `SELECT ${ctx.incremental()} ${ctx.when(ctx.incremental(), "yes", "no")} ${ctx.when(false, "yes")}|`)
  .where((ctx) => `x > (SELECT MAX(x) FROM ${ctx.self()})`)
  .preOps("one").preOps(["two", "three"]).preOps((ctx) => [`four ${ctx.incremental()}`, "  ", ""]).preOps((ctx) => `five ${ctx.resolve("two")}`)
  .postOps((ctx) => ctx.when(ctx.incremental(), "only incremental")).postOps(["a;", "b"])
  .protected().bigquery({ partitionBy: "day", clusterBy: ["a"], labels: { x: "y" }, updatePartitionFilter: "day > 1" });
publish("four", { type: "table", tags: ["t"], assertions: { nonNull: ["a"] } }).tags("late").disabled(true).schema("moved").database("away").assertions({ uniqueKey: "id", rowConditions: ["x"] });
publish("five", { type: "view" }).setDependOnDependencyAssertions(true).dependencies("four").query((ctx) => `SELECT * FROM ${ctx.ref("two")}`);
publish("six", { type: "table" }).where("x > 1").query("SELECT 6").disabled(false);
publish("seven").columns([{ path: ["a", "b"], description: "AB", tags: ["x"] }]).bigquery({ labels: { a: "b" }, additionalOptions: { o: "1" } }).query("SELECT 7");
operate("op1", "SELECT 1").tags(["a", "a"]).tags("a").description("d").hasOutput().columns({ a: "A" });
operate("op2").queries((ctx) => `SELECT ${ctx.self()}`).dependencies(["one"]).disabled().hasOutput(true).schema("s").database("d");
operate("op3", (ctx) => [ctx.name(), ctx.schema(), ctx.database(), ctx.ref("op2"), ctx.resolve("op1")]).setDependOnDependencyAssertions(true).dependencies("four");
operate("op4", { queries: "x" });
operate("op5");
operate("op6").queries(["a", "", " b "]);
assert("as1", "SELECT 1").tags("a").description("d").schema("s").database("d").disabled();
assert("as2").query((ctx) => `SELECT * FROM ${ctx.ref("one")}`).dependencies(["two", "d.s.as1"]);
assert("as3", { tags: ["x"], dataset: "d2", hermetic: true }).query((ctx) => ctx.when(true, "yes", "no"));
declare({ name: "de1" });
declare({ schema: "s", name: "de2", database: "d", tags: ["a"], description: "text" });
declare({ dataset: "s2", name: "de3", project: "d2", columns: [{ path: ["p"], description: "q" }] });
test("t1").dataset("five").input("two", "SELECT 1 AS a").expect("SELECT 1 AS a");
test("t2").dataset({ name: "t2d" }).input(["dataset", "two"], (ctx) => "SELECT 2").input({ schema: "s", name: "n" }, "SELECT 3").expect((ctx) => "SELECT 4").config({ tags: ["x"] });
publish("t2d").query((ctx) => `SELECT * FROM ${ctx.ref("dataset", "two")} JOIN ${ctx.ref({ schema: "s", name: "n" })} ON ${ctx.self()} ${ctx.incremental()}`);
declare({ schema: "s", name: "n" });
declare({ name: "x" }); declare({ name: "y" }); declare({ schema: "s", name: "z" });
