//! What stands in the `${…}` of a text: references, variables and settings of the project; no JavaScript

/// A part of a text
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it is written
    Text(String),
    /// `ref("name")`, `ref("dataset", "name")` or with the project before these: the words
    Reference(Vec<String>),
    /// `vars.NAME` or `dataform.projectConfig.vars.NAME`
    Variable(String),
    /// `dataform.projectConfig.NAME`
    Setting(String),
}

/// Takes a text apart
///
/// # Errors
/// What cannot be understood, as it is written
pub fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if start > 0 {
            parts.push(Part::Text(rest[..start].to_owned()));
        }
        let inside = &rest[start + 2..];
        let end = inside.find('}').ok_or_else(|| rest[start..].to_owned())?;
        parts.push(
            part(inside[..end].trim()).ok_or_else(|| rest[start..start + end + 3].to_owned())?,
        );
        rest = &inside[end + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

fn part(expression: &str) -> Option<Part> {
    if let Some(call) = expression.strip_prefix("ref") {
        let arguments = call.trim().strip_prefix('(')?.strip_suffix(')')?;
        let words: Option<Vec<String>> = arguments
            .split(',')
            .map(|word| word_in(word.trim()))
            .collect();
        return words.filter(|words| words.len() <= 3).map(Part::Reference);
    }
    let settings = expression.strip_prefix("dataform.projectConfig.");
    let variable = expression
        .strip_prefix("vars.")
        .or_else(|| settings?.strip_prefix("vars."));
    if let Some(name) = variable {
        return is_name(name).then(|| Part::Variable(name.to_owned()));
    }
    settings
        .filter(|name| is_name(name))
        .map(|name| Part::Setting(name.to_owned()))
}

/// What stands in quotes
fn word_in(text: &str) -> Option<String> {
    ['"', '\'', '`'].into_iter().find_map(|quote| {
        let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inside.is_empty() && !inside.contains(quote)).then(|| inside.to_owned())
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|sign| sign.is_alphanumeric() || sign == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        let text = |text: &str| Part::Text(text.to_owned());
        let reference =
            |words: &[&str]| Part::Reference(words.iter().map(|&word| word.to_owned()).collect());
        assert_eq!(parts("plain").unwrap(), [text("plain")]);
        assert_eq!(parts("${ref(\"a\")}").unwrap(), [reference(&["a"])]);
        assert_eq!(
            parts("gs://${vars.bucket}/${ ref('d', \"a\") }!").unwrap(),
            [
                text("gs://"),
                Part::Variable("bucket".to_owned()),
                text("/"),
                reference(&["d", "a"]),
                text("!")
            ]
        );
        assert_eq!(
            parts("${dataform.projectConfig.vars.x}${dataform.projectConfig.defaultDatabase}")
                .unwrap(),
            [
                Part::Variable("x".to_owned()),
                Part::Setting("defaultDatabase".to_owned())
            ]
        );
        for wrong in ["${ref()}", "${1 + 1}", "${ref(a)}", "${open"] {
            assert_eq!(parts(wrong), Err(wrong.to_owned()));
        }
    }
}
