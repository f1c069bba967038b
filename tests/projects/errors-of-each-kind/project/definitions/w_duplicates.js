publish("dup").query("1"); operate("dup", "2"); assert("dup", { schema: "dataset" }).query("3"); declare({ name: "dup" });
publish("on_dup").query((ctx) => ctx.ref("dup"));
