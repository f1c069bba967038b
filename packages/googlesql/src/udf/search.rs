//! Text search

use super::Kind::{Bool, List, Text};
use super::{Answer, Cell, Function};
use crate::value::analyzer::Analyzer;
use crate::value::letters;

pub const TABLE: &[Function] = &[
    // Leaves of a value, text; NULL where a leaf is and none has the text
    Function {
        name: "gs_contains_substr",
        parameters: &[List(&Text), Text],
        result: Bool,
        body: |cells| {
            let wanted = letters::normalize(cells[1].text(), "NFKC", true);
            let leaves = cells[0].items();
            let found = leaves
                .iter()
                .flatten()
                .any(|leaf| letters::normalize(leaf.text(), "NFKC", true).contains(&wanted));
            Ok(match (found, leaves.iter().any(Option::is_none)) {
                (true, _) => Answer::Bool(true),
                (false, true) => Answer::Null,
                (false, false) => Answer::Bool(false),
            })
        },
    },
    // Text, analyzer, options
    Function {
        name: "gs_text_analyze",
        parameters: &[Text, Text, List(&Text)],
        result: List(&Text),
        body: |cells| {
            let terms = analyzer(&cells[1], &cells[2])?.terms(cells[0].text());
            Ok(Answer::List(terms.into_iter().map(Answer::Text).collect()))
        },
    },
    // Leaves of a value, query, analyzer, options
    Function {
        name: "gs_search",
        parameters: &[List(&Text), Text, Text, List(&Text)],
        result: Bool,
        body: |cells| {
            let analyzer = analyzer(&cells[2], &cells[3])?;
            let phrases = match cells[2].text() {
                "NO_OP_ANALYZER" => vec![vec![cells[1].text().to_owned()]],
                _ => phrases(cells[1].text(), &analyzer)?,
            };
            if phrases.iter().all(Vec::is_empty) {
                return Err("the query of SEARCH has no term".to_owned());
            }
            let leaves: Vec<Vec<String>> = cells[0]
                .items()
                .iter()
                .flatten()
                .map(|leaf| analyzer.terms(leaf.text()))
                .collect();
            let found = phrases
                .iter()
                .filter(|phrase| !phrase.is_empty())
                .all(|phrase| {
                    leaves
                        .iter()
                        .any(|terms| terms.windows(phrase.len()).any(|window| window == phrase))
                });
            Ok(Answer::Bool(found))
        },
    },
];

fn analyzer(name: &Cell, options: &Cell) -> Result<Analyzer, String> {
    let options = options.items().first().copied().flatten();
    Analyzer::new(name.text(), options.as_ref().map(Cell::text))
}

/// What a query asks for: terms, and in backquotes terms that follow each other
fn phrases(query: &str, analyzer: &Analyzer) -> Result<Vec<Vec<String>>, String> {
    let mut phrases = Vec::new();
    for (at, part) in query.split('`').enumerate() {
        if at % 2 == 1 {
            phrases.push(analyzer.terms(part));
            continue;
        }
        if let Some(reserved) = part
            .chars()
            .find(|letter| "[]<>(){}|!'\"*&?+/:=\\~^".contains(*letter))
        {
            return Err(format!(
                "`{reserved}` is reserved in the query of SEARCH outside of backquotes"
            ));
        }
        phrases.extend(analyzer.terms(part).into_iter().map(|term| vec![term]));
    }
    match query.matches('`').count() % 2 {
        0 => Ok(phrases),
        _ => Err("a backquote in the query of SEARCH is not closed".to_owned()),
    }
}
