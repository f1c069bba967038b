//! Finds which call the engine means by "not a function": it knows only where the last name before the
//! call's end, or the first token of its arguments, stands

use std::ops::Range;

/// The expression that is called by the call that failed at `offset`; `None` where the text leaves
/// several to choose from, because a failing call and the calls in its arguments share one position
pub fn callee(code: &str, offset: usize) -> Option<Range<usize>> {
    let mut at = offset.min(code.len());
    while !code.is_char_boundary(at) {
        at -= 1;
    }
    let name = at + code[at..].find(|c| !is_name(c)).unwrap_or(code.len() - at);
    let mut end = name;
    while name > at && code[end..].starts_with('[') {
        end = closing(code, end)?;
    }
    let open = if name > at && code[end..].starts_with('(') {
        end
    } else {
        // the first token of the arguments, or a name in them
        let after = at + usize::from(code[at..].starts_with('('));
        enclosing_call(code, after)?
    };
    let end = code[..open].trim_end().len();
    let start = start(code, end)?;
    let after = code[closing(code, open)?..].trim_start();
    let called_again = after.starts_with(['(', '[', '`']) || after.starts_with("?.");
    if called_again || enclosing_call(code, start).is_some() {
        return None;
    }
    Some(start..end)
}

/// A callee on one line, without what stands in its brackets
pub fn shown(callee: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(character) = callee[at..].chars().next() {
        let next = at + character.len_utf8();
        if character == '('
            && let Some(end) = closing(callee, at)
        {
            out.push_str(if end == at + 2 { "()" } else { "(…)" });
            at = end;
            continue;
        }
        if !character.is_whitespace() {
            out.push(character);
        }
        at = next;
    }
    out
}

/// What of a callee is underlined: all of it if it is names only, else the last name
pub fn underlined(code: &str, callee: Range<usize>) -> Range<usize> {
    let text = &code[callee.clone()];
    let plain = text.chars().all(|c| is_name(c) || c == '.' || c == '?');
    let last = text.trim_end_matches(is_name).len();
    if plain || last == text.len() {
        callee
    } else {
        callee.start + last..callee.end
    }
}

/// Whether a character may stand in a name
pub fn is_name(character: char) -> bool {
    character.is_alphanumeric() || "_$".contains(character)
}

/// Where the expression of names, calls and indices that ends at `end` starts
fn start(code: &str, end: usize) -> Option<usize> {
    let mut at = end;
    loop {
        let before = &code[..at];
        if before.ends_with([')', ']']) {
            at = opening(code, at)?;
            if !code[..at].ends_with(|c| is_name(c) || c == ')' || c == ']') {
                // an array, or an expression in brackets
                let word = code[..at].trim_end();
                return (!word.ends_with(is_name) && end > at).then_some(at);
            }
            continue;
        }
        let word = before.trim_end_matches(is_name).len();
        if word == at {
            return None;
        }
        at = word;
        let before = code[..at].trim_end();
        let Some(object) = before.strip_suffix('.') else {
            let keyword = ["function", "new"]
                .iter()
                .any(|keyword| before.ends_with(keyword));
            return (!keyword && !KEYWORDS.contains(&&code[word..end])).then_some(at);
        };
        at = object.strip_suffix('?').unwrap_or(object).trim_end().len();
    }
}

/// Words before a bracket that call nothing
const KEYWORDS: [&str; 11] = [
    "if", "for", "while", "switch", "return", "typeof", "await", "of", "in", "catch", "function",
];

/// The opening bracket of the call in whose arguments `from` stands, in the same function
fn enclosing_call(code: &str, from: usize) -> Option<usize> {
    let bytes = code.as_bytes();
    let mut at = from;
    let mut comma = false;
    while at > 0 {
        at -= 1;
        let before = code.get(..at).unwrap_or_default().trim_end();
        match bytes[at] {
            b')' | b']' | b'}' => at = opening(code, at + 1)?,
            quote @ (b'"' | b'\'' | b'`') => at = quoted_start(bytes, at, quote),
            b',' => comma = true,
            b';' => return None,
            b'>' if before.ends_with('=') && !comma => return None,
            // a value in a template: so is what the template is in
            b'{' if code[..at].ends_with('$') => match code[..at].rfind('`') {
                Some(template) => at = template,
                None => return None,
            },
            b'{' if before.ends_with([')', '>']) || before.ends_with(is_name) => return None,
            b'{' | b'[' => comma = false,
            b'(' => {
                let word = before.trim_end_matches(is_name).len();
                let calls = before.ends_with([')', ']'])
                    || (word < before.len() && !KEYWORDS.contains(&&before[word..]));
                if calls {
                    return Some(at);
                }
                comma = false;
            }
            _ => {}
        }
    }
    None
}

