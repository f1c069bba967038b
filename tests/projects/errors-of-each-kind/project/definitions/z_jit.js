jitData("a", 1); jitData("a", 2);
