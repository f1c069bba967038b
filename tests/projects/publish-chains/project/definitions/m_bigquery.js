publish("m_bigquery").bigquery();
