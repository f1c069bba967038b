publish("t2d", { type: "table" }).query((ctx) => `SELECT * FROM ${ctx.ref("dataset", "two")} JOIN ${ctx.ref({ schema: "s", name: "n" })} ON ${ctx.self()} ${ctx.incremental()} ${ctx.resolve("de1")}`);
declare({ schema: "s", name: "n" });
test("t1").dataset("five").input("two", "SELECT 1 AS a").expect("SELECT 1 AS a");
test("t2").dataset({ name: "t2d" }).input(["dataset", "two"], (ctx) => "SELECT 2").input({ schema: "s", name: "n" }, "SELECT 3").input("de1", "SELECT 5").expect((ctx) => "SELECT 4").config({ tags: ["x"] });
test("t3").config({ dataset: "t2d", name: "t3_renamed", tags: ["y"] }).expect("SELECT 1");
