operate("m_array", ["a"]);
