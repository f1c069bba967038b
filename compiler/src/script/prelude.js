// The objects that project code sees. What they do is done by `native`; here is only their JavaScript form.
(native, settings) => {
  "use strict";

  // Project code may replace what the language offers, and must not mislead what is here: it has its own.
  const { defineProperties, getOwnPropertyDescriptors, create: createObject } = globalThis.Object;
  const ownStatics = (type) => defineProperties(createObject(null), getOwnPropertyDescriptors(type));
  const ownMethods = (type) => {
    class Own extends type {}
    const { constructor, ...methods } = getOwnPropertyDescriptors(type.prototype);
    defineProperties(Own.prototype, methods);
    return Own;
  };
  const [Object, JSON, Reflect] = [globalThis.Object, globalThis.JSON, globalThis.Reflect].map(ownStatics);
  const [Map, Set, WeakSet] = [globalThis.Map, globalThis.Set, globalThis.WeakSet].map(ownMethods);
  const { Proxy } = globalThis;
  const { assign, hasOwn } = Object;
  const { parse, stringify } = JSON;
  const { apply } = Reflect;

  // The engine would hand out the functions of this file through the places in a list of calls.
  Error.prepareStackTrace = (error, places) => places;
  Object.getPrototypeOf(new Error().stack[0]).getFunction = () => undefined;
  Error.prepareStackTrace = undefined;

  const scripts = createObject(null);
  const script = (name) => (scripts[name] ??= native.script(name));

  // Functions of project code stay here; the compiler knows them by their numbers.
  const functions = createObject(null);
  let kept = 0;
  const keep = (value) => {
    functions[kept] = value;
    return kept++;
  };
  const given = (value) => (typeof value === "function" ? keep(value) : undefined);
  const call = (number, argument) => {
    const { [number]: code } = functions;
    return code(argument);
  };
  // Those that SQLX files became
  const fromSqlx = new Set();

  // ---- Actions

  const TARGET = { schema: "", name: "", database: "" };
  const target = (plain) => assign(createObject(TARGET), plain);

  // Actions in the form of the graph. What project code changes there is written back before the action is used.
  const protos = {
    known: new Map(),
    read(id) {
      const known = this.known.get(id) ?? { proto: {}, json: undefined };
      if (known.json === undefined) {
        const fresh = JSON.parse(native.describe(id));
        fresh.target = target(fresh.target);
        fresh.canonicalTarget = target(fresh.canonicalTarget);
        Object.keys(known.proto).forEach((key) => delete known.proto[key]);
        Object.assign(known.proto, fresh);
        known.json = JSON.stringify(known.proto);
        this.known.set(id, known);
      }
      return known.proto;
    },
    store(id) {
      const known = this.known.get(id);
      const json = known?.json && JSON.stringify(known.proto);
      if (json !== known?.json) {
        native.amend(id, json);
        known.json = undefined;
        this.read(id);
      }
    },
    outdate(id) {
      const known = this.known.get(id);
      if (known) {
        known.json = undefined;
      }
    },
    settle() {
      this.known.forEach((_, id) => this.store(id));
    },
  };

  const actions = new Map();
  const actionOf = (id, type) => actions.get(id) ?? new type(id);

  class Action {
    #id;

    constructor(id) {
      this.#id = id;
      actions.set(id, this);
    }

    get proto() {
      return protos.read(this.#id);
    }

    getTarget() {
      return this.proto.target;
    }

    getFileName() {
      return this.proto.fileName;
    }

    static call(action, method, value) {
      protos.store(action.#id);
      native.method(action.#id, method, value, given(value));
      protos.outdate(action.#id);
    }

    static changeType(action, type) {
      defined.length = 0;
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
  const Operation = withMethods(
    class Operation extends Action {},
    [
      "queries", "hasOutput", "dependencies", "tags", "description", "columns", "database", "schema", "disabled",
      "setDependOnDependencyAssertions",
    ],
    ["hermetic"],
  );
  const Assertion = withMethods(
    class Assertion extends Action {},
    ["query", "dependencies", "tags", "description", "database", "schema", "disabled"],
    ["hermetic"],
  );
  const Declaration = withMethods(class Declaration extends Action {}, ["description", "columns"]);
  const Notebook = withMethods(
    class Notebook extends Action {
      ipynb(contents) {
        Action.call(this, "ipynb", stringify(contents));
        return this;
      }
    },
    ["dependencies"],
  );

  // The actions of the project so far
  const defined = [];
  const definedNow = () => {
    const types = {
      table: Table, view: View, incremental: IncrementalTable, operation: Operation, assertion: Assertion,
      declaration: Declaration, notebook: Notebook,
    };
    for (const [id, kind] of JSON.parse(native.definedFrom(defined.length))) {
      defined.push(actionOf(id, types[kind] ?? Action));
    }
    return defined;
  };

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
      return this.#call("config", { dataset: reference });
    }

    input(reference, sql) {
      return this.#call("input", sql, reference);
    }

    expect(sql) {
      return this.#call("expect", sql);
    }
  }

  // ---- The API

  const isObject = (value) => value !== null && typeof value === "object";

  const configs = script("configs")(native, { Map, Object, WeakSet, isObject });

  // What is left to do when all files have been loaded
  const settle = () => {
    protos.settle();
    configs.settle();
  };

  const create = (type, kind, config) => {
    const action = new type(native.create(kind, config));
    configs.takeApart(kind, config);
    return action;
  };

  // What a config says goes before the arguments that stand beside it.
  const named = (type, kind, given, method, plain) => {
    const action = create(type, kind, isObject(given) ? { ...plain, ...given } : plain);
    if (given && !isObject(given)) {
      Action.call(action, method, given);
    }
    return action;
  };

  const publish = (name, config) => {
    const kind = isObject(config) && config.type !== undefined ? config.type : "view";
    if (isObject(config)) {
      native.checkName(name);
    }
    const types = { table: Table, view: View, incremental: IncrementalTable };
    if (!hasOwn(types, kind)) {
      throw new Error(`Unrecognized table type: ${kind}`);
    }
    return named(types[kind], kind, config, "query", { type: kind, name });
  };
  const operate = (name, config) => named(Operation, "operations", config, "queries", { name });
  const assert = (name, config) => named(Assertion, "assertion", config, "query", { name });
  const declare = (config) => {
    const action = create(Declaration, "declaration", { ...config });
    configs.renew(config);
    return action;
  };
  const test = (name) => new Test(native.createTest({ name }));
  const notebook = (config) => new Notebook(native.createNotebook({ ...config }));
  const plain = (value) => {
    if (["function", "bigint", "symbol"].includes(typeof value)) {
      throw new Error(`Unsupported value: ${String(value)}`);
    }
    if (isObject(value)) {
      Object.values(value).forEach(plain);
    }
    return value;
  };
  const jitData = (key, value) => native.jitData(String(key), plain(value));
  const getContents = (file) => native.contents(String(file));
  const api = { publish, operate, assert, declare, notebook, test, jitData, getContents };

  // ---- What SQL is made with

  // A reference that is a list is turned round where it stands.
  const turned = (reference) => {
    const [list, ...more] = reference;
    if (!Array.isArray(list) || more.length > 0) {
      return reference;
    }
    configs.once(list);
    const copy = [...list];
    list.reverse();
    return [copy];
  };
  const when = (condition, then, otherwise = "") => (condition ? then : otherwise);

  // What functions of the JavaScript API are given; the properties are those of Dataform's contexts.
  class Context {
    #id;

    constructor(id, word, type) {
      this.#id = id;
      this[word] = actionOf(id, type);
    }

    self() {
      return native.self(this.#id);
    }

    ref(...reference) {
      return native.ref(this.#id, turned(reference));
    }

    resolve(...reference) {
      return native.resolveName(this.#id, turned(reference));
    }

    name() {
      return native.name(this.#id);
    }

    schema() {
      return native.schema(this.#id);
    }

    database() {
      return native.database(this.#id);
    }

    when(condition, then, otherwise) {
      return when(condition, then, otherwise);
    }

    apply(sql) {
      return typeof sql === "function" ? sql(this) : sql;
    }

    static call(context, method, value) {
      native.method(context.#id, method, value, given(value));
      return "";
    }
  }

  const withCalls = (type, names) => {
    for (const name of names) {
      type.prototype[name] = function (value) {
        return Context.call(this, name, value);
      };
    }
    return type;
  };

  class TableBaseContext extends Context {
    constructor(id, word, type, isIncremental) {
      super(id, word, type);
      this.isIncremental = isIncremental;
    }

    incremental() {
      return !!this.isIncremental;
    }

    disabled() {
      return Context.call(this, "disabled");
    }
  }
  withCalls(TableBaseContext, ["where", "preOps", "postOps", "bigquery", "dependencies", "tags"]);

  class TableContext extends TableBaseContext {
    type() {
      return "";
    }
  }

  const OperationContext = withCalls(class OperationContext extends Context {}, ["hasOutput", "dependencies", "tags"]);
  const AssertionContext = withCalls(class AssertionContext extends Context {}, ["dependencies", "tags"]);
  class DataPreparationContext extends Context {
    EXPECT = " /* @@VALIDATION */ WHERE ";

    incremental() {
      return false;
    }
  }
  withCalls(DataPreparationContext, ["dependencies"]);

  const contexts = {
    table: (id, incremental) => new TableContext(id, "table", Table, incremental),
    view: (id, incremental) => new TableBaseContext(id, "view", View, incremental),
    incremental: (id, incremental) => new TableBaseContext(id, "incrementalTable", IncrementalTable, incremental),
    operation: (id) => new OperationContext(id, "operation", Operation),
    assertion: (id) => new AssertionContext(id, "assertion", Assertion),
    "data preparation": (id) => new DataPreparationContext(id, "dataPreparation", Action),
    test: () => ({}),
    // The tested query reads the inputs of the test.
    tested: (id, incremental) => {
      const over = (input) => {
        if (input === null) {
          return "";
        }
        const sql = typeof input === "number" ? call(input, {}) : input;
        return `(${Array.isArray(sql) ? sql[0] : sql})`;
      };
      const reference = (...parts) => over(native.testReference(id, parts));
      const nothing = () => "";
      return {
        self: () => over(native.testSelf(id)), name: nothing, schema: nothing, database: nothing, ref: reference, resolve: reference, when,
        incremental: () => incremental, where: nothing, preOps: nothing, postOps: nothing, disabled: nothing,
        dependencies: nothing, tags: nothing, type: nothing, config: nothing,
      };
    },
  };

  // The same for the SQL of SQLX files, which only takes single names out of it: made when they are asked for.
  const NAMES = {
    self: (id) => () => native.self(id),
    ref: (id) => (...reference) => native.ref(id, turned(reference)),
    resolve: (id) => (...reference) => native.resolveName(id, turned(reference)),
    name: (id) => () => native.name(id),
    schema: (id) => () => native.schema(id),
    database: (id) => () => native.database(id),
    when: () => when,
  };
  const getters = (names) => {
    const prototype = {};
    for (const [name, make] of Object.entries(names)) {
      Object.defineProperty(prototype, name, {
        get() {
          return make(this.id, this.forIncremental);
        },
      });
    }
    return prototype;
  };
  const operationNames = getters(NAMES);
  const tableNames = getters({ ...NAMES, incremental: (id, forIncremental) => () => forIncremental });
  const namesOf = {
    table: tableNames, view: tableNames, incremental: tableNames, operation: operationNames, assertion: operationNames,
    "data preparation": getters({ ...NAMES, EXPECT: () => contexts["data preparation"](0).EXPECT }),
  };
  const context = (kind, id, forIncremental) =>
    Object.hasOwn(namesOf, kind)
      ? Object.assign(Object.create(namesOf[kind]), { id, forIncremental })
      : contexts[kind](id, forIncremental);

  const evaluate = (number, kind, id, incremental) =>
    call(number, fromSqlx.has(number) ? context(kind, id, incremental) : contexts[kind](id, incremental));

  // ---- Modules

  const modules = createObject(null);
  const includes = [];
  const folder = (file) => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "");

  const requireFrom = (file, parent) => {
    const require = (id) => {
      if (typeof id !== "string") {
        throw new Error("Id is not a string");
      }
      if (id === "path") {
        return script("path");
      }
      if (id === "@dataform/core") {
        return core;
      }
      return load(native.find(folder(file), id), parent);
    };
    require.resolve = (id) => `${settings.root}/${native.find(folder(file), String(id))}`;
    require.extensions = {};
    require.cache = {};
    return require;
  };

  const sqlx = ({ config, sql, where, pre, post, inputs = [] }) => {
    const numbers = [sql, where, pre, post].map(given);
    numbers.forEach((number) => fromSqlx.add(number));
    native.sqlx(config, numbers, inputs.map(given));
    configs.takeApart(config.type, config);
  };

  const load = (file, parent = null) => {
    const known = modules[file];
    if (known) {
      return known.exports;
    }
    const filename = `${settings.root}/${file}`;
    const path = file.includes("/") ? `${settings.root}/${folder(file)}` : settings.root;
    const module = { id: filename, filename, path, parent, loaded: false, paths: [], children: [], exports: {} };
    modules[file] = module;
    try {
      const code = native.source(file);
      if (typeof code === "function") {
        native.enter(file);
        try {
          apply(code, globalThis, [module.exports, requireFrom(file, module), module, filename, path, sqlx]);
        } finally {
          native.leave();
        }
      } else {
        module.exports = code;
      }
    } catch (error) {
      delete modules[file];
      throw error;
    }
    module.loaded = true;
    configs.holdExports(module);
    return module.exports;
  };
  const include = (file, name) => includes.push([name, load(file)]);
  const bind = () => {
    for (const [name, value] of includes) {
      globalThis[name] = value;
    }
    assign(globalThis, api);
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
  const projectConfig = assign(createObject(DEFAULTS), parse(settings.projectConfig));
  const configChanged = () => native.configure(stringify(projectConfig));
  const suffixed = (name, suffix) => (projectConfig[suffix] ? `${name}_${projectConfig[suffix]}` : name);
  const dataform = {
    rootDir: settings.root,
    projectConfig: observed(projectConfig, configChanged),
    canonicalProjectConfig: { ...projectConfig },
    get actions() {
      return definedNow();
    },
    ...api,
    compileError: (error, file) => native.compileError(String(error?.message ?? error), file),
    finalizeDatabase: (name) => suffixed(name, "databaseSuffix"),
    finalizeSchema: (name) => suffixed(name, "schemaSuffix"),
    finalizeName: (name) => (projectConfig.tablePrefix ? `${projectConfig.tablePrefix}_${name}` : name),
  };
  const core = { session: dataform, version: settings.version };
  globalThis.dataform = dataform;


  // What asks for the time or a random number is noted: its result cannot be kept.
  const clocked = (ask) => {
    const asked = {
      [ask.name](...values) {
        native.clock();
        return ask.apply(this, values);
      },
    };
    return asked[ask.name];
  };
  Date.now = clocked(Date.now);
  Math.random = clocked(Math.random);
  globalThis.Date = Date.prototype.constructor = new Proxy(Date, {
    construct: (date, values, target) => {
      if (values.length === 0) {
        native.clock();
      }
      return Reflect.construct(date, values, target);
    },
    apply: (date) => {
      native.clock();
      return date();
    },
  });
  script("globals")(native, settings, script);

  const extension = (name) => {
    const request = { compileConfig: { projectDir: settings.root, filePaths: [] } };
    load(native.find("", name)).extension().compile(request, dataform);
  };

  return { extension, load, include, bind, settle, evaluate, context };
};
