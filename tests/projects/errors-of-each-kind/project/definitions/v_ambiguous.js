declare({ schema: "s1", name: "twice" }); declare({ schema: "s2", name: "twice" });
publish("ambiguous", { dependencies: ["twice"] }).query((ctx) => ctx.ref("twice") + ctx.resolve({ name: "twice" }));
