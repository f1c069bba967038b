// What depends on a language, for English: numbers, dates and the order of texts. Other languages are refused.
(() => {
  "use strict";
  const refused = (what) => new RangeError(`${what} is not supported`);
  const inEnglish = (locales) => {
    for (const locale of locales === undefined ? [] : [locales].flat()) {
      if (!/^en(?:-|$)/i.test(String(locale))) {
        throw refused(`the locale ${locale}`);
      }
    }
  };
  const supported = (options, known, what) => {
    for (const [key, value] of Object.entries(options)) {
      if (value !== undefined && !known.includes(key)) {
        throw refused(`the option ${key} of ${what}`);
      }
    }
  };

  // ---- Numbers

  const SYMBOLS = { USD: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹", CNY: "CN¥", KRW: "₩", CAD: "CA$", AUD: "A$" };
  const NUMBER_OPTIONS = [
    "style", "currency", "minimumIntegerDigits", "minimumFractionDigits", "maximumFractionDigits",
    "minimumSignificantDigits", "maximumSignificantDigits", "useGrouping",
  ];
  // The digits of a number that is not negative, and how many of them stand before its point
  const decimal = (text) => {
    const [mantissa, exponent = "0"] = text.split("e");
    const [whole, fraction = ""] = mantissa.split(".");
    const digits = (whole + fraction).replace(/^0+(?=.)/, "");
    return { digits, point: digits.length - fraction.length + Number(exponent) };
  };
  // Keeps `count` digits after the point; half is rounded away from zero
  const rounded = ({ digits, point }, count) => {
    const kept = point + count;
    if (kept >= digits.length) {
      return { digits, point };
    }
    const up = kept >= 0 && digits[kept] >= "5";
    const head = BigInt(digits.slice(0, Math.max(kept, 0)) || "0") + (up ? 1n : 0n);
    const text = head.toString().padStart(Math.max(kept, 1), "0");
    return { digits: text, point: text.length - count };
  };
  const laidOut = ({ digits, point }, { least, whole, group }) => {
    const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
    const split = Math.max(point, 1);
    const before = padded.slice(0, split).replace(/^0+(?=.)/, "").padStart(whole, "0");
    const after = padded.slice(split).replace(/0+$/, "").padEnd(least, "0");
    const grouped = group ? before.replace(/\B(?=(?:\d{3})+$)/g, ",") : before;
    return after ? `${grouped}.${after}` : grouped;
  };
  const formatNumber = (value, options) => {
    supported(options, NUMBER_OPTIONS, "number formats");
    const { style = "decimal", currency, useGrouping = true, minimumIntegerDigits: whole = 1 } = options;
    if (!["decimal", "percent", "currency"].includes(style)) {
      throw refused(`the style ${style} of number formats`);
    }
    const usual = { decimal: [0, 3], percent: [0, 0], currency: currency === "JPY" ? [0, 0] : [2, 2] }[style];
    const { minimumFractionDigits, maximumFractionDigits } = options;
    const least = minimumFractionDigits ?? Math.min(usual[0], maximumFractionDigits ?? usual[0]);
    const most = maximumFractionDigits ?? Math.max(usual[1], least);
    const text = String(value);
    const negative = text.startsWith("-") || Object.is(value, -0);
    const size = negative ? text.replace(/^-/, "") : text;
    let shown = { NaN: "NaN", Infinity: "∞" }[size];
    if (shown === undefined) {
      const number = decimal(size);
      if (style === "percent") {
        number.point += 2;
      }
      const { maximumSignificantDigits: significant, minimumSignificantDigits: filled } = options;
      const several = significant !== undefined || filled !== undefined;
      const count = several ? (significant ?? 21) - number.point : most;
      const fill = several ? Math.max((filled ?? 1) - number.point, 0) : least;
      shown = laidOut(rounded(number, count), { least: fill, whole, group: useGrouping !== false });
    }
    const money = style === "currency" ? (SYMBOLS[currency] ?? `${currency}\u00a0`) : "";
    return `${negative ? "-" : ""}${money}${shown}${style === "percent" ? "%" : ""}`;
  };
  class NumberFormat {
    #options;

    constructor(locales, options = {}) {
      inEnglish(locales);
      this.#options = options;
      this.format = (value) => formatNumber(typeof value === "bigint" ? value : Number(value), this.#options);
    }

    resolvedOptions() {
      return { locale: "en-US", numberingSystem: "latn", ...this.#options };
    }
  }

  // ---- Dates

  const MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ];
  const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  const DATE_OPTIONS = [
    "weekday", "year", "month", "day", "hour", "minute", "second", "hour12", "timeZone",
  ];
  const worded = (names, at, style) => (style === "long" ? names[at] : names[at].slice(0, style === "narrow" ? 1 : 3));
  const sized = (value, style) => (style === "2-digit" ? String(value).padStart(2, "0").slice(-2) : String(value));
  const formatDate = (date, options) => {
    supported(options, DATE_OPTIONS, "date formats");
    const { weekday, year, month, day, hour, minute, second, hour12 = true, timeZone } = options;
    if (timeZone !== undefined && !/^(?:UTC|GMT|Etc\/UTC)$/i.test(timeZone)) {
      throw refused(`the time zone ${timeZone}`);
    }
    const at = timeZone === undefined ? new Date(date - date.getTimezoneOffset() * 60000) : date;
    if (Number.isNaN(at.getTime())) {
      return "Invalid Date";
    }
    const dayName = weekday && worded(DAYS, at.getUTCDay(), weekday);
    const dayNumber = day && sized(at.getUTCDate(), day);
    const yearNumber = year && sized(at.getUTCFullYear(), year);
    const wordy = month && !["numeric", "2-digit"].includes(month);
    let dated;
    if (wordy) {
      const monthDay = [worded(MONTHS, at.getUTCMonth(), month), dayNumber].filter(Boolean).join(" ");
      const full = yearNumber ? `${monthDay}${dayNumber ? ", " : " "}${yearNumber}` : monthDay;
      dated = [dayName, full].filter(Boolean).join(", ");
    } else {
      const numbers = [month && sized(at.getUTCMonth() + 1, month), dayNumber, yearNumber].filter(Boolean).join("/");
      dated = [dayName, numbers].filter(Boolean).join(", ");
    }
    if (!hour && !minute && !second) {
      return dated;
    }
    const hours = at.getUTCHours();
    const hourNumber = hour && sized(hour12 ? hours % 12 || 12 : hours || 24, hour12 ? hour : "2-digit");
    const rest = [minute && at.getUTCMinutes(), second && at.getUTCSeconds()].filter((part) => part !== undefined);
    const clock = [hourNumber, ...rest.map((part) => sized(part, "2-digit"))].filter(Boolean).join(":");
    const timed = hour && hour12 ? `${clock} ${hours < 12 ? "AM" : "PM"}` : clock;
    const between = month === "long" ? " at " : dated === dayName ? " " : ", ";
    return dated ? `${dated}${between}${timed}` : timed;
  };
  const DATE = { year: "numeric", month: "numeric", day: "numeric" };
  const TIME = { hour: "numeric", minute: "2-digit", second: "2-digit" };
  const withDefaults = (options, keys, defaults) =>
    keys.some((key) => options[key] !== undefined) ? options : { ...defaults, ...options };
  const dateKeys = ["weekday", "year", "month", "day"];
  const timeKeys = ["hour", "minute", "second"];
  class DateTimeFormat {
    #options;

    constructor(locales, options = {}) {
      inEnglish(locales);
      this.#options = withDefaults(options, [...dateKeys, ...timeKeys], DATE);
      this.format = (date = new Date()) => formatDate(new Date(date), this.#options);
    }

    resolvedOptions() {
      return { locale: "en-US", calendar: "gregory", numberingSystem: "latn", timeZone: "UTC", ...this.#options };
    }
  }

  // ---- The order of texts: by letters, then by accents, then by case, as the root of the Unicode collation has it

  const PUNCTUATION = " \t\n\v\f\r_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";
  const weights = (text) => {
    const [letters, accents, cases] = [[], [], []];
    for (const character of text.normalize("NFD").replace(/ß/g, "s\u0338s\u0338")) {
      if (/\p{M}/u.test(character)) {
        accents[letters.length] = (accents[letters.length] ?? "") + character;
        continue;
      }
      if (/[\0-\x08\x0e-\x1f\x7f]/.test(character)) {
        continue;
      }
      const at = PUNCTUATION.indexOf(character);
      const lower = character.toLowerCase();
      letters.push(at >= 0 ? at : 1000 + lower.codePointAt(0));
      cases.push(character === lower ? 0 : 1);
    }
    return { letters, accents, cases };
  };
  const compareLists = (left, right, length) => {
    for (let at = 0; at < length; at += 1) {
      const [first, second] = [left[at] ?? -1, right[at] ?? -1];
      if (first !== second) {
        return first < second ? -1 : 1;
      }
    }
    return 0;
  };
  const byAccents = (left, right) =>
    compareLists(
      Array.from({ length: left.length }, (_, at) => left[at] ?? ""),
      Array.from({ length: right.length }, (_, at) => right[at] ?? ""),
      Math.max(left.length, right.length),
    );
  // Runs of digits as one letter each, by their value
  const asNumbers = (text) => text.replace(/\d+/g, (digits) => {
    const value = digits.replace(/^0+(?=.)/, "");
    return String.fromCodePoint(0xf0000 + value.length) + value;
  });
  const compareTexts = (left, right, options = {}) => {
    supported(options, ["numeric", "sensitivity", "usage"], "the order of texts");
    const { numeric = false, sensitivity = "variant" } = options;
    const [first, second] = [left, right].map((text) => weights(numeric ? asNumbers(text) : text));
    if (numeric) {
      for (const { letters } of [first, second]) {
        letters.forEach((letter, at) => {
          letters[at] = letter > 1000 + 0xf0000 ? 100 + letter - 1000 - 0xf0000 : letter;
        });
      }
    }
    const length = Math.max(first.letters.length, second.letters.length);
    return (
      compareLists(first.letters, second.letters, length) ||
      (["variant", "accent"].includes(sensitivity) ? byAccents(first.accents, second.accents) : 0) ||
      (["variant", "case"].includes(sensitivity) ? compareLists(first.cases, second.cases, length) : 0)
    );
  };
  class Collator {
    constructor(locales, options = {}) {
      inEnglish(locales);
      this.compare = (left, right) => compareTexts(String(left), String(right), options);
    }
  }

  return {
    Intl: { NumberFormat, DateTimeFormat, Collator, getCanonicalLocales: (locales) => [locales ?? []].flat() },
    number: (value, locales, options) => new NumberFormat(locales, options).format(value),
    compare: (left, right, locales, options) => new Collator(locales, options).compare(left, right),
    date: (value, locales, options = {}) => {
      inEnglish(locales);
      return formatDate(value, withDefaults(options, [...dateKeys, ...timeKeys], { ...DATE, ...TIME }));
    },
    day: (value, locales, options = {}) => {
      inEnglish(locales);
      return formatDate(value, withDefaults(options, dateKeys, DATE));
    },
    time: (value, locales, options = {}) => {
      inEnglish(locales);
      return formatDate(value, withDefaults(options, timeKeys, TIME));
    },
  };
})();
