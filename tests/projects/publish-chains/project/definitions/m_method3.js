declare({ name: "m_method3" }).schema("x");
