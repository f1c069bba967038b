publish("c1", shared.base).query("SELECT 1"); publish("c2", shared.base).query("SELECT 1"); publish("c3", { ...shared.base, schema: "s" }).query("SELECT 1");
publish("c4", { bigquery: shared.view }).query("SELECT 1"); publish("c5", { bigquery: shared.view }).query("SELECT 1");
publish("c6").query(JSON.stringify([shared.base, shared.bigquery, shared.assertions, shared.view]));
