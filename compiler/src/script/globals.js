// The globals of Node.js that project code finds: a console, timers that never fire, an empty process
(native, settings, script) => {
  "use strict";

  // What stands for the values of a console's line: `%s` and the like take the next one each
  const shown = (value) => {
    if (typeof value !== "object" || value === null) {
      return typeof value === "bigint" ? `${value}n` : String(value);
    }
    return value instanceof Error ? String(value.stack ?? value) : JSON.stringify(value);
  };
  const PLACEHOLDERS = {
    s: shown, d: (value) => String(Number(value)), i: (value) => String(parseInt(value, 10)),
    f: (value) => String(parseFloat(value)), j: (value) => JSON.stringify(value), o: shown, O: shown, c: () => "",
  };
  const line = (values) => {
    if (typeof values[0] !== "string") {
      return values.map(shown).join(" ");
    }
    const rest = values.slice(1);
    const first = values[0].replace(/%([sdifjoOc%])/g, (all, kind) => {
      if (kind === "%") {
        return "%";
      }
      return rest.length > 0 ? PLACEHOLDERS[kind](rest.shift()) : all;
    });
    return [first, ...rest.map(shown)].join(" ");
  };
  const say = (level) => (...values) => native.console(level, line(values));
  const nothing = () => {};
  const console = { log: say("log"), warn: say("warn"), dir: say("log") };
  for (const name of ["time", "timeEnd", "timeLog"]) {
    console[name] = nothing;
  }
  console.trace = say("trace");
  console.assert = (condition, ...values) => {
    if (!condition) {
      console.warn("Assertion failed", ...values);
    }
  };
  for (const name of ["clear", "count", "countReset", "groupEnd"]) {
    console[name] = nothing;
  }
  console.group = console.groupCollapsed = console.table = say("log");
  console.debug = say("debug");
  console.info = say("info");
  console.dirxml = say("log");
  console.error = say("error");

  // Timers never fire: nothing waits for them when the graph is made.
  const timer = () => {
    const handle = {
      ref: () => handle, unref: () => handle, hasRef: () => true, refresh: () => handle, close: nothing,
    };
    return handle;
  };
  const listened = () => process;
  const clock = (value) => () => {
    native.clock();
    return value;
  };
  const process = {
    argv: [], title: "node", version: "v20.0.0", versions: {}, arch: "x64", platform: "linux", env: {}, pid: 1,
    features: {}, nextTick: nothing, hrtime: clock([0, 0]), uptime: clock(0), cwd: () => settings.root,
    addListener: listened, on: listened, once: listened, listeners: () => [], removeListener: listened,
    umask: () => 18,
  };

  // Dataform's sandbox lacks these: code that looks for one takes its other way, here as there.
  for (const name of [
    "performance", "atob", "btoa", "queueMicrotask", "DOMException", "InternalError", "navigator",
  ]) {
    delete globalThis[name];
  }
  globalThis.Proxy = undefined;
  Object.assign(globalThis, {
    global: globalThis, GLOBAL: globalThis, root: globalThis, console, process,
    setTimeout: timer, setInterval: timer, setImmediate: timer,
    clearTimeout: nothing, clearInterval: nothing, clearImmediate: nothing,
  });

  // What few projects need is made when it is asked for.
  const lazily = (target, name, make) => {
    const fix = (value) => {
      Object.defineProperty(target, name, { configurable: true, enumerable: false, writable: true, value });
      return value;
    };
    Object.defineProperty(target, name, { configurable: true, enumerable: false, get: () => fix(make()), set: fix });
  };
  lazily(globalThis, "Buffer", () => script("buffer"));
  lazily(globalThis, "Intl", () => script("locale").Intl);
  const override = (type, methods) => {
    for (const [name, value] of Object.entries(Object.getOwnPropertyDescriptors(methods))) {
      Object.defineProperty(type.prototype, name, { ...value, enumerable: false });
    }
  };
  const number = {
    toLocaleString(locales, options) {
      return script("locale").number(this.valueOf(), locales, options);
    },
  };
  override(Number, number);
  override(BigInt, number);
  override(String, {
    localeCompare(other, locales, options) {
      return script("locale").compare(this, other, locales, options);
    },
  });
  const { toString, toTimeString } = Date.prototype;
  const zoned = (date, text) =>
    date.getTimezoneOffset() === 0 ? `${text} (Coordinated Universal Time)` : text;
  override(Date, {
    toString() {
      return zoned(this, toString.call(this));
    },
    toTimeString() {
      return zoned(this, toTimeString.call(this));
    },
    toLocaleString(locales, options) {
      return script("locale").date(this, locales, options);
    },
    toLocaleDateString(locales, options) {
      return script("locale").day(this, locales, options);
    },
    toLocaleTimeString(locales, options) {
      return script("locale").time(this, locales, options);
    },
  });
};
