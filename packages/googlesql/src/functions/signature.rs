//! The function table for those outside: names, kinds and signatures as texts

use super::GROUPS;

/// One line of the function table
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// In upper case, with its group in front where it has one (`NET.HOST`)
    pub name: &'static str,
    /// What the name stands for
    pub kind: SignatureKind,
    /// In order; empty for what is refused
    pub parameters: Vec<Parameter>,
    /// The result's type as the table writes it; empty where the table has none
    pub result: &'static str,
}

/// What a line of the function table stands for
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureKind {
    /// One value out of one row's
    Scalar,
    /// One value out of many rows
    Aggregate,
    /// Needs `OVER`
    Window,
    /// Lowered by code of its own; scalar or not
    Special,
    /// Known, but not supported
    Refused,
}

/// A parameter of a signature
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its type as the table writes it: a GoogleSQL type, `T` or `U` for one that is the same wherever
    /// the letter stands, `ANY` for any
    pub ty: &'static str,
    /// It may be left out
    pub optional: bool,
    /// It may stand any number of times
    pub repeated: bool,
}

/// All lines of the function table, in its order
pub fn signatures() -> impl Iterator<Item = Signature> {
    let lines = GROUPS
        .iter()
        .flat_map(|(_, group)| group.lines())
        .map(str::trim);
    lines.filter(|line| !line.is_empty()).map(signature)
}

/// What a line of the table says
pub fn signature(line: &'static str) -> Signature {
    let (kind, rest) = match line.split_once(' ') {
        Some(("refuse", rest)) => (SignatureKind::Refused, rest),
        Some(("special", rest)) => (SignatureKind::Special, rest),
        Some(("aggregate", rest)) => (SignatureKind::Aggregate, rest),
        Some(("window", rest)) => (SignatureKind::Window, rest),
        _ => (SignatureKind::Scalar, line),
    };
    let (head, _) = rest.split_once(" = ").unwrap_or((rest, ""));
    let (name, parameters, result) = match head.split_once('(') {
        Some((name, rest)) => match rest.rsplit_once(')') {
            Some((parameters, result)) => (name, list(parameters), result.trim()),
            None => (name, Vec::new(), ""),
        },
        None => (head, Vec::new(), ""),
    };
    Signature {
        name: name.trim(),
        kind,
        parameters,
        result,
    }
}

/// Parameters between commas that stand in no angle brackets
fn list(text: &'static str) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '<' | '(' | '[' => depth += 1,
            '>' if text[..at].ends_with(['-', '=']) => {}
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parameters.push(parameter(&text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.trim().is_empty() {
        parameters.push(parameter(&text[start..]));
    }
    parameters
}

fn parameter(text: &'static str) -> Parameter {
    let text = text.trim();
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let (text, optional) = match inner {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let (ty, repeated) = match text.strip_suffix("...") {
        Some(ty) => (ty, true),
        None => (text, false),
    };
    Parameter {
        ty: ty.trim(),
        optional,
        repeated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_signatures() {
        let read = signature("special F(ARRAY<STRUCT<T, U>>, [INT64], ANY...) ARRAY<T>");
        let types: Vec<_> = read
            .parameters
            .iter()
            .map(|parameter| parameter.ty)
            .collect();
        assert_eq!(types, ["ARRAY<STRUCT<T, U>>", "INT64", "ANY"]);
        assert!(read.parameters[1].optional && read.parameters[2].repeated);
        assert_eq!((read.name, read.result), ("F", "ARRAY<T>"));
        let refused = signature("refuse G = reason");
        assert_eq!((refused.name, refused.kind), ("G", SignatureKind::Refused));
        assert!(signatures().all(|signature| !signature.name.is_empty()));
    }
}
