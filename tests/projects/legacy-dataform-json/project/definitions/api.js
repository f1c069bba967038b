publish("from_api", { type: "table", dependencies: ["view"], schema: "marts" }).query((ctx) => `SELECT * FROM ${ctx.ref("marts", "view")} JOIN ${ctx.ref({ database: "other", schema: "marts", name: "view" })} USING (a)`);
operate("ops_api", ["ignored"]);
operate("ops").queries(["a", "b"]).hasOutput(true).database("x").schema("y");
assert("assert_api", (ctx) => `SELECT ${ctx.self()} ${ctx.name()} ${ctx.schema()} ${ctx.database()}`);
declare({ database: "ext", schema: "ext", name: "t", description: "d", columns: { a: "b" } });
