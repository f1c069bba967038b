operate("without_type", { schema: "other" }).queries("select 1");
