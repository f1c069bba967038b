getContents("../../outside.md");
