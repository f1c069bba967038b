declare({ schema: "x" });
