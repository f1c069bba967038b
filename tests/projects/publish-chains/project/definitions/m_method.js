publish("m_method").config({});
