operate("op1", "SELECT 1").tags(["a", "a"]).tags("a").description("d").hasOutput(true).columns([{ path: ["a"], description: "A" }]);
operate("op2").queries((ctx) => `SELECT ${ctx.self()}`).dependencies(["one"]).disabled().hasOutput(true).schema("s").database("d");
operate("op3", (ctx) => [ctx.name(), ctx.schema(), ctx.database(), ctx.ref("op2"), ctx.resolve("op1")]).setDependOnDependencyAssertions(true).dependencies("four");
operate("op5");
operate("op6").queries(["a", "", " b "]);
operate("op7", { hasOutput: true, tags: ["x"], dataset: "q" }).columns([{ path: ["c"] }]).hasOutput(false);
operate("op8", { hermetic: true, dependencyTargets: [{ name: "two", dataset: "dataset" }] }).queries(() => []);
