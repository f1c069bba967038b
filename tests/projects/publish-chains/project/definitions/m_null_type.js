publish("m_null_type", { type: null });
