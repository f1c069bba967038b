// Values between GoogleSQL and JavaScript: leaves arrive and leave as texts
"use strict";
(function (global) {
  const fail = (value, type) => {
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw new Error("failed to coerce output value " + shown + " to type " + type);
  };

  // a number where it is exact, else the text
  function exact(text) {
    const number = Number(text);
    const whole = !text.includes(".") && Number.isSafeInteger(number);
    return whole ? number : text;
  }

  function special(text) {
    switch (text.toLowerCase()) {
      case "nan": return NaN;
      case "inf": case "+inf": return Infinity;
      case "-inf": return -Infinity;
      default: return Number(text);
    }
  }

  function decode(value, type) {
    if (value === null || value === undefined) return null;
    if (type.array) return value.map((one) => decode(one, type.array));
    if (type.struct) {
      const object = {};
      for (const [name, inner] of type.struct) object[name] = decode(value[name], inner);
      return object;
    }
    switch (type) {
      case "BOOL": return value === "true";
      case "FLOAT64": return special(value);
      case "INT64": {
        const number = Number(value);
        if (!Number.isSafeInteger(number)) {
          throw new Error("INT64 value " + value + " is not exact as a JavaScript number");
        }
        return number;
      }
      case "NUMERIC": case "BIGNUMERIC": return exact(value);
      case "DATE": return new Date(value + "T00:00:00Z");
      case "TIMESTAMP": return new Date(Math.floor(Number(value) / 1000));
      case "JSON": return JSON.parse(value);
      default: return value;
    }
  }

  function encode(value, type) {
    if (type === "JSON") return value === undefined ? null : JSON.stringify(value);
    if (value === null || value === undefined) return null;
    if (type.array) {
      if (!Array.isArray(value)) fail(value, "ARRAY");
      return value.map((one) => encode(one, type.array));
    }
    if (type.struct) {
      if (typeof value !== "object") fail(value, "STRUCT");
      const object = {};
      for (const [name, inner] of type.struct) object[name] = encode(value[name], inner);
      return object;
    }
    switch (type) {
      case "BOOL":
        return typeof value === "boolean" ? String(value) : fail(value, type);
      case "FLOAT64":
        if (typeof value === "number") return String(value);
        if (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) return value;
        return fail(value, type);
      case "INT64":
        if (typeof value === "bigint") return value.toString();
        if (typeof value === "number" && Number.isInteger(value)) return BigInt(value).toString();
        if (typeof value === "string" && /^[+-]?[0-9]+$/.test(value.trim())) return value.trim();
        return fail(value, type);
      case "NUMERIC": case "BIGNUMERIC":
        if (typeof value === "number" || typeof value === "bigint") return String(value);
        return typeof value === "string" ? value : fail(value, type);
      case "DATE": case "TIMESTAMP": {
        if (!(value instanceof Date) || Number.isNaN(value.getTime())) fail(value, type);
        const text = value.toISOString();
        return type === "DATE" ? text.split("T")[0] : text;
      }
      case "STRING":
        if (typeof value === "object" || typeof value === "function") fail(value, type);
        return String(value);
      default:
        return typeof value === "string" ? value : fail(value, type);
    }
  }

  global.__define = function (definition) {
    const { parameters, returns, code } = JSON.parse(definition);
    const body = new Function(...parameters.map(([name]) => name), code);
    const nested = Boolean(returns.array || returns.struct);
    return function (text) {
      const values = JSON.parse(text);
      const given = parameters.map(([, type], at) => decode(values["a" + at], type));
      const answer = encode(body(...given), returns);
      return answer === null || !nested ? answer : JSON.stringify(answer);
    };
  };
})(globalThis);
