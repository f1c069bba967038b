publish("c1").query((ctx) => ctx.ref("c2")); publish("c2").query((ctx) => ctx.ref("c3")); publish("c3").query((ctx) => `${ctx.ref("c1")} ${ctx.ref("ok_table")}`);
publish("self").query((ctx) => ctx.ref("self")); publish("ok_table").query("SELECT 1");
operate("o1", { hasOutput: true }).queries((ctx) => ctx.ref("o2")); operate("o2", { hasOutput: true }).queries((ctx) => ctx.ref("o1"));
assert("a1").query((ctx) => ctx.ref("c1")); publish("after_a1").dependencies("a1").query("x");
