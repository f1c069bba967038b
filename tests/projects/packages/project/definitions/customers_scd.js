const scd = require("df-scd");
const { updates, view } = scd("customers_scd", {
  uniqueKey: "customer_id",
  hash: "row_hash",
  timestamp: "updated_at",
  source: { schema: "crm", name: "customers" },
  tags: ["slowly-changing-dimension"],
  columns: { customer_id: "Key", name: { description: "Name", tags: ["pii"] } },
  incrementalConfig: { bigquery: { partitionBy: "DATE(updated_at)" }, protected: true, schema: "history" },
});
updates.tags("updates").preOps((ctx) => `-- before ${ctx.self()}`);
view.dependencies("other").assertions({ nonNull: ["customer_id"] });
publish("facts").query(JSON.stringify([updates.proto.target, view.proto.target, updates.proto.target.database, view.proto.fileName]));
