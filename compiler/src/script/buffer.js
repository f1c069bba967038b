// As much of Node's `Buffer` as project code uses: texts to bytes and back
(() => {
  "use strict";
  const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const fromUtf8 = (text) => {
    const bytes = [];
    for (const character of text) {
      const point = character.codePointAt(0);
      const code = point >= 0xd800 && point < 0xe000 ? 0xfffd : point;
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
  // How many bytes follow the first one, and which the first of them may be; what is not UTF-8 becomes U+FFFD
  const sequence = (first) => {
    if (first >= 0xc2 && first <= 0xdf) {
      return [1, 0x80, 0xbf];
    }
    if (first >= 0xe0 && first <= 0xef) {
      return [2, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf];
    }
    if (first >= 0xf0 && first <= 0xf4) {
      return [3, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf];
    }
    return [0, 0, 0];
  };
  const toUtf8 = (bytes) => {
    let out = "";
    let at = 0;
    while (at < bytes.length) {
      const first = bytes[at++];
      if (first < 0x80) {
        out += String.fromCharCode(first);
        continue;
      }
      const [count, low, high] = sequence(first);
      let code = first & (0x3f >> count);
      let got = 0;
      while (got < count && bytes[at] >= (got ? 0x80 : low) && bytes[at] <= (got ? 0xbf : high)) {
        code = (code << 6) | (bytes[at++] & 0x3f);
        got += 1;
      }
      out += count > 0 && got === count ? String.fromCodePoint(code) : "\ufffd";
    }
    return out;
  };
  const fromBase64 = (text) => {
    const bytes = [];
    let bits = 0;
    let held = 0;
    for (const character of text.replace(/-/g, "+").replace(/_/g, "/")) {
      if (character === "=") {
        break;
      }
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
  const fromHex = (text) => {
    const [digits] = /^(?:[0-9a-f]{2})*/i.exec(text);
    return (digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  };
  const units = (text) => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const single = (bytes, mask) => Array.from(bytes, (byte) => String.fromCharCode(byte & mask)).join("");
  const pairs = (bytes) => {
    let out = "";
    for (let at = 0; at + 1 < bytes.length; at += 2) {
      out += String.fromCharCode(bytes[at] | (bytes[at + 1] << 8));
    }
    return out;
  };
  const utf8 = { encode: fromUtf8, decode: toUtf8 };
  const utf16 = { encode: (text) => units(text).flatMap((unit) => [unit & 0xff, unit >> 8]), decode: pairs };
  const latin1 = { encode: (text) => units(text).map((unit) => unit & 0xff), decode: (bytes) => single(bytes, 0xff) };
  const base64url = (bytes) => toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ENCODINGS = {
    utf8, "utf-8": utf8, latin1, binary: latin1, ucs2: utf16, "ucs-2": utf16, utf16le: utf16, "utf-16le": utf16,
    ascii: { encode: latin1.encode, decode: (bytes) => single(bytes, 0x7f) },
    hex: {
      encode: fromHex,
      decode: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    },
    base64: { encode: fromBase64, decode: toBase64 },
    base64url: { encode: fromBase64, decode: base64url },
  };
  const encodingOf = (name) => {
    const encoding = ENCODINGS[String(name ?? "utf8").toLowerCase()];
    if (!encoding) {
      throw new TypeError(`Unknown encoding: ${name}`);
    }
    return encoding;
  };

  return class Buffer extends Uint8Array {
    static from(value, encoding) {
      if (typeof value === "string") {
        return new Buffer(encodingOf(encoding).encode(value));
      }
      return new Buffer(value?.type === "Buffer" && Array.isArray(value.data) ? value.data : value);
    }

    static alloc(size, fill) {
      const buffer = new Buffer(size);
      return fill === undefined ? buffer : buffer.fill(typeof fill === "string" ? fill.charCodeAt(0) : fill);
    }

    static allocUnsafe(size) {
      return new Buffer(size);
    }

    static byteLength(value, encoding) {
      return typeof value === "string" ? encodingOf(encoding).encode(value).length : value.byteLength;
    }

    static compare(left, right) {
      const at = left.findIndex((byte, at) => byte !== right[at]);
      const [first, second] = at < 0 ? [left.length, right.length] : [left[at], right[at] ?? -1];
      return Math.sign(first - second);
    }

    static concat(list) {
      return new Buffer(list.flatMap((buffer) => [...buffer]));
    }

    static isBuffer(value) {
      return value instanceof Buffer;
    }

    static isEncoding(name) {
      return typeof name === "string" && Object.hasOwn(ENCODINGS, name.toLowerCase());
    }

    toString(encoding, start = 0, end = this.length) {
      return encodingOf(encoding).decode(Uint8Array.prototype.slice.call(this, start, end));
    }

    toJSON() {
      return { type: "Buffer", data: [...this] };
    }

    equals(other) {
      return Buffer.compare(this, other) === 0;
    }

    compare(other) {
      return Buffer.compare(this, other);
    }

    slice(start, end) {
      return this.subarray(start, end);
    }

    indexOf(value, from = 0) {
      const bytes = typeof value === "number" ? [value] : typeof value === "string" ? fromUtf8(value) : [...value];
      for (let at = from; at + bytes.length <= this.length; at += 1) {
        if (bytes.every((byte, offset) => this[at + offset] === byte)) {
          return at;
        }
      }
      return -1;
    }

    includes(value, from) {
      return this.indexOf(value, from) >= 0;
    }

    readUInt8(offset = 0) {
      return this[offset];
    }

    writeUInt8(value, offset = 0) {
      this[offset] = value;
      return offset + 1;
    }

    write(text, offset = 0, encoding = "utf8") {
      const bytes = encodingOf(encoding).encode(text).slice(0, this.length - offset);
      this.set(bytes, offset);
      return bytes.length;
    }
  };
})();
