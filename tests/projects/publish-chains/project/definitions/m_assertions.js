publish("m_assertions").assertions({ uniqueKey: "id" });
