declare({ schema: "crm", name: "customers" });
