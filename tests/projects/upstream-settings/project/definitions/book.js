notebook({ filename: "book.ipynb", name: "book", dependencyTargets: [{ name: "table" }], tags: ["n"], disabled: true }).dependencies("op");
