operate("without_type_2", { dependencies: ["customers"] }).queries("select 1");
