publish("expires", {
  type: "incremental",
  bigquery: { partitionBy: "day", partitionExpirationDays: 3, additionalOptions: { partition_expiration_days: "4" } },
}).query("select 1");
