// Node's `path` module for paths with forward slashes
(() => {
  "use strict";
  const described = (value) => {
    if (value === null || value === undefined) {
      return ` Received ${value}`;
    }
    if (typeof value === "function") {
      return ` Received function ${value.name}`;
    }
    if (typeof value === "object") {
      return value.constructor?.name ? ` Received an instance of ${value.constructor.name}` : " Received [Object]";
    }
    const shown = typeof value === "string" ? `'${value}'` : String(value);
    return ` Received type ${typeof value} (${shown})`;
  };
  const invalid = (name, type, value) => {
    const error = new TypeError(`The "${name}" argument must be of type ${type}.${described(value)}`);
    error.code = "ERR_INVALID_ARG_TYPE";
    return error;
  };
  const check = (value, name = "path") => {
    if (typeof value !== "string") {
      throw invalid(name, "string", value);
    }
  };

  const withoutDots = (path, absolute) => {
    const out = [];
    for (const part of path.split("/")) {
      if (part === "" || part === ".") {
        continue;
      }
      if (part !== "..") {
        out.push(part);
      } else if (out.length > 0 && out[out.length - 1] !== "..") {
        out.pop();
      } else if (!absolute) {
        out.push("..");
      }
    }
    return out.join("/");
  };
  const isAbsolute = (path) => {
    check(path);
    return path.startsWith("/");
  };
  const normalize = (path) => {
    check(path);
    const absolute = path.startsWith("/");
    const body = withoutDots(path, absolute);
    if (body === "") {
      return absolute ? "/" : path.endsWith("/") ? "./" : ".";
    }
    return `${absolute ? "/" : ""}${body}${path.endsWith("/") ? "/" : ""}`;
  };
  const join = (...parts) => {
    parts.forEach((part) => check(part));
    const joined = parts.filter((part) => part !== "").join("/");
    return joined === "" ? "." : normalize(joined);
  };
  const resolve = (...parts) => {
    let path = "";
    for (let at = parts.length - 1; at >= 0 && !path.startsWith("/"); at -= 1) {
      check(parts[at], `paths[${at}]`);
      path = parts[at] === "" ? path : `${parts[at]}/${path}`;
    }
    return `/${withoutDots(path, true)}`;
  };
  const withoutTail = (path) => (path.length > 1 ? path.replace(/(?!^)\/+$/, "") : path);
  const dirname = (path) => {
    check(path);
    if (path === "") {
      return ".";
    }
    const trimmed = withoutTail(path);
    const at = trimmed.lastIndexOf("/");
    if (at < 0) {
      return ".";
    }
    return at === 0 ? "/" : at === 1 && trimmed[0] === "/" ? "//" : trimmed.slice(0, at);
  };
  const basename = (path, suffix) => {
    if (suffix !== undefined) {
      check(suffix, "suffix");
    }
    check(path);
    if (suffix !== undefined && suffix === path) {
      return "";
    }
    const name = path.replace(/\/+$/, "").split("/").pop();
    return suffix && suffix !== name && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  };
  const extension = (name) => {
    const at = name.lastIndexOf(".");
    return at <= 0 || name === ".." ? "" : name.slice(at);
  };
  const extname = (path) => {
    check(path);
    return extension(path.replace(/\/+$/, "").split("/").pop());
  };
  const relative = (from, to) => {
    check(from, "from");
    check(to, "to");
    const left = resolve(from).split("/").filter(Boolean);
    const right = resolve(to).split("/").filter(Boolean);
    let same = 0;
    while (same < left.length && same < right.length && left[same] === right[same]) {
      same += 1;
    }
    return [...left.slice(same).map(() => ".."), ...right.slice(same)].join("/");
  };
  const parse = (path) => {
    check(path);
    const root = path.startsWith("/") ? "/" : "";
    const trimmed = path.replace(/(?!^)\/+$/, "");
    const at = trimmed.lastIndexOf("/");
    const base = trimmed.slice(at + 1);
    const ext = extension(base);
    const dir = at > 0 ? trimmed.slice(0, at) : root;
    return { root, dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
  };
  const format = (parts) => {
    if (parts === null || typeof parts !== "object") {
      throw invalid("pathObject", "object", parts);
    }
    const { root, dir = root, base, name = "", ext } = parts;
    const dotted = ext ? `${ext[0] === "." ? "" : "."}${ext}` : "";
    const file = base || `${name}${dotted}`;
    if (!dir) {
      return file;
    }
    return dir === root ? `${dir}${file}` : `${dir}/${file}`;
  };
  const toNamespacedPath = (path) => path;
  const path = {
    resolve, normalize, isAbsolute, join, relative, toNamespacedPath, dirname, basename, extname, format, parse,
    sep: "/", delimiter: ":", _makeLong: toNamespacedPath,
  };
  path.posix = path;
  return path;
})();
