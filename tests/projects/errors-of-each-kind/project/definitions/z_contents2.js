getContents("nowhere.md");
