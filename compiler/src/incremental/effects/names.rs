//! Names with a meaning of their own in JavaScript

/// Methods that change what they are called on, or lead to code that cannot be followed
const MUTATORS: [&str; 46] = [
    "push",
    "pop",
    "shift",
    "unshift",
    "splice",
    "sort",
    "reverse",
    "fill",
    "copyWithin",
    "set",
    "add",
    "delete",
    "clear",
    "next",
    "return",
    "throw",
    "exec",
    "test",
    "compile",
    "resize",
    "transfer",
    "getOrInsert",
    "getOrInsertComputed",
    "register",
    "unregister",
    "call",
    "apply",
    "bind",
    "assign",
    "freeze",
    "seal",
    "preventExtensions",
    "defineProperty",
    "defineProperties",
    "setPrototypeOf",
    "__defineGetter__",
    "__defineSetter__",
    "__proto__",
    "prototype",
    "constructor",
    "callee",
    "caller",
    "jitData",
    "stack",
    "captureStackTrace",
    "prepareStackTrace",
];

/// Methods that change lists, sets and maps
const OF_COLLECTIONS: [&str; 13] = [
    "push",
    "pop",
    "shift",
    "unshift",
    "splice",
    "sort",
    "reverse",
    "fill",
    "copyWithin",
    "set",
    "add",
    "delete",
    "clear",
];

/// What methods of dates set
const DATE_PARTS: [&str; 8] = [
    "FullYear",
    "Month",
    "Date",
    "Hours",
    "Minutes",
    "Seconds",
    "Milliseconds",
    "Time",
];

/// Methods of arrays that give a new array or call a function at once: no function of the project may
/// have such a name
const ARRAY_METHODS: [&str; 11] = [
    "forEach",
    "map",
    "filter",
    "slice",
    "split",
    "concat",
    "flat",
    "flatMap",
    "toSorted",
    "toReversed",
    "toSpliced",
];

/// Methods whose results can be read once
const ITERATORS: [&str; 4] = ["keys", "values", "entries", "matchAll"];

/// Objects in configs that Dataform takes apart in place, and lists that it adds to
const TAKEN_APART: [&str; 3] = ["bigquery", "assertions", "rowConditions"];

/// Globals without effects
const GLOBALS: [&str; 48] = [
    "undefined",
    "NaN",
    "Infinity",
    "Array",
    "JSON",
    "Math",
    "String",
    "Number",
    "Boolean",
    "BigInt",
    "Symbol",
    "Date",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "Error",
    "TypeError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "encodeURIComponent",
    "decodeURIComponent",
    "encodeURI",
    "decodeURI",
    "escape",
    "unescape",
    "structuredClone",
    "console",
    "Buffer",
    "Intl",
    "require",
    "module",
    "exports",
    "__filename",
    "__dirname",
    "__sqlx",
    "dataform",
    "publish",
    "operate",
    "assert",
    "declare",
    "notebook",
    "getContents",
];

/// Globals that code without effects can only use in a certain way, or not at all
const SPECIAL: [&str; 24] = [
    "Object",
    "test",
    "eval",
    "Function",
    "Proxy",
    "Reflect",
    "RegExp",
    "Promise",
    "globalThis",
    "global",
    "process",
    "performance",
    "WeakRef",
    "FinalizationRegistry",
    "SharedArrayBuffer",
    "Atomics",
    "Iterator",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "queueMicrotask",
    "arguments",
    "jitData",
    "self",
];

/// Words that begin or belong to a statement, or make a function or an object
const STATEMENT_WORDS: [&str; 36] = [
    "function", "class", "new", "delete", "this", "super", "await", "async", "yield", "let",
    "const", "var", "return", "throw", "for", "while", "do", "if", "else", "switch", "case",
    "default", "try", "catch", "finally", "import", "export", "with", "debugger", "break",
    "continue", "get", "set", "static", "enum", "of",
];

/// Whether a method may change what it is called on
pub fn is_mutator(name: &str) -> bool {
    let setter = |rest: &str| rest.starts_with(|first: char| first.is_ascii_uppercase());
    MUTATORS.contains(&name)
        || name.starts_with("write")
        || name.starts_with("swap")
        || name.strip_prefix("set").is_some_and(setter) && name != "setDependOnDependencyAssertions"
}

/// Whether a method changes the value that it is called on, and nothing else
pub fn changes_only_its_object(name: &str) -> bool {
    let date = |rest: &str| {
        let rest = rest.strip_prefix("UTC").unwrap_or(rest);
        DATE_PARTS.contains(&rest)
    };
    OF_COLLECTIONS.contains(&name) || name.strip_prefix("set").is_some_and(date)
}

/// Whether a method of arrays calls a function at once or gives a new array
pub fn is_array_method(name: &str) -> bool {
    ARRAY_METHODS.contains(&name)
}

/// Whether the result of a method can be read once only
pub fn is_iterator(name: &str) -> bool {
    ITERATORS.contains(&name)
}

/// Whether what a config has under a key is changed when the action is defined
pub fn is_taken_apart(name: &str) -> bool {
    TAKEN_APART.contains(&name)
}

/// Whether a global is known to be free of effects
pub fn is_harmless_global(name: &str) -> bool {
    GLOBALS.contains(&name) || name == "test"
}

/// Whether a name belongs to JavaScript or Dataform
pub fn is_builtin(name: &str) -> bool {
    GLOBALS.contains(&name) || SPECIAL.contains(&name)
}

/// Whether a name is more than a variable where a plain expression uses it
pub fn is_special(name: &str) -> bool {
    STATEMENT_WORDS.contains(&name) || (SPECIAL.contains(&name) && !matches!(name, "self" | "test"))
}
