publish("list_of_columns", { type: "table", bigquery: {}, columns: [{ path: ["a"], description: "A" }] }).query("select 1");
