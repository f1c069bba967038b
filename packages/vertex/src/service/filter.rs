//! Filters of lists, of the language that AIP-160 describes: comparisons, `:`, AND, OR, NOT and brackets

use serde_json::Value;

use super::listing::pointer;
use crate::failure::Failure;

/// How deep brackets may nest
const DEPTH: usize = 32;

/// A condition on a document
#[derive(Debug)]
pub enum Filter {
    /// All hold
    And(Vec<Filter>),
    /// One holds
    Or(Vec<Filter>),
    /// It does not hold
    Not(Box<Filter>),
    /// A field compares so with a value
    Compare(String, Comparison, String),
}

/// How a field compares with a value
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `:`: the field is there, a list or text has the value in it, or a map has the key
    Has,
}

const COMPARISONS: [(&str, Comparison); 7] = [
    ("!=", Comparison::Unequal),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    (":", Comparison::Has),
];

impl Filter {
    /// Reads a filter
    ///
    /// # Errors
    /// It is none
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let mut reader = Reader { rest: text.trim() };
        let filter = reader.any(0)?;
        match reader.rest {
            "" => Ok(filter),
            rest => Err(invalid(&format!(
                "`{rest}` stands where AND or the end was expected"
            ))),
        }
    }

    /// Whether a document fulfills it
    pub fn matches(&self, document: &Value) -> bool {
        match self {
            Self::And(all) => all.iter().all(|filter| filter.matches(document)),
            Self::Or(any) => any.iter().any(|filter| filter.matches(document)),
            Self::Not(filter) => !filter.matches(document),
            Self::Compare(field, comparison, wanted) => {
                compare(document.pointer(&pointer(field)), *comparison, wanted)
            }
        }
    }
}

fn compare(found: Option<&Value>, comparison: Comparison, wanted: &str) -> bool {
    if comparison == Comparison::Has {
        return has(found, wanted);
    }
    let ordering = match found {
        Some(Value::Number(number)) => match wanted.parse::<f64>() {
            Ok(wanted) => number.as_f64().unwrap_or(f64::NAN).partial_cmp(&wanted),
            Err(_) => None,
        },
        // the last part of a resource's name, its id, stands for the whole
        Some(Value::String(text)) if is_id_of(wanted, text) => Some(std::cmp::Ordering::Equal),
        Some(Value::String(text)) => Some(text.as_str().cmp(wanted)),
        Some(Value::Bool(value)) => Some(value.to_string().as_str().cmp(wanted)),
        None | Some(Value::Null) => Some("".cmp(wanted)),
        Some(_) => None,
    };
    let Some(ordering) = ordering else {
        return comparison == Comparison::Unequal;
    };
    match comparison {
        Comparison::Equal => ordering.is_eq(),
        Comparison::Unequal => ordering.is_ne(),
        Comparison::Less => ordering.is_lt(),
        Comparison::AtMost => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::AtLeast => ordering.is_ge(),
        Comparison::Has => true,
    }
}

fn is_id_of(id: &str, name: &str) -> bool {
    name.starts_with("projects/") && name.rsplit('/').next() == Some(id)
}

fn has(found: Option<&Value>, wanted: &str) -> bool {
    match found {
        None | Some(Value::Null) => false,
        Some(_) if wanted == "*" => true,
        Some(Value::Object(fields)) => fields.contains_key(wanted),
        Some(Value::Array(values)) => values
            .iter()
            .any(|value| compare(Some(value), Comparison::Equal, wanted)),
        Some(Value::String(text)) => text.contains(wanted),
        other => compare(other, Comparison::Equal, wanted),
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn any(&mut self, depth: usize) -> Result<Filter, Failure> {
        let mut filters = vec![self.all(depth)?];
        while self.word("OR") {
            filters.push(self.all(depth)?);
        }
        Ok(match filters.len() {
            1 => filters.swap_remove(0),
            _ => Filter::Or(filters),
        })
    }

    fn all(&mut self, depth: usize) -> Result<Filter, Failure> {
        let mut filters = vec![self.one(depth)?];
        while self.word("AND") {
            filters.push(self.one(depth)?);
        }
        Ok(match filters.len() {
            1 => filters.swap_remove(0),
            _ => Filter::And(filters),
        })
    }

    fn one(&mut self, depth: usize) -> Result<Filter, Failure> {
        if depth > DEPTH {
            return Err(invalid("its brackets nest too deeply"));
        }
        if self.word("NOT") {
            return Ok(Filter::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.sign("-") {
            return Ok(Filter::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.sign("(") {
            let filter = self.any(depth + 1)?;
            return match self.sign(")") {
                true => Ok(filter),
                false => Err(invalid("a bracket is not closed")),
            };
        }
        let field = self.name()?.to_owned();
        let found = COMPARISONS.into_iter().find(|(sign, _)| self.sign(sign));
        let Some((_, comparison)) = found else {
            let message = format!("a comparison such as `=` was expected behind `{field}`");
            return Err(invalid(&message));
        };
        Ok(Filter::Compare(field, comparison, self.value()?))
    }

    fn name(&mut self) -> Result<&'a str, Failure> {
        let end = self
            .rest
            .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-')));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if name.is_empty() {
            return Err(invalid(&format!("a field was expected at `{}`", self.rest)));
        }
        self.rest = rest.trim_start();
        Ok(name)
    }

    fn value(&mut self) -> Result<String, Failure> {
        let quote = self
            .rest
            .chars()
            .next()
            .filter(|sign| "\"'".contains(*sign));
        let Some(quote) = quote else {
            let end = self
                .rest
                .find(|letter: char| letter.is_whitespace() || letter == ')');
            let (value, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            if value.is_empty() {
                return Err(invalid("a value was expected at its end"));
            }
            self.rest = rest.trim_start();
            return Ok(value.to_owned());
        };
        let mut value = String::new();
        let mut letters = self.rest[1..].char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
                _ if letter == quote => {
                    self.rest = self.rest[at + 2..].trim_start();
                    return Ok(value);
                }
                _ => value.push(letter),
            }
        }
        Err(invalid("a quote is not closed"))
    }

    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        let ends = |rest: &&str| rest.starts_with(|next: char| next.is_whitespace() || next == '(');
        match rest.filter(ends) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn sign(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }
}

fn invalid(reason: &str) -> Failure {
    Failure::field("filter", format!("the filter is not valid: {reason}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_fulfill_filters() {
        let document = json!({
            "name": "projects/p/locations/l/models/17",
            "displayName": "churn \"model\"",
            "labels": { "team_name": "growth" },
            "versionAliases": ["default", "best"],
            "count": 5,
        });
        for (filter, expected) in [
            (r#"display_name="churn \"model\"""#, true),
            ("displayName = 'other'", false),
            ("displayName:churn", true),
            ("labels.team_name=growth", true),
            ("labels.team_name:*", true),
            ("labels:team_name", true),
            ("labels.owner:*", false),
            ("version_aliases:best AND count>4", true),
            ("count<=4 OR NOT count=7", true),
            ("(count<=4 OR count=7) AND name=17", false),
            ("name=17", true),
            ("-name=17", false),
        ] {
            let parsed = Filter::parse(filter).map_err(|failure| failure.message);
            assert_eq!(
                parsed.map(|parsed| parsed.matches(&document)),
                Ok(expected),
                "{filter}"
            );
        }
        for filter in ["", "display_name", "a=", "(a=1", "a=\"b", "a=1 b=2"] {
            assert!(Filter::parse(filter).is_err(), "{filter}");
        }
    }
}
