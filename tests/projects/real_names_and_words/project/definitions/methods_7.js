publish("all_assertions").assertions({ uniqueKey: ["a"], uniqueKeys: [], nonNull: "b", rowConditions: ["c > 0"] }).query("select 1");
publish("options", { type: "table" }).bigquery({ requirePartitionFilter: true, labels: { a: "b" } }).query("select 1");
assert("described", { metadata: { overview: "gone" } }).query("select 1").description("replaces all");
