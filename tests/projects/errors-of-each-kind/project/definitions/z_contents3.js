getContents("x_cycles.js");
