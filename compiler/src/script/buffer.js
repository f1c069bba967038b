// As much of `Buffer` as project code uses: texts to bytes and back
(() => {
  "use strict";
  const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const fromUtf8 = (text) => {
    const bytes = [];
    for (const character of text) {
      const code = character.codePointAt(0);
      if (code < 0x80) {
        bytes.push(code);
      } else if (code < 0x800) {
        bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
      } else if (code < 0x10000) {
        bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
      } else {
        bytes.push(
          0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f),
        );
      }
    }
    return bytes;
  };
  const toUtf8 = (bytes) => {
    let escaped = "";
    for (const byte of bytes) {
      escaped += `%${byte.toString(16).padStart(2, "0")}`;
    }
    return decodeURIComponent(escaped);
  };
  const fromBase64 = (text) => {
    const bytes = [];
    let bits = 0;
    let held = 0;
    for (const character of text.replace(/-/g, "+").replace(/_/g, "/")) {
      const value = BASE64.indexOf(character);
      if (value < 0) {
        continue;
      }
      bits = ((bits << 6) | value) & 0xffff;
      held += 6;
      if (held >= 8) {
        held -= 8;
        bytes.push((bits >> held) & 0xff);
      }
    }
    return bytes;
  };
  const toBase64 = (bytes) => {
    let out = "";
    for (let at = 0; at < bytes.length; at += 3) {
      const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
      out += BASE64[first >> 2] + BASE64[((first & 3) << 4) | ((second ?? 0) >> 4)];
      out += second === undefined ? "=" : BASE64[((second & 15) << 2) | ((third ?? 0) >> 6)];
      out += third === undefined ? "=" : BASE64[third & 63];
    }
    return out;
  };
  return class Buffer extends Uint8Array {
    static from(value, encoding = "utf8") {
      if (typeof value !== "string") {
        return new Buffer(value);
      }
      if (encoding === "base64" || encoding === "base64url") {
        return new Buffer(fromBase64(value));
      }
      if (encoding === "hex") {
        return new Buffer((value.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
      }
      return new Buffer(fromUtf8(value));
    }

    static isBuffer(value) {
      return value instanceof Buffer;
    }

    toString(encoding = "utf8") {
      if (encoding === "base64") {
        return toBase64(this);
      }
      if (encoding === "hex") {
        return [...this].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      }
      return toUtf8(this);
    }
  };
})();
