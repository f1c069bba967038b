publish("ctx_calls").query((ctx) => `${ctx.where("a > 1")}${ctx.preOps("pre")}${ctx.postOps(["p1", "p2"])}${ctx.disabled()}${ctx.bigquery({ labels: { a: "b" } })}${ctx.dependencies("one")}${ctx.tags("tag")}SELECT 1`);
publish("ctx_view_type").query((ctx) => `${typeof ctx.type}`);
publish("ctx_apply").query((ctx) => ctx.apply((inner) => inner === ctx ? "same" : "other"));
operate("ctx_op", (ctx) => `${ctx.hasOutput(true)}${ctx.dependencies(["one"])}${ctx.tags(["t"])}SELECT`);
assert("ctx_as", (ctx) => `${ctx.dependencies(["one"])}${ctx.tags(["t"])}SELECT`);
const taken = ({ ref }) => ref("one");
publish("destructured").query((ctx) => { try { return taken(ctx); } catch (error) { return error.constructor.name; } });
publish("when_destructured").query(({ when }) => when(true, "yes"));
