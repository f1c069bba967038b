declare({ schema: "raw", name: "source" }).schema("other");
