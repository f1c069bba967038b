// The objects that project code sees. What they do is done by `native`; here is only their JavaScript form.
(native, path, Buffer, settings) => {
  "use strict";

  // Functions of project code stay here; the compiler knows them by their numbers.
  const functions = [];
  const keep = (value) => functions.push(value) - 1;
  const given = (value) => (typeof value === "function" ? keep(value) : undefined);

  // ---- Actions

  const TARGET = { schema: "", name: "", database: "" };
  const target = (plain) => Object.assign(Object.create(TARGET), plain);

  class Action {
    #id;

    constructor(id) {
      this.#id = id;
    }

    get proto() {
      const proto = JSON.parse(native.describe(this.#id));
      proto.target = target(proto.target);
      proto.canonicalTarget = target(proto.canonicalTarget);
      return proto;
    }

    getTarget() {
      return this.proto.target;
    }

    getFileName() {
      return this.proto.fileName;
    }

    static call(action, method, value) {
      native.method(action.#id, method, value, given(value));
    }

    static changeType(action, type) {
      return native.changeType(action.#id, type);
    }
  }

  const withMethods = (type, chained, plain = []) => {
    for (const name of chained) {
      type.prototype[name] = function (value) {
        Action.call(this, name, value);
        return this;
      };
    }
    for (const name of plain) {
      type.prototype[name] = function (value) {
        Action.call(this, name, value);
      };
    }
    type.prototype.jitCode = function (code) {
      Action.call(this, "jitCode", String(code));
      return this;
    };
    return type;
  };

  const TABLE = [
    "query", "where", "preOps", "postOps", "disabled", "dependencies", "tags", "description", "columns",
    "database", "schema", "assertions", "bigquery", "setDependOnDependencyAssertions",
  ];
  class TableBase extends Action {
    type(type) {
      if (!Action.changeType(this, type)) {
        return this;
      }
    }
  }
  const Table = withMethods(class Table extends TableBase {}, TABLE, ["hermetic"]);
  const View = withMethods(class View extends TableBase {}, TABLE, ["hermetic", "materialized"]);
  const IncrementalTable = withMethods(
    class IncrementalTable extends TableBase {}, [...TABLE, "protected"], ["hermetic", "uniqueKey"],
  );
  const Operation = withMethods(class Operation extends Action {}, [
    "queries", "hasOutput", "dependencies", "tags", "description", "columns", "database", "schema", "hermetic",
    "disabled", "setDependOnDependencyAssertions",
  ]);
  const Assertion = withMethods(class Assertion extends Action {}, [
    "query", "dependencies", "tags", "description", "database", "schema", "hermetic", "disabled",
  ]);
  const Declaration = withMethods(class Declaration extends Action {}, ["description", "columns", "database", "schema"]);
  const Notebook = withMethods(class Notebook extends Action {}, ["dependencies", "tags", "disabled"]);

  class Test {
    #id;

    constructor(id) {
      this.#id = id;
    }

    #call(method, value, reference) {
      native.testMethod(this.#id, method, value, given(value), reference);
      return this;
    }

    config(config) {
      return this.#call("config", config);
    }

    dataset(reference) {
      return this.#call("dataset", reference);
    }

    input(reference, sql) {
      return this.#call("input", sql, reference);
    }

    expect(sql) {
      return this.#call("expect", sql);
    }
  }

  // ---- The API

  const create = (type, kind, name, given, method) => {
    const config = given !== null && typeof given === "object" ? given : {};
    const action = new type(native.create(kind, { type: kind, ...config, name }));
    if (given && typeof given !== "object") {
      Action.call(action, method, given);
    }
    return action;
  };

  const publish = (name, config) => {
    const kind = (config !== null && typeof config === "object" && config.type) || "view";
    const types = { table: Table, view: View, incremental: IncrementalTable };
    if (!Object.hasOwn(types, kind)) {
      throw new Error(`Unrecognized table type: ${kind}`);
    }
    return create(types[kind], kind, name, config, "query");
  };
  const operate = (name, config) => create(Operation, "operations", name, config, "queries");
  const assert = (name, config) => create(Assertion, "assertion", name, config, "query");
  const declare = (config) => new Declaration(native.create("declaration", { type: "declaration", ...config }));
  const test = (name) => new Test(native.createTest({ name }));
  const notebook = (config) => new Notebook(native.createNotebook({ ...config }));
  const jitData = (key, value) => native.jitData(String(key), value);
  const getContents = (file) => native.contents(String(file));
  const api = { publish, operate, assert, declare, notebook, test, jitData, getContents };

  // ---- What SQL is made with

  const names = (id) => ({
    self: () => native.self(id),
    ref: (...reference) => native.ref(id, reference),
    resolve: (...reference) => native.resolveName(id, reference),
    name: () => native.name(id),
    schema: () => native.schema(id),
    database: () => native.database(id),
  });
  const when = (condition, then, otherwise = "") => (condition ? then : otherwise);
  const silent = (id, methods) => {
    const calls = {};
    for (const method of methods) {
      calls[method] = (value) => {
        native.method(id, method, value, given(value));
        return "";
      };
    }
    return calls;
  };
  const TABLE_CALLS = ["where", "preOps", "postOps", "disabled", "bigquery", "dependencies", "tags"];
  const contexts = {
    table: (id, incremental) => ({
      ...names(id), when, incremental: () => incremental, ...silent(id, TABLE_CALLS), type: () => "",
    }),
    operation: (id) => ({ ...names(id), when, ...silent(id, ["hasOutput", "dependencies", "tags"]) }),
    assertion: (id) => ({ ...names(id), when, ...silent(id, ["dependencies", "tags"]) }),
    "data preparation": (id) => ({ ...names(id), when, EXPECT: " /* @@VALIDATION */ WHERE " }),
    test: () => ({}),
    // The tested query reads the inputs of the test.
    tested: (id) => {
      const reference = (...parts) => {
        const input = native.testReference(id, parts);
        if (input === null) {
          return "";
        }
        const sql = typeof input === "number" ? functions[input]({}) : input;
        return `(${Array.isArray(sql) ? sql[0] : sql})`;
      };
      const nothing = () => "";
      return {
        self: nothing, name: nothing, schema: nothing, database: nothing, ref: reference, resolve: reference, when,
        incremental: () => false, where: nothing, preOps: nothing, postOps: nothing, disabled: nothing,
        bigquery: nothing, dependencies: nothing, tags: nothing, type: nothing,
      };
    },
  };
  contexts.view = contexts.incremental = contexts.table;

  const evaluate = (number, kind, id, incremental) => functions[number](contexts[kind](id, incremental));

  // ---- Modules

  const modules = new Map();
  const includes = [];
  const folder = (file) => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "");

  const requireFrom = (file) => {
    const require = (id) => {
      if (id === "path") {
        return path;
      }
      return load(native.find(folder(file), String(id)));
    };
    require.cache = {};
    require.resolve = (id) => `${settings.root}/${native.find(folder(file), String(id))}`;
    return require;
  };

  const sqlx = ({ config, sql, where, pre, post, inputs = [] }) =>
    native.sqlx(config, [sql, where, pre, post].map(given), inputs.map(given));

  const load = (file) => {
    const known = modules.get(file);
    if (known) {
      return known.exports;
    }
    const filename = `${settings.root}/${file}`;
    const module = { exports: {}, id: filename, filename, loaded: false, children: [], paths: [] };
    modules.set(file, module);
    try {
      const code = native.source(file);
      if (typeof code === "function") {
        native.enter(file);
        try {
          code.call(
            module.exports, module.exports, requireFrom(file), module, filename, `${settings.root}/${folder(file)}`,
            sqlx,
          );
        } finally {
          native.leave();
        }
      } else {
        module.exports = code;
      }
    } catch (error) {
      modules.delete(file);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };
  const include = (file, name) => includes.push([name, load(file)]);
  const bind = () => {
    for (const [name, value] of includes) {
      globalThis[name] = value;
    }
    Object.assign(globalThis, api);
  };

  // ---- Globals

  const observed = (object, changed) =>
    new Proxy(object, {
      get: (inner, key) => (key === "vars" && inner.vars ? observed(inner.vars, changed) : inner[key]),
      set: (inner, key, value) => {
        inner[key] = value;
        changed();
        return true;
      },
      deleteProperty: (inner, key) => {
        delete inner[key];
        changed();
        return true;
      },
    });
  const DEFAULTS = {
    warehouse: "", defaultSchema: "", assertionSchema: "", schemaSuffix: "", defaultDatabase: "", tablePrefix: "",
    vars: {}, databaseSuffix: "", defaultLocation: "", builtinAssertionNamePrefix: "", disableAssertions: false,
    defaultReservation: "", includeTestsInCompiledGraph: false, preserveGovernanceControls: false,
  };
  const projectConfig = Object.assign(Object.create(DEFAULTS), JSON.parse(settings.projectConfig));
  const configChanged = () => native.configure(JSON.stringify(projectConfig));
  const dataform = { projectConfig: observed(projectConfig, configChanged), rootDir: settings.root, ...api };

  const say = (level) => (...values) =>
    native.console(
      level,
      values.map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value))).join(" "),
    );
  const console = {};
  for (const level of ["log", "info", "debug", "warn", "error", "trace"]) {
    console[level] = say(level);
  }
  const noTimer = () => 0;
  Object.assign(globalThis, {
    global: globalThis, dataform, console, Buffer,
    process: { env: {}, argv: [], platform: "linux", version: "v20.0.0", versions: {}, cwd: () => settings.root },
    setTimeout: noTimer, setInterval: noTimer, setImmediate: noTimer,
    clearTimeout: noTimer, clearInterval: noTimer, clearImmediate: noTimer,
  });

  const extension = (name) => {
    const request = { compileConfig: { projectDir: settings.root, filePaths: [] } };
    load(native.find("", name)).extension().compile(request, dataform);
  };

  return { extension, load, include, bind, evaluate };
};
