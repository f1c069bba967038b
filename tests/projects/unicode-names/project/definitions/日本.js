publish("日本の表", { assertions: { uniqueKey: ["名前"], rowConditions: ["名前 != 'é\\n'"] } }).query((ctx) => `SELECT "${"é".normalize("NFD").length}${"🎉".length}${[..."🎉é"].length}" FROM ${ctx.ref("Ünïcode tablé")}`);
publish("lone \ud800 surrogate").query("SELECT '\udc00'");
