publish("ctx_calls").query((ctx) => `${ctx.where("a > 1")}${ctx.preOps("pre")}${ctx.postOps(["p1", "p2"])}${ctx.disabled()}${ctx.bigquery({ labels: { a: "b" } })}${ctx.dependencies("one")}${ctx.tags("tag")}SELECT 1`);
publish("ctx_type").query((ctx) => `${ctx.type("table")}SELECT 2`);
operate("ctx_op", (ctx) => `${ctx.hasOutput(true)}${ctx.dependencies(["one"])}${ctx.tags(["t"])}SELECT`);
assert("ctx_as", (ctx) => `${ctx.dependencies(["one"])}${ctx.tags(["t"])}SELECT`);
