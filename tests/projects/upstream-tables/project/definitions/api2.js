publish("api_numbers", { type: "incremental", onSchemaChange: 2, incrementalStrategy: 1, uniqueKey: ["a"] }).query("SELECT 1");
publish("api_metadata", { type: "view", metadata: { extraProperties: { fields: { a: { stringValue: "x" } } } } }).query("SELECT 1");
publish("api_metadata_empty", { type: "view", metadata: {} }).query("SELECT 1");
