throw new Error("include throws");
