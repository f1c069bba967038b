//! Templates of everything that is not a plain call, from `templates.txt`

use rand::prelude::IndexedRandom;
use rand::{Rng, RngExt};

use super::Query;
use super::literal::{SCALARS, literal, pick};

const TEXT: &str = include_str!("templates.txt");

/// Templates and the lists that their holes name
pub struct Templates {
    lists: Vec<(&'static str, Vec<&'static str>)>,
    templates: Vec<(&'static str, &'static str)>,
}

impl Templates {
    /// Those whose label contains `only`
    pub fn new(only: Option<&str>) -> Self {
        let lines = || {
            TEXT.lines()
                .map(str::trim)
                .filter(|line| !line.starts_with('#'))
        };
        let lists = lines()
            .filter_map(|line| line.strip_prefix('@')?.split_once(" = "))
            .map(|(name, items)| (name, items.split(" ‖ ").collect()))
            .collect();
        let templates = lines()
            .filter(|line| !line.starts_with('@'))
            .filter_map(|line| line.split_once(": "))
            .filter(|(label, _)| only.is_none_or(|only| label.contains(only)))
            .collect();
        Self { lists, templates }
    }

    /// How many templates there are
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    /// A query of one template
    pub fn query(&self, rng: &mut impl Rng) -> Query {
        let Some((label, text)) = self.templates.choose(rng) else {
            return Query {
                about: String::new(),
                sql: "SELECT 1".to_owned(),
                ordered: false,
            };
        };
        let filled = self.fill(rng, text);
        let first = filled.split([' ', '(']).next().unwrap_or_default();
        let whole = ["SELECT", "WITH", "FROM"].contains(&first);
        Query {
            about: (*label).to_owned(),
            ordered: label.starts_with("ordered"),
            sql: match whole {
                true => filled,
                false => format!("SELECT {filled} AS c"),
            },
        }
    }

    /// Holes become literals; `T` and `U` stand for one type each
    fn fill(&self, rng: &mut impl Rng, text: &str) -> String {
        let (first, second) = (pick(rng, SCALARS), pick(rng, SCALARS));
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (hole, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(&self.hole(rng, hole, [first, second]));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn hole(&self, rng: &mut impl Rng, hole: &str, [first, second]: [&str; 2]) -> String {
        if let Some(name) = hole.strip_prefix('@') {
            let list = self.lists.iter().find(|(known, _)| *known == name);
            return list.map_or_else(String::new, |(_, items)| pick(rng, items).to_owned());
        }
        match hole {
            "T" => literal(rng, first, true),
            "U" => literal(rng, second, true),
            "T:type" => first.to_owned(),
            "U:type" => second.to_owned(),
            "any" => {
                let ty = pick(rng, SCALARS);
                literal(rng, ty, true)
            }
            "type" => pick(rng, SCALARS).to_owned(),
            "small" => rng.random_range(0..6).to_string(),
            "table" => table(rng),
            _ if hole.contains('/') => {
                let words: Vec<_> = hole.split('/').collect();
                pick(rng, &words).to_owned()
            }
            _ => match hole.replace("T>", &format!("{first}>")) {
                ty if ty.starts_with("ARRAY") => literal(rng, &ty, false),
                ty => literal(rng, &ty, true),
            },
        }
    }
}

/// A few rows with a column of most types
fn table(rng: &mut impl Rng) -> String {
    const COLUMNS: &[(&str, &str)] = &[
        ("i", "INT64"),
        ("f", "FLOAT64"),
        ("n", "NUMERIC"),
        ("s", "STRING"),
        ("y", "BYTES"),
        ("b", "BOOL"),
        ("d", "DATE"),
        ("m", "DATETIME"),
        ("t", "TIMESTAMP"),
        ("a", "ARRAY<INT64>"),
    ];
    let rows: Vec<_> = (0..rng.random_range(2..=6))
        .map(|number| {
            let mut cells = vec![
                format!("{number} AS o"),
                format!("{} AS g", rng.random_range(0..3)),
            ];
            for (name, ty) in COLUMNS {
                cells.push(format!("{} AS {name}", literal(rng, ty, false)));
            }
            format!("SELECT {}", cells.join(", "))
        })
        .collect();
    format!("({})", rows.join(" UNION ALL "))
}
