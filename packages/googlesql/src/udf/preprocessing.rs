//! BigQuery ML's preprocessing functions, and the statistics that the analytic ones take

use super::Kind::{Bool, Double, Int, List, Text};
use super::{Answer, Cell, Function};
use crate::value::preprocessing::{
    BucketFormat, bucket, counted, inverse_frequencies, ngrams, norm, place, places, vocabulary,
};

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_bucketize",
        parameters: &[Double, List(&Double), Bool, Text],
        result: Text,
        body: |cells| {
            let points = numbers(&cells[1]).ok_or("a split point is NULL")?;
            let name = cells[3].text();
            let format = BucketFormat::named(name)
                .ok_or_else(|| format!("`{name}` is no output format of buckets"))?;
            let exclude = cells[2].int() != 0;
            bucket(cells[0].double(), &points, exclude, format).map(Answer::Text)
        },
    },
    Function {
        name: "gs_hash_bucketize",
        parameters: &[Text, Int],
        result: Int,
        body: |cells| {
            let hash = farmhash::fingerprint64(cells[0].bytes());
            match u64::try_from(cells[1].int()) {
                Ok(0) => Ok(Answer::Int(hash as i64)),
                Ok(buckets) => Ok(Answer::Int((hash % buckets) as i64)),
                Err(_) => Err("the number of buckets is negative".to_owned()),
            }
        },
    },
    Function {
        name: "gs_ngrams",
        parameters: &[List(&Text), List(&Int), Text],
        result: List(&Text),
        body: |cells| {
            let bounds: Option<Vec<i64>> = cells[1]
                .items()
                .iter()
                .map(|item| item.as_ref().map(Cell::int))
                .collect();
            let (least, most) = match bounds.as_deref() {
                Some([least, most]) if 1 <= *least && least <= most => (*least, *most),
                _ => {
                    return Err(
                        "the range of n-gram sizes is one number from 1, or two in ascending order"
                            .to_owned(),
                    );
                }
            };
            let tokens: Vec<&str> = texts(&cells[0]).flatten().collect();
            let most = usize::try_from(most)
                .unwrap_or(usize::MAX)
                .min(tokens.len());
            let least = usize::try_from(least).unwrap_or(usize::MAX);
            let found = ngrams(&tokens, least..=most, cells[2].text());
            Ok(Answer::List(found.into_iter().map(Answer::Text).collect()))
        },
    },
    Function {
        name: "gs_lp_norm",
        parameters: &[List(&Double), Double],
        result: Double,
        body: |cells| {
            let values = numbers(&cells[0]).ok_or("a component of the vector is NULL")?;
            norm(&values, cells[1].double()).map(Answer::Double)
        },
    },
    // A vector of length 0 stays as it is
    Function {
        name: "gs_normalize",
        parameters: &[List(&Double), Double],
        result: List(&Double),
        body: |cells| {
            let values = numbers(&cells[0]).ok_or("a component of the vector is NULL")?;
            let length = norm(&values, cells[1].double())?;
            let scaled = values.iter().map(|value| match length == 0.0 {
                true => *value,
                false => value / length,
            });
            Ok(Answer::List(scaled.map(Answer::Double).collect()))
        },
    },
    // Values, how often each occurs, how many to keep, how often each must occur
    Function {
        name: "gs_vocabulary",
        parameters: &[List(&Text), List(&Int), Int, Int],
        result: List(&Text),
        body: |cells| {
            let counts = cells[1].items().iter();
            let counts = counts.map(|item| item.as_ref().map_or(0, Cell::int));
            let pairs = texts(&cells[0])
                .zip(counts)
                .filter_map(|(term, count)| Some((term?.to_owned(), count)));
            Ok(kept(pairs.collect(), cells))
        },
    },
    // Every document's different terms, one document after the other
    Function {
        name: "gs_vocabulary_of",
        parameters: &[List(&Text), Int, Int],
        result: List(&Text),
        body: |cells| {
            let counts = counted(texts(&cells[0]).flatten());
            let pairs = counts
                .into_iter()
                .map(|(term, count)| (term.to_owned(), count));
            Ok(kept(pairs.collect(), cells))
        },
    },
    // The same terms, the dictionary, how many documents there are
    Function {
        name: "gs_inverse_frequencies",
        parameters: &[List(&Text), List(&Text), Int],
        result: List(&Double),
        body: |cells| {
            let counts = counted(texts(&cells[0]).flatten());
            let weights = inverse_frequencies(&dictionary(&cells[1]), &counts, cells[2].int());
            Ok(Answer::List(
                weights.into_iter().map(Answer::Double).collect(),
            ))
        },
    },
    Function {
        name: "gs_most_frequent",
        parameters: &[List(&Text), List(&Int)],
        result: Text,
        body: |cells| {
            let all = texts(&cells[0]).flatten();
            let best = all.zip(counts(&cells[1])).max_by(|left, right| {
                let (left, right) = ((left.1, right.0), (right.1, left.0));
                left.cmp(&right)
            });
            Ok(best.map_or(Answer::Null, |(value, _)| Answer::Text(value.to_owned())))
        },
    },
    Function {
        name: "gs_most_frequent",
        parameters: &[List(&Double), List(&Int)],
        result: Double,
        body: |cells| {
            let all = cells[0].items().iter().flatten().map(Cell::double);
            let best = all
                .zip(counts(&cells[1]))
                .max_by(|left, right| left.1.cmp(&right.1).then(right.0.total_cmp(&left.0)));
            Ok(best.map_or(Answer::Null, |(value, _)| Answer::Double(value)))
        },
    },
    Function {
        name: "gs_category",
        parameters: &[Text, List(&Text)],
        result: Int,
        body: |cells| {
            let items = cells[1].items();
            let found = items
                .binary_search_by(|item| item.as_ref().map_or("", Cell::text).cmp(cells[0].text()));
            Ok(Answer::Int(found.map_or(0, |at| at as i64 + 1)))
        },
    },
    // The different places of an array's elements, in the order of the elements
    Function {
        name: "gs_categories",
        parameters: &[List(&Text), List(&Text)],
        result: List(&Int),
        body: |cells| {
            let dictionary = dictionary(&cells[1]);
            let mut found = Vec::new();
            for term in texts(&cells[0]) {
                let place = place(term, &dictionary);
                if !found.contains(&place) {
                    found.push(place);
                }
            }
            Ok(Answer::List(found.into_iter().map(Answer::Int).collect()))
        },
    },
    Function {
        name: "gs_word_places",
        parameters: &[List(&Text), List(&Text)],
        result: List(&Int),
        body: |cells| {
            let places = places(texts(&cells[0]), &dictionary(&cells[1]));
            Ok(Answer::List(places.into_keys().map(Answer::Int).collect()))
        },
    },
    Function {
        name: "gs_word_counts",
        parameters: &[List(&Text), List(&Text)],
        result: List(&Double),
        body: |cells| {
            let places = places(texts(&cells[0]), &dictionary(&cells[1]));
            let counts = places
                .into_values()
                .map(|count| Answer::Double(count as f64));
            Ok(Answer::List(counts.collect()))
        },
    },
    // The share of each place in the document, times its weight
    Function {
        name: "gs_word_weights",
        parameters: &[List(&Text), List(&Text), List(&Double)],
        result: List(&Double),
        body: |cells| {
            let size = cells[0].items().len() as f64;
            let weights = numbers(&cells[2]).ok_or("a weight is NULL")?;
            let places = places(texts(&cells[0]), &dictionary(&cells[1]));
            let weigh = |(place, count): (i64, i64)| {
                let weight = usize::try_from(place).ok().and_then(|at| weights.get(at));
                Answer::Double(count as f64 / size * weight.copied().unwrap_or(0.0))
            };
            Ok(Answer::List(places.into_iter().map(weigh).collect()))
        },
    },
];

/// The last two arguments say how many terms to keep, and how often each must occur
fn kept(counts: Vec<(String, i64)>, cells: &[Cell]) -> Answer {
    let [.., top, threshold] = cells else {
        return Answer::Null;
    };
    let top = usize::try_from(top.int()).unwrap_or(0);
    let terms = vocabulary(counts, top, threshold.int());
    Answer::List(terms.into_iter().map(Answer::Text).collect())
}

fn texts<'a>(list: &Cell<'a>) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
    list.items()
        .iter()
        .map(|item| item.as_ref().map(Cell::text))
}

fn dictionary<'a>(list: &Cell<'a>) -> Vec<&'a str> {
    texts(list).flatten().collect()
}

fn counts<'a>(list: &Cell<'a>) -> impl Iterator<Item = i64> + use<'a> {
    list.items().iter().flatten().map(Cell::int)
}

/// The items, unless one is NULL
fn numbers(list: &Cell) -> Option<Vec<f64>> {
    let items = list.items().iter();
    items.map(|item| item.as_ref().map(Cell::double)).collect()
}
