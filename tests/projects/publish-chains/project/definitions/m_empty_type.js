publish("m_empty_type", { type: "" });
