operate("m_queries", { queries: "x" });
