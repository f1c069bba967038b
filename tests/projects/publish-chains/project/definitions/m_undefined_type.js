publish("m_undefined_type", { type: undefined, schema: "s" });
