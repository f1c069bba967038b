const checks = require("@acme/assertions")({ database: "audit", schema: "quality", tags: ["hourly"] });
const all = checks.unique({ dataset: { other: ["id", "day"], sessions: ["session"] }, history: { customers_scd_updates: ["customer_id"] } });
checks.freshness("dataset", "other", { column: "updated_at" }).tags("late").disabled();
publish("check_count").query(`SELECT ${all.length} AS n, '${checks.version}' AS v`);
