publish("m_type").type("other");
