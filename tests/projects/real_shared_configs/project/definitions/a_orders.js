declare(layout.source);
publish("orders_by_day", { type: "table", bigquery: layout.daily, assertions: layout.quality, columns: layout.columns })
  .query((ctx) => `select * from ${ctx.ref(layout.source)}`);
publish("orders_by_week", { type: "incremental", bigquery: layout.daily, assertions: layout.quality, columns: layout.columns })
  .query((ctx) => `select '${JSON.stringify(layout)}', '${layout.source.schema}' from ${ctx.ref("orders_by_day")}`);
publish("orders_in_lists", { type: "view", assertions: layout.lists }).query("select 1");
publish("again_in_lists", { type: "view", assertions: layout.lists }).query("select 2");
publish("changed_type", { bigquery: { labels: { gone: "soon" } }, assertions: { nonNull: ["a"], rowConditions: ["b"] } }).type("table");
