//! What a GoogleSQL text names: tables by their paths, functions of users, and whatever makes its result
//! depend on more than the tables it reads

/// Names as they stand in a text; far more than its tables, never fewer
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Dotted names, in parts
    pub paths: Vec<Vec<String>>,
    /// Those before a parenthesis
    pub calls: Vec<Vec<String>>,
    /// The first word by which the text gives something else each time, or reads what its words do not tell
    pub unsteady: Option<String>,
}

/// Words whose value is another one each time, or that lead to what stands elsewhere
const UNSTEADY: &[&str] = &[
    "APPENDS",
    "CALL",
    "CHANGES",
    "CURRENT_DATE",
    "CURRENT_DATETIME",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "EXECUTE",
    "EXTERNAL_QUERY",
    "GENERATE_UUID",
    "INFORMATION_SCHEMA",
    "LOAD",
    "RAND",
    "SESSION_USER",
    "SYSTEM_TIME",
    "TABLESAMPLE",
    "__TABLES__",
];

/// What stands in front of functions of the language itself
const FAMILIES: &[&str] = &[
    "AEAD",
    "D3A_COUNT",
    "HLL_COUNT",
    "KEYS",
    "KLL_QUANTILES",
    "ML",
    "NET",
    "SAFE",
];

impl Words {
    /// Reads a text; comments and strings are passed over
    pub fn of(sql: &str) -> Self {
        let mut words = Self::default();
        let mut rest = sql;
        while let Some(letter) = rest.chars().next() {
            let length = blank(rest).unwrap_or_else(|| match letter {
                '`' | '_' | 'a'..='z' | 'A'..='Z' => words.path(rest),
                '@' if rest.starts_with("@@") => {
                    words.note_unsteady("@@");
                    2
                }
                letter => letter.len_utf8(),
            });
            rest = rest.get(length..).unwrap_or_default();
        }
        words
    }

    /// A dotted name at the start of a text; gives its length
    fn path(&mut self, text: &str) -> usize {
        let mut parts = Vec::new();
        let mut at = 0;
        loop {
            let (found, length) = part(&text[at..]);
            parts.extend(found);
            at += length;
            let more = text[at..].strip_prefix('.');
            let goes_on = |letter: char| letter == '`' || letter == '_' || letter.is_alphanumeric();
            match more {
                Some(next) if next.starts_with(goes_on) => at += 1,
                // `dataset.*` is all columns, which is no name
                _ => break,
            }
        }
        for part in &parts {
            if UNSTEADY.contains(&part.to_uppercase().as_str()) {
                self.note_unsteady(part);
            }
        }
        let called = text[at..].trim_start().starts_with('(');
        let family = parts.first().map(|first| first.to_uppercase());
        if called && parts.len() > 1 && !family.is_some_and(|it| FAMILIES.contains(&it.as_str())) {
            self.calls.push(parts.clone());
        }
        self.paths.push(parts);
        at.max(1)
    }

    fn note_unsteady(&mut self, word: &str) {
        self.unsteady.get_or_insert_with(|| word.to_uppercase());
    }
}

/// The length of the comment or string at the start of a text
fn blank(text: &str) -> Option<usize> {
    let until = |from: usize, end: &str| {
        let found = text[from..].find(end);
        Some(found.map_or(text.len(), |at| from + at + end.len()))
    };
    if text.starts_with("--") || text.starts_with('#') {
        return until(1, "\n");
    }
    if text.starts_with("/*") {
        return until(2, "*/");
    }
    ["'''", "\"\"\"", "'", "\""]
        .into_iter()
        .find(|quote| text.starts_with(quote))
        .map(|quote| quote.len() + quoted(&text[quote.len()..], quote))
}

/// Bytes up to and with a quote; a backslash takes the next letter with it, in raw strings too
fn quoted(text: &str, quote: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(quote.as_bytes()) {
            return at + quote.len();
        }
        at += if bytes[at] == b'\\' { 2 } else { 1 };
        while at < bytes.len() && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    bytes.len()
}

/// A part of a name, several where dots stand within the backticks, and its length
fn part(text: &str) -> (Vec<String>, usize) {
    if let Some(inside) = text.strip_prefix('`') {
        let end = inside.find('`').unwrap_or(inside.len());
        let parts = inside[..end].split('.').map(str::to_owned).collect();
        return (parts, (end + 2).min(text.len()));
    }
    let is_word = |letter: char| letter == '_' || letter.is_alphanumeric();
    let end = text
        .find(|letter: char| !is_word(letter))
        .unwrap_or(text.len());
    (vec![text[..end].to_owned()], end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let words = Words::of(
            "-- from `no.one`\nSELECT 'from x.y', r'\\'', t.é FROM `p-1.d.t` JOIN d.u USING (id) /* d.v */ \
             JOIN p.d.`events_*` WHERE tools.score(a) > NET.HOST(b) AND x IN (SELECT 1 FROM v)",
        );
        let paths: Vec<String> = words.paths.iter().map(|path| path.join(".")).collect();
        for expected in ["p-1.d.t", "d.u", "p.d.events_*", "v"] {
            assert!(
                paths.iter().any(|path| path == expected),
                "{expected} in {paths:?}"
            );
        }
        for absent in ["no.one", "x.y", "d.v"] {
            assert!(
                !paths.iter().any(|path| path == absent),
                "{absent} in {paths:?}"
            );
        }
        assert_eq!(words.calls, [["tools", "score"]]);
        assert_eq!(words.unsteady, None);
    }

    #[test]
    fn what_changes_by_itself_is_found() {
        for (sql, word) in [
            ("SELECT current_date() AS d", Some("CURRENT_DATE")),
            ("SELECT rand()", Some("RAND")),
            (
                "SELECT 1 FROM d.INFORMATION_SCHEMA.TABLES",
                Some("INFORMATION_SCHEMA"),
            ),
            ("EXECUTE IMMEDIATE 'SELECT 1'", Some("EXECUTE")),
            ("SELECT @@project_id", Some("@@")),
            ("SELECT 'CURRENT_DATE' AS operand", None),
        ] {
            assert_eq!(Words::of(sql).unsteady.as_deref(), word, "{sql}");
        }
    }
}
