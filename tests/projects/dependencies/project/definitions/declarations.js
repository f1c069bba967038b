for (const name of ["s1", "s2", "s3"]) { declare({ name }); }
declare({ schema: "other", name: "s1" });
declare({ database: "vendor", schema: "other", name: "far" });
