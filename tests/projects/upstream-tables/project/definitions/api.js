publish("api_iceberg", { type: "table", iceberg: {} }).query("SELECT 1");
publish("api_labels", { type: "table", bigquery: { labels: { a: "b" } }, labels: undefined }).query("SELECT 1");
publish("api_zero", { type: "table", partitionExpirationDays: 0, requirePartitionFilter: false, clusterBy: [], labels: {}, partitionBy: "" }).query("SELECT 1");
publish("api_protected", { type: "incremental", protected: undefined }).query("SELECT 1");
publish("api_preserve", { type: "incremental" }).query("SELECT 1");
publish("api_strategy", { type: "incremental", incrementalStrategy: "INCREMENTAL_STRATEGY_MERGE" }).query("SELECT 1");
