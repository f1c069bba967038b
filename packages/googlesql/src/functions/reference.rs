//! The reference page of the functions, written from the table

use std::fmt::Write as _;

use super::{GROUPS, Signature, SignatureKind, signature::signature};

const HEAD: &str = "# Functions

The functions of GoogleSQL on the embedded engine. `T` and `U` are any type, the same wherever the letter stands in a line;
`[…]` may be left out, `…...` may be repeated, `name => TYPE` is given by its name, `T -> U` is a lambda. A function takes what
its parameters' types take by implicit conversion, and `SAFE.` before a scalar function makes its errors NULL.

How a line is carried out:

- *native*: a function of DuckDB that does the same;
- *SQL*: an expression of DuckDB's functions and operators;
- *Rust*: a function of this project, registered in DuckDB;
- *by type*: one of the three, chosen from the arguments' types and values;
- *no*: an error with the reason.

A function that is in no line is unknown: `no function …`.

Approximate aggregates give exact answers here. The sketches of `HLL_COUNT` are of this engine's own making: exact while values are
few, a HyperLogLog of the precision after that; BigQuery cannot read them, nor this engine BigQuery's.
";

/// The page `docs/functions.md`
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for (title, table) in GROUPS {
        let _ = write!(page, "\n## {title}\n\n| | result | |\n|---|---|---|\n");
        let mut lines: Vec<&'static str> = table
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        lines.sort_by_key(|line| signature(line).name);
        for line in lines {
            let read = signature(line);
            let (how, template) = (how(line, &read), read.result);
            let _ = writeln!(page, "| `{}` | {} | {how} |", head(&read), code(template));
        }
    }
    page
}

fn code(text: &str) -> String {
    match text {
        "" => String::new(),
        "INSTANT" => "`TIMESTAMP`".to_owned(),
        text => format!("`{text}`"),
    }
}

/// The name with its parameters
fn head(read: &Signature) -> String {
    if read.kind == SignatureKind::Refused {
        return read.name.to_owned();
    }
    let parameters: Vec<_> = read
        .parameters
        .iter()
        .map(|parameter| {
            let ty = if parameter.ty == "UTC" {
                "TIMESTAMP"
            } else {
                parameter.ty
            };
            let dots = if parameter.repeated { "..." } else { "" };
            match parameter.optional {
                true => format!("[{ty}{dots}]"),
                false => format!("{ty}{dots}"),
            }
        })
        .collect();
    format!("{}({})", read.name, parameters.join(", "))
}

/// How the line is lowered, with its kind where it is no plain function
fn how(line: &str, read: &Signature) -> String {
    let template = line.split_once(" = ").map_or("", |(_, template)| template);
    let kind = match read.kind {
        SignatureKind::Refused => return format!("no: {template}"),
        SignatureKind::Special => return "by type".to_owned(),
        SignatureKind::Scalar => "",
        SignatureKind::Aggregate => "aggregate, ",
        SignatureKind::Window => "window, ",
    };
    if let Some(reason) = template.strip_prefix('!') {
        return format!("no: {reason}");
    }
    let core = template.trim_start_matches("%{").trim_end_matches('}');
    let lowered = match (template.contains("gs_"), is_call(core)) {
        (true, _) => "Rust",
        (false, true) => "native",
        (false, false) => "SQL",
    };
    format!("{kind}{lowered}")
}

/// Whether a template is one call of the arguments as they are
fn is_call(template: &str) -> bool {
    template
        .split_once('(')
        .and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)))
        .is_some_and(|(name, arguments)| {
            name.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit()
            }) && arguments
                .chars()
                .all(|letter| letter.is_ascii_digit() || "$, *".contains(letter))
        })
}
