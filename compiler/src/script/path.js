// The `path` module for paths with forward slashes
(() => {
  "use strict";
  const normalizeParts = (parts, absolute) => {
    const out = [];
    for (const part of parts) {
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
    return out;
  };
  const isAbsolute = (path) => path.startsWith("/");
  const normalize = (path) => {
    const absolute = isAbsolute(path);
    const body = normalizeParts(path.split("/"), absolute).join("/");
    const tail = body !== "" && path.endsWith("/") ? "/" : "";
    return absolute ? `/${body}${tail}` : `${body || "."}${tail}`;
  };
  const join = (...parts) => normalize(parts.filter((part) => part !== "").join("/"));
  const resolve = (...parts) => {
    let path = "";
    for (const part of parts) {
      path = isAbsolute(part) ? part : `${path}/${part}`;
    }
    return `/${normalizeParts(path.split("/"), true).join("/")}`;
  };
  const trimmed = (path) => (path.length > 1 ? path.replace(/\/+$/, "") : path);
  const dirname = (path) => {
    const at = trimmed(path).lastIndexOf("/");
    return at < 0 ? "." : at === 0 ? "/" : path.slice(0, at);
  };
  const basename = (path, suffix = "") => {
    const name = trimmed(path).split("/").pop();
    return suffix && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  };
  const extname = (path) => {
    const name = basename(path);
    const at = name.lastIndexOf(".");
    return at > 0 ? name.slice(at) : "";
  };
  const relative = (from, to) => {
    const left = resolve(from).split("/").filter(Boolean);
    const right = resolve(to).split("/").filter(Boolean);
    let same = 0;
    while (same < left.length && same < right.length && left[same] === right[same]) {
      same += 1;
    }
    return [...left.slice(same).map(() => ".."), ...right.slice(same)].join("/");
  };
  const parse = (path) => {
    const base = basename(path);
    const ext = extname(path);
    const dir = dirname(path);
    return {
      root: isAbsolute(path) ? "/" : "", dir: dir === "." && !path.startsWith(".") ? "" : dir, base, ext,
      name: ext ? base.slice(0, -ext.length) : base,
    };
  };
  const format = ({ dir, root = "", base, name = "", ext = "" }) => {
    const file = base || `${name}${ext}`;
    return dir ? `${dir}${dir.endsWith("/") ? "" : "/"}${file}` : `${root}${file}`;
  };
  const path = {
    sep: "/", delimiter: ":", isAbsolute, normalize, join, resolve, dirname, basename, extname, relative, parse, format,
  };
  path.posix = path;
  return path;
})();
