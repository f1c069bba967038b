jitData("f", () => 1);
