publish("raw_customers", { type: "incremental", name: "customers", schema: "raw" }).query((ctx) => `select * from ${ctx.self()}`);
publish("customers_view", { type: "view" }).query((ctx) => `select * from ${ctx.ref("customers")}`);
operate("a_step", { name: "a_named_step" }).queries("select 1");
assert("a_check", { name: "a_named_check" }).query("select 1");
