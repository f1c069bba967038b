publish("v_to_table", { tags: ["x"] }).type("table");
publish("t_to_incremental", { type: "table", bigquery: { partitionBy: "a" } }).type("incremental");
const stays = publish("stays", { type: "table" }).type("table").query("SELECT 1");
publish("i_to_view", { type: "incremental", tags: ["y"] }).type("view");
const changed = publish("changed", "SELECT 'lost'");
changed.type("table");
changed.query("SELECT 'old object'");
publish("types").query([typeof stays, typeof changed.proto, changed.proto.target.name, typeof publish("returned", { type: "table" }).type("view"), typeof publish("u", { type: "incremental" }).uniqueKey(["k"]), typeof publish("h", { type: "incremental" }).hermetic(true), typeof publish("m").materialized(true), typeof operate("oh").hermetic(true), typeof assert("ah", "SELECT").hermetic(true)].join());
