show("globals_after", () => [typeof added, typeof more, globalThis.added]);
