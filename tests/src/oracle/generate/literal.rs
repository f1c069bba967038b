//! Literals of every type, most of them at an edge of something

use rand::prelude::IndexedRandom;
use rand::{Rng, RngExt};

/// The types that generated expressions have, arrays and structs aside
pub const SCALARS: &[&str] = &[
    "INT64",
    "FLOAT64",
    "NUMERIC",
    "BIGNUMERIC",
    "BOOL",
    "STRING",
    "BYTES",
    "DATE",
    "DATETIME",
    "TIME",
    "TIMESTAMP",
    "INTERVAL",
    "JSON",
];

/// A literal of a type as the function table writes it; `huge` allows numbers that overflow things
pub fn literal(rng: &mut impl Rng, ty: &str, huge: bool) -> String {
    if let Some(element) = inner(ty, "ARRAY<") {
        return array(rng, ty, element, huge);
    }
    if let Some(fields) = inner(ty, "STRUCT<") {
        return structure(rng, ty, fields, huge);
    }
    if rng.random_ratio(1, 12) {
        return format!("CAST(NULL AS {ty})");
    }
    if let Some(element) = inner(ty, "RANGE<") {
        return range(rng, element);
    }
    match ty {
        "INT64" if huge && rng.random_ratio(1, 8) => pick(rng, HUGE_INTEGERS).to_owned(),
        "INT64" => rng.random_range(-3..=9_i64).to_string(),
        "FLOAT64" => pick(rng, FLOATS).to_owned(),
        "NUMERIC" => format!("NUMERIC '{}'", pick(rng, NUMERICS)),
        "BIGNUMERIC" => format!("BIGNUMERIC '{}'", pick(rng, BIGNUMERICS)),
        "BOOL" => pick(rng, &["TRUE", "FALSE"]).to_owned(),
        "STRING" => pick(rng, STRINGS).to_owned(),
        "BYTES" => pick(rng, BYTES).to_owned(),
        "DATE" => format!("DATE '{}'", date(rng)),
        "DATETIME" => format!("DATETIME '{} {}'", date(rng), time(rng)),
        "TIME" => format!("TIME '{}'", time(rng)),
        "TIMESTAMP" | "UTC" => format!("TIMESTAMP '{} {}+00'", date(rng), time(rng)),
        "INTERVAL" => pick(rng, INTERVALS).to_owned(),
        "JSON" => format!("JSON '{}'", pick(rng, JSONS)),
        _ => "NULL".to_owned(),
    }
}

/// What stands between `prefix` and `>`
pub fn inner<'t>(ty: &'t str, prefix: &str) -> Option<&'t str> {
    ty.strip_prefix(prefix)?.strip_suffix('>')
}

fn array(rng: &mut impl Rng, ty: &str, element: &str, huge: bool) -> String {
    if rng.random_ratio(1, 15) {
        return format!("CAST(NULL AS {ty})");
    }
    let count = rng.random_range(0..=4);
    let items: Vec<_> = (0..count).map(|_| literal(rng, element, huge)).collect();
    format!("{ty}[{}]", items.join(", "))
}

fn structure(rng: &mut impl Rng, ty: &str, fields: &str, huge: bool) -> String {
    let values: Vec<_> = fields
        .split(", ")
        .map(|field| literal(rng, field.rsplit(' ').next().unwrap_or(field), huge))
        .collect();
    format!("{ty}({})", values.join(", "))
}

fn range(rng: &mut impl Rng, element: &str) -> String {
    let mut ends: Vec<_> = (0..2)
        .map(|_| match element {
            "DATE" => date(rng).to_owned(),
            "DATETIME" => format!("{} {}", date(rng), time(rng)),
            _ => format!("{} {}+00", date(rng), time(rng)),
        })
        .collect();
    ends.sort();
    if rng.random_ratio(1, 6) {
        ends[0] = "UNBOUNDED".to_owned();
    }
    if rng.random_ratio(1, 6) {
        ends[1] = "UNBOUNDED".to_owned();
    }
    format!("RANGE<{element}> '[{}, {})'", ends[0], ends[1])
}

fn date(rng: &mut impl Rng) -> &'static str {
    pick(rng, DATES)
}

fn time(rng: &mut impl Rng) -> &'static str {
    pick(rng, TIMES)
}

/// One of a list
pub fn pick<'t>(rng: &mut impl Rng, list: &[&'t str]) -> &'t str {
    list.choose(rng).copied().unwrap_or_default()
}

const HUGE_INTEGERS: &[&str] = &[
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775806",
    "4611686018427387904",
    "4294967296",
    "-2147483649",
    "1000000007",
];

const FLOATS: &[&str] = &[
    "0.0",
    "-0.0",
    "1.0",
    "-1.0",
    "0.5",
    "-0.5",
    "1.5",
    "2.5",
    "-2.5",
    "0.1",
    "3.14159",
    "100.0",
    "123456.789",
    "1e10",
    "1e-10",
    "1e15",
    "-1e20",
    "1e308",
    "5e-324",
    "CAST('nan' AS FLOAT64)",
    "CAST('inf' AS FLOAT64)",
    "CAST('-inf' AS FLOAT64)",
];

