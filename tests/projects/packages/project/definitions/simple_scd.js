require("df-scd")("plain", { uniqueKey: "id", timestamp: "ts", source: "other" });
