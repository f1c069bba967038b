//! Text analyzers: how a text falls into the terms that a search looks for
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/text-analysis>

use serde_json::Value;

use super::pattern::{Subject, compile};

/// An analyzer with its options
pub struct Analyzer {
    split: Split,
    filters: Vec<Filter>,
}

enum Split {
    /// The whole text is the only term
    None,
    /// What stands between delimiters
    Delimiters(Vec<String>),
    /// What matches one of the patterns
    Patterns(Vec<regex::bytes::Regex>),
}

enum Filter {
    Lower,
    Normalize { form: String, fold: bool },
    Stop(Vec<String>),
}

/// Between terms of `LOG_ANALYZER`, beside white space
const DELIMITERS: &str = "[]<>(){}|!;,'\"*&?+/:=@.-$%\\_";

/// Delimiters of `LOG_ANALYZER` as they are written in URLs
const ENCODED: &[&str] = &[
    "%2526", "%2520", "%21", "%26", "%3B", "%3b", "%7C", "%7c", "%20", "%2B", "%2b", "%3D", "%3d",
    "%5D", "%5d", "%5B", "%5b", "%3A", "%3a", "%0A", "%0a", "%2C", "%2c", "%28", "%29",
];

impl Analyzer {
    /// The analyzer of this name with options as a JSON object, if any
    ///
    /// # Errors
    /// There is no such analyzer, or an option is none of its own
    pub fn new(name: &str, options: Option<&str>) -> Result<Self, String> {
        let options = match options {
            None | Some("") => Value::Null,
            Some(text) => super::json::parse(text)
                .map_err(|error| format!("analyzer_options are no JSON: {error}"))?,
        };
        let known: &[&str] = match name {
            "NO_OP_ANALYZER" => &[],
            "LOG_ANALYZER" => &["delimiters", "token_filters"],
            "PATTERN_ANALYZER" => &["patterns", "token_filters"],
            _ => return Err(format!("there is no analyzer `{name}`")),
        };
        if let Some(unknown) = options
            .as_object()
            .and_then(|members| members.keys().find(|key| !known.contains(&key.as_str())))
        {
            return Err(format!("{name} has no option `{unknown}`"));
        }
        let split = match name {
            "NO_OP_ANALYZER" => Split::None,
            "LOG_ANALYZER" => Split::Delimiters(match options.get("delimiters") {
                Some(own) => texts(own)?,
                None => standard_delimiters(),
            }),
            _ => {
                let patterns = match options.get("patterns") {
                    Some(own) => texts(own)?,
                    None => vec![r"\b\w{2,}\b".to_owned()],
                };
                let compiled = patterns
                    .iter()
                    .map(|pattern| compile(pattern.as_bytes(), Subject::Text));
                Split::Patterns(compiled.collect::<Result<_, _>>()?)
            }
        };
        let filters = match options.get("token_filters") {
            Some(Value::Array(filters)) => {
                let filters: Vec<_> = filters.iter().map(filter).collect::<Result<_, _>>()?;
                filters.into_iter().flatten().collect()
            }
            Some(_) => return Err("token_filters is an array".to_owned()),
            None if name == "NO_OP_ANALYZER" => Vec::new(),
            None => vec![Filter::Lower],
        };
        Ok(Self { split, filters })
    }

    /// The terms of a text, in order
    pub fn terms(&self, text: &str) -> Vec<String> {
        let mut terms = match &self.split {
            Split::None => vec![text.to_owned()],
            Split::Delimiters(delimiters) => between(text, delimiters),
            Split::Patterns(patterns) => matching(text, patterns),
        };
        for filter in &self.filters {
            match filter {
                Filter::Lower => terms
                    .iter_mut()
                    .for_each(|term| *term = term.to_lowercase()),
                Filter::Normalize { form, fold } => terms
                    .iter_mut()
                    .for_each(|term| *term = super::letters::normalize(term, form, *fold)),
                Filter::Stop(words) => terms.retain(|term| !words.contains(term)),
            }
        }
        terms
    }
}

fn standard_delimiters() -> Vec<String> {
    let single = DELIMITERS.chars().chain(" \n\r\t".chars());
    let encoded = ENCODED.iter().map(|text| (*text).to_owned());
    encoded.chain(single.map(String::from)).collect()
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    let wrong = || "an analyzer's option takes an array of strings".to_owned();
    let items = value.as_array().ok_or_else(wrong)?;
    items
        .iter()
        .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect()
}

/// A member of `token_filters`
fn filter(value: &Value) -> Result<Option<Filter>, String> {
    let wrong = || format!("the token filter `{value}` is not known");
    let members = value.as_object().ok_or_else(wrong)?;
    if let Some(words) = members.get("stop_words") {
        return Ok(Some(Filter::Stop(texts(words)?)));
    }
    let normalizer = members
        .get("normalizer")
        .or_else(|| members.get("normalization"))
        .and_then(Value::as_object)
        .ok_or_else(wrong)?;
    match normalizer.get("mode").and_then(Value::as_str) {
        Some("NONE") => Ok(None),
        Some("LOWERCASE" | "LOWER") => Ok(Some(Filter::Lower)),
        Some("ICU_NORMALIZE") => {
            let form = normalizer
                .get("icu_normalize_mode")
                .and_then(Value::as_str)
                .unwrap_or("NFC");
            if !matches!(form, "NFC" | "NFD" | "NFKC" | "NFKD") {
                return Err(wrong());
            }
            let fold = normalizer
                .get("icu_case_folding")
                .and_then(Value::as_bool)
                .unwrap_or(true);
            Ok(Some(Filter::Normalize {
                form: form.to_owned(),
                fold,
            }))
        }
        _ => Err(wrong()),
    }
}

/// What stands between delimiters; an ideograph or a kana is a term of its own
fn between(text: &str, delimiters: &[String]) -> Vec<String> {
    let mut terms = Vec::new();
    let mut term = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let delimiter = delimiters
            .iter()
            .find(|one| !one.is_empty() && rest.starts_with(one.as_str()));
        let length = delimiter.map_or(letter.len_utf8(), String::len);
        if delimiter.is_some() || is_ideograph(letter) {
            terms.extend((!term.is_empty()).then(|| std::mem::take(&mut term)));
        }
        match (delimiter, is_ideograph(letter)) {
            (Some(_), _) => {}
            (None, true) => terms.push(letter.to_string()),
            (None, false) => term.push(letter),
        }
        rest = &rest[length..];
    }
    terms.extend((!term.is_empty()).then_some(term));
    terms
}

fn is_ideograph(letter: char) -> bool {
    matches!(
        u32::from(letter),
        0x2e80..=0x2fdf | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3134f
    )
}

/// What the patterns match, in the text's order
fn matching(text: &str, patterns: &[regex::bytes::Regex]) -> Vec<String> {
    let mut found: Vec<_> = patterns
        .iter()
        .flat_map(|pattern| pattern.find_iter(text.as_bytes()))
        .filter(|found| !found.is_empty())
        .map(|found| found.range())
        .collect();
    found.sort_by_key(|range| (range.start, range.end));
    found
        .into_iter()
        .filter_map(|range| text.get(range).map(str::to_owned))
        .collect()
}