/// The bracket that the one before `end` closes
fn opening(code: &str, end: usize) -> Option<usize> {
    let bytes = code.as_bytes();
    let mut depth = 0_usize;
    let mut at = end;
    while at > 0 {
        at -= 1;
        match bytes[at] {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            quote @ (b'"' | b'\'' | b'`') => at = quoted_start(bytes, at, quote),
            _ => {}
        }
    }
    None
}

/// The innermost bracket before `at` that is not closed before it
pub fn open_bracket(code: &str, at: usize) -> Option<usize> {
    let bytes = code.as_bytes();
    let mut at = at;
    while at > 0 {
        at -= 1;
        match bytes[at] {
            b')' | b']' | b'}' => at = opening(code, at + 1)?,
            b'(' | b'[' | b'{' => return Some(at),
            quote @ (b'"' | b'\'' | b'`') => at = quoted_start(bytes, at, quote),
            _ => {}
        }
    }
    None
}

/// Where the string that ends at `end` starts, or `end` if it is none
fn quoted_start(bytes: &[u8], end: usize, quote: u8) -> usize {
    let mut at = end;
    while at > 0 {
        at -= 1;
        if bytes[at] == quote && (at == 0 || bytes[at - 1] != b'\\') {
            return at;
        }
        if bytes[at] == b'\n' && quote != b'`' {
            break;
        }
    }
    end
}

/// The end of the bracket that opens at `open`
pub fn closing(code: &str, open: usize) -> Option<usize> {
    let bytes = code.as_bytes();
    let mut depth = 0_usize;
    let mut quote = None;
    let mut at = open;
    while at < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', Some(_)) => at += 1,
            (byte, Some(open)) if byte == open || (byte == b'\n' && open != b'`') => quote = None,
            (byte @ (b'"' | b'\'' | b'`'), None) => quote = Some(byte),
            (b'(' | b'[' | b'{', None) => depth += 1,
            (b')' | b']' | b'}', None) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The callee for the engine's position, which `¦` marks
    fn found(marked: &str) -> Option<String> {
        let at = marked.find('¦')?;
        let code = marked.replace('¦', "");
        callee(&code, at).map(|range| shown(&code[range]))
    }

    #[test]
    fn the_callee_is_found_or_left_open() {
        for (code, expected) in [
            ("foo.¦bar(1, 2)", Some("foo.bar")),
            ("¦zz(1)", Some("zz")),
            ("zz ¦(1)", Some("zz")),
            ("foo.bar( ¦\"x\")", Some("foo.bar")),
            ("foo.bar(¦x.y)", Some("foo.bar")),
            ("foo.bar(1, ¦x.y)", Some("foo.bar")),
            ("foo\n  .a\n  .b(\n  ¦1,\n  2);", Some("foo.a.b")),
            ("¦foo[\"a\"](1)", Some("foo[\"a\"]")),
            ("foo?.¦a(1)", Some("foo?.a")),
            ("[1].¦mapp((x) => x)", Some("[1].mapp")),
            (
                "publish(\"a\", {}).query(ctx => `${ctx.x()}`).¦tag([])",
                Some("publish(…).query(…).tag"),
            ),
            (
                "publish(\"a\").query(ctx => ctx.¦reff(\"b\"))",
                Some("ctx.reff"),
            ),
            (
                "publish(\"a\").query(ctx => `select ${ctx.¦reff(\"b\")}`)",
                Some("ctx.reff"),
            ),
            (
                "all.forEach((x) => { const y = f(1, 2); x.¦nope(y[0]) })",
                Some("x.nope"),
            ),
            ("if (x.¦nope(1)) {}", Some("x.nope")),
            // the outer call has the same position
            ("foo.bar(1, x.¦name())", None),
            ("foo.bar((y) => y, x.¦name())", None),
            ("foo.bar([x.¦name()])", None),
            ("foo.bar(`${x.¦name()}`)", None),
            ("x.¦name()()", None),
            ("x.¦name()[0](1)", None),
            ("(1 + 2)(¦1 + 3)", Some("(…)")),
            ("¦", None),
        ] {
            assert_eq!(found(code).as_deref(), expected, "{code}");
        }
    }
}
