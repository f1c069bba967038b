publish("m_type_key", { type: "operations" });
