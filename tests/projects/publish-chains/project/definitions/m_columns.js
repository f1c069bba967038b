publish("m_columns").columns({ a: "A" });