const NUMERICS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "0.5",
    "-1.5",
    "2.5",
    "3.14159",
    "10",
    "-100.25",
    "0.000000001",
    "123456789.987654321",
    "99999999999999999999999999999.999999999",
    "-99999999999999999999999999999.999999999",
];

const BIGNUMERICS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "0.5",
    "-1.5",
    "2.5",
    "3.14159",
    "10",
    "-100.25",
    "0.00000000000000000000000000000000000001",
    "123456789012345678901234567890.123456789012345678901234567890",
    "578960446186580977117854925043439539266.34992332820282019728792003956564819967",
    "-578960446186580977117854925043439539266.34992332820282019728792003956564819968",
];

const STRINGS: &[&str] = &[
    "''",
    "'a'",
    "'b'",
    "'A'",
    "'abc'",
    "'ABC'",
    "'abcabc'",
    "'Hello World'",
    "'été'",
    "'E\\u0301te\\u0301'",
    "'ß'",
    "'日本語'",
    "'😀x'",
    "' pad '",
    "'a,b,,c'",
    "'123'",
    "'-4.5'",
    "'1e3'",
    "'0x1F'",
    "' 7 '",
    "'true'",
    "'NaN'",
    "'-inf'",
    "'2024-02-29'",
    "'2024-2-9'",
    "'10:20:30'",
    "'2024-02-29 10:20:30.5'",
    "'2024-02-29 10:20:30+02'",
    "'1-2 3 4:5:6'",
    "'{\"a\": 1, \"b\": [true, null]}'",
    "'[1, 2.5, \"x\"]'",
    "'%'",
    "'_'",
    "'a%b_c'",
    "'a\\nb\\tc'",
    "'it\\'s \"q\"'",
    "'\\\\'",
    "'\\0'",
    "'aGVsbG8='",
    "'68656c6c6f'",
    "'192.0.2.1'",
    "'::1'",
    "'.'",
    "'aXbXc'",
    "'İstanbul'",
    "'ﬀ'",
    "'K'",
    "'ǅ'",
    "'  '",
    "'\\u00a0x'",
    "'null'",
];

const BYTES: &[&str] = &[
    "b''",
    "b'a'",
    "b'abc'",
    "b'ABC'",
    "b'abcabc'",
    "b'\\x00'",
    "b'\\xff\\xfe'",
    "b'a,b'",
    "b' pad '",
    "b'\\xe6\\x97\\xa5'",
    "b'123'",
    "b'\\xc0\\x00\\x02\\x80'",
    "b'\\x00\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\\x09\\x0a\\x0b\\x0c\\x0d\\x0e\\x0f'",
];

const DATES: &[&str] = &[
    "1970-01-01",
    "2024-02-29",
    "2023-02-28",
    "2024-12-30",
    "2023-12-31",
    "2025-01-01",
    "2000-01-01",
    "1969-12-31",
    "1900-03-01",
    "2021-01-03",
    "2020-11-01",
    "2021-03-14",
    "2017-01-31",
    "0001-01-01",
    "9999-12-31",
    "1582-10-15",
];

const TIMES: &[&str] = &[
    "00:00:00",
    "12:34:56",
    "23:59:59.999999",
    "00:00:00.000001",
    "01:30:00",
    "10:20:30.5",
    "05:06:07.123",
    "13:00:00",
];

const INTERVALS: &[&str] = &[
    "INTERVAL 0 DAY",
    "INTERVAL 1 DAY",
    "INTERVAL -1 DAY",
    "INTERVAL 5 MINUTE",
    "INTERVAL 90 SECOND",
    "INTERVAL 36 HOUR",
    "INTERVAL 14 MONTH",
    "INTERVAL -1 YEAR",
    "INTERVAL '1-2 3 4:5:6.789' YEAR TO SECOND",
    "INTERVAL '-1-2 3 -4:5:6.000001' YEAR TO SECOND",
    "INTERVAL '10:20:30.52' HOUR TO SECOND",
    "INTERVAL 10000 YEAR",
    "INTERVAL '-0:0:0.5' HOUR TO SECOND",
    "INTERVAL 2 WEEK",
    "INTERVAL 40 DAY",
];

const JSONS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-7",
    "1.5",
    "-0.0",
    "1e3",
    "10.0",
    "18446744073709551615",
    "123456789012345678901",
    "\"\"",
    "\"a\"",
    "\"12\"",
    "\"true\"",
    "\"日本\"",
    "[]",
    "[1, 2, 3]",
    "[1, null, \"x\", [2]]",
    "[true, \"false\", 1.5]",
    "{}",
    "{\"a\": 1}",
    "{\"a\": {\"b\": [1, {\"c\": \"d\"}]}, \"e\": null}",
    "{\"b\": 2, \"a\": \"x\"}",
    "{\"a.b\": 1, \"c d\": [10, 20]}",
    "[{\"a\": 1}, {\"a\": 2}]",
];
