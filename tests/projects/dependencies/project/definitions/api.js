publish("api1", { dependencies: ["base", "other.s1"] }).dependencies([{ name: "far", dataset: "other", project: "vendor" }]).query((ctx) => `SELECT * FROM ${ctx.ref("base")} ${ctx.ref({ schema: "other", name: "s1" })}`);
publish("api2").query((ctx) => ["s1", "s2", "s3"].map((name) => ctx.ref({ schema: "dataset", name })).join());
publish("api3", { dependOnDependencyAssertions: true }).dependencies(["base", "api1"]).query("SELECT 1");
assert("api4", { dependencies: ["base", { name: "forms", includeDependentAssertions: true }] }).query((ctx) => ctx.ref({ name: "base", includeDependentAssertions: true }));
operate("api5", { dependencies: [{ name: "base", includeDependentAssertions: true }] }).queries((ctx) => [ctx.ref("all_assertions"), ctx.ref("base")]);
