declare({ name: "de", dependencies: ["x"] });
