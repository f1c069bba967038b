assert("as1", "SELECT 1").tags("a").description("d").schema("s").database("d").disabled();
assert("as2").query((ctx) => `SELECT * FROM ${ctx.ref("one")}`).dependencies(["two", { name: "as1", schema: "s" }]);
assert("as3", { tags: ["x"], dataset: "d2", hermetic: true, description: "first", reservation: "r" }).description("second").query((ctx) => ctx.when(true, "yes", "no"));
assert("as4", { dependencies: ["two", "d.s.as1"], schema: "q", database: "w", metadata: { overview: "o" } }).query("SELECT 4;");
declare({ name: "de1" }).description("d").columns([{ path: ["x"], description: "X" }]);
declare({ schema: "s", name: "de2", database: "d", tags: ["a"], description: "text" });
declare({ dataset: "s2", name: "de3", project: "d2", columns: [{ path: ["p"], description: "q" }, "text"] });
declare({ name: "dotted.name", schema: "dotted.schema" });
