publish("no_filter", { type: "table", bigquery: { partitionBy: "day", requirePartitionFilter: false } }).query("select 1");
