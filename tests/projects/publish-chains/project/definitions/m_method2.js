publish("m_method2", { type: "table" }).materialized(true);
