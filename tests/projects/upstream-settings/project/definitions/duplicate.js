declare({ database: "project_ps", schema: "dataset_ds", name: "np_table" });
