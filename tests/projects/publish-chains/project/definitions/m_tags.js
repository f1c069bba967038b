publish("m_tags").tags(undefined);
