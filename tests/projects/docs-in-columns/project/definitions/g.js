publish("g", { type: "table", columns: [{ path: ["a"], description: "list" }, "text"] }).query("SELECT 1");
publish("h", { columns: docs.columns.address.columns }).query("SELECT 1").columns([{ path: ["z"] }]);
declare({ name: "i", columns: docs.pick("id") });
