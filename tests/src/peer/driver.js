// Compiles projects with the worker of the installed Dataform CLI, all of them in this one process.
// Arguments: the worker's file, and a file with a list of {folder, overrides, out}; each result goes to its `out`:
// {graph, kinds} with the class of each compilation error, or {thrown}.
"use strict";
const fs = require("fs");
const Module = require("module");

const [workerFile, listFile] = process.argv.slice(2);

// The worker exports nothing: it is loaded with one line more that does.
const worker = new Module(workerFile, module);
worker.filename = workerFile;
worker.paths = Module._nodeModulePaths(require("path").dirname(workerFile));
worker._compile(`${fs.readFileSync(workerFile, "utf8")}\nmodule.exports = { compile, dataform };`, workerFile);
const { compile, dataform } = worker.exports;

const settingsOf = (folder) => {
  const file = `${folder}/workflow_settings.yaml`;
  try {
    return worker.require("js-yaml").load(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
};

const classOf = (stack) => {
  const [first] = (stack ?? "").split("\n");
  return first.startsWith("/") ? "SyntaxError" : (/^(\w+)(?::|$)/.exec(first)?.[1] ?? null);
};

const graphOf = ({ folder, overrides }) => {
  const encoded = compile({
    projectDir: folder,
    projectConfigOverride: dataform.ProjectConfig.create(overrides),
    extension: settingsOf(folder)?.extension,
  });
  const graph = dataform.CoreExecutionResponse.decode(Buffer.from(encoded, "base64")).compile.compiledGraph.toJSON();
  const errors = graph.graphErrors?.compilationErrors ?? [];
  const kinds = errors.map((error) => (error.stack ? classOf(error.stack) : null));
  for (const error of errors) {
    delete error.stack;
  }
  return { graph, kinds };
};

for (const project of JSON.parse(fs.readFileSync(listFile, "utf8"))) {
  let result;
  try {
    result = graphOf(project);
  } catch (error) {
    result = { thrown: { name: String(error?.name ?? "Error"), message: String(error?.message ?? error) } };
  }
  fs.writeFileSync(project.out, JSON.stringify(result));
}
process.exit(0);
