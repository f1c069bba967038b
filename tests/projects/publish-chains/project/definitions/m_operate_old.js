operate("m_old", { dependencies: ["one"] });
