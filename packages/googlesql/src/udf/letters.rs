//! Letters: case, normal forms, translation, similarity

use super::Kind::{Blob, Int, List, Text};
use super::{Answer, Cell, Function, TextFunction};
use crate::value::letters::normalize;

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_normalize",
        parameters: &[Text, Text],
        result: Text,
        body: |cells| {
            let text = normalize(cells[0].text(), cells[1].text(), false);
            Ok(Answer::Text(text))
        },
    },
    Function {
        name: "gs_normalize_and_casefold",
        parameters: &[Text, Text],
        result: Text,
        body: |cells| {
            let text = normalize(cells[0].text(), cells[1].text(), true);
            Ok(Answer::Text(text))
        },
    },
    Function {
        name: "gs_translate",
        parameters: &[Text, Text, Text],
        result: Text,
        body: |cells| {
            let letters = |cell: &Cell| cell.text().chars().collect::<Vec<char>>();
            let translated = translate(
                &letters(&cells[0]),
                &letters(&cells[1]),
                &letters(&cells[2]),
            )?;
            Ok(Answer::Text(translated.into_iter().collect()))
        },
    },
    Function {
        name: "gs_translate",
        parameters: &[Blob, Blob, Blob],
        result: Blob,
        body: |cells| {
            translate(cells[0].bytes(), cells[1].bytes(), cells[2].bytes()).map(Answer::Blob)
        },
    },
    Function {
        name: "gs_edit_distance",
        parameters: &[Text, Text, List(&Int)],
        result: Int,
        body: |cells| {
            let letters = |cell: &Cell| cell.text().chars().collect::<Vec<char>>();
            edit_distance(&letters(&cells[0]), &letters(&cells[1]), &cells[2])
        },
    },
    Function {
        name: "gs_edit_distance",
        parameters: &[Blob, Blob, List(&Int)],
        result: Int,
        body: |cells| edit_distance(cells[0].bytes(), cells[1].bytes(), &cells[2]),
    },
];

pub const TEXTS: &[TextFunction] = &[
    TextFunction {
        name: "gs_upper",
        parameters: &[Text],
        body: |cells, out| {
            cased(
                cells[0].text(),
                out,
                str::make_ascii_uppercase,
                str::to_uppercase,
            );
            Ok(())
        },
    },
    TextFunction {
        name: "gs_lower",
        parameters: &[Text],
        body: |cells, out| {
            cased(
                cells[0].text(),
                out,
                str::make_ascii_lowercase,
                str::to_lowercase,
            );
            Ok(())
        },
    },
    TextFunction {
        name: "gs_initcap",
        parameters: &[Text],
        body: |cells, out| {
            initcap(cells[0].text(), out, |letter| {
                letter.is_whitespace() || "[](){}/|<>!?@\"^#$&~_,.:;*%+-".contains(letter)
            });
            Ok(())
        },
    },
    TextFunction {
        name: "gs_initcap_with",
        parameters: &[Text, Text],
        body: |cells, out| {
            let delimiters = cells[1].text();
            initcap(cells[0].text(), out, |letter| delimiters.contains(letter));
            Ok(())
        },
    },
    TextFunction {
        name: "gs_soundex",
        parameters: &[Text],
        body: |cells, out| {
            soundex(cells[0].text(), out);
            Ok(())
        },
    },
];

/// The text in another case; ASCII, which most texts are, is changed in place
fn cased(text: &str, out: &mut String, ascii: fn(&mut str), any: fn(&str) -> String) {
    match text.is_ascii() {
        true => {
            let start = out.len();
            out.push_str(text);
            ascii(&mut out[start..]);
        }
        false => out.push_str(&any(text)),
    }
}

/// A first letter after each delimiter in upper case, all others in lower case; a letter whose other
/// case takes several letters stays, but for `İ`
fn initcap(text: &str, out: &mut String, delimiter: impl Fn(char) -> bool) {
    fn single(letter: char, mut cased: impl Iterator<Item = char>) -> char {
        match (cased.next(), cased.next()) {
            (Some(one), None) => one,
            (Some('i'), Some(_)) => 'i',
            _ => letter,
        }
    }
    let mut start = true;
    for letter in text.chars() {
        let delimits = delimiter(letter);
        out.push(match (delimits, start) {
            (true, _) => letter,
            (false, true) => single(letter, letter.to_uppercase()),
            (false, false) => single(letter, letter.to_lowercase()),
        });
        start = delimits;
    }
}

fn translate<T: PartialEq + Copy>(items: &[T], from: &[T], to: &[T]) -> Result<Vec<T>, String> {
    let twice = |(at, item): (usize, &T)| from[..at].contains(item);
    if from.iter().enumerate().any(twice) {
        return Err("TRANSLATE has a letter twice in its source".to_owned());
    }
    let translated =
        items
            .iter()
            .filter_map(|item| match from.iter().position(|one| one == item) {
                Some(at) => to.get(at).copied(),
                None => Some(*item),
            });
    Ok(translated.collect())
}

/// American Soundex: a letter and three digits; the empty text where there is no letter
fn soundex(text: &str, out: &mut String) {
    let code = |letter: char| match letter.to_ascii_lowercase() {
        'b' | 'f' | 'p' | 'v' => '1',
        'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
        'd' | 't' => '3',
        'l' => '4',
        'm' | 'n' => '5',
        'r' => '6',
        _ => '0',
    };
    let mut letters = text.chars().filter(char::is_ascii_alphabetic);
    let Some(first) = letters.next() else {
        return;
    };
    let end = out.len() + 4;
    out.push(first);
    let mut last = code(first);
    for letter in letters {
        let own = code(letter);
        // Letters without a code do not keep equal codes apart
        if own != '0' && own != last {
            out.push(own);
            last = own;
        }
        if out.len() == end {
            return;
        }
    }
    while out.len() < end {
        out.push('0');
    }
}

/// Least number of items to put in, take out or exchange (Levenshtein), at most what the list says
fn edit_distance<T: PartialEq>(left: &[T], right: &[T], most: &Cell) -> Result<Answer, String> {
    let most = match most.items() {
        [] => None,
        [None, ..] => return Ok(Answer::Null),
        [Some(most), ..] => Some(most.int()),
    };
    if most.is_some_and(|most| most < 0) {
        return Err("the max_distance of EDIT_DISTANCE is negative".to_owned());
    }
    let mut row: Vec<i64> = (0..).take(right.len() + 1).collect();
    for item in left {
        let mut diagonal = row[0];
        row[0] += 1;
        for (at, other) in right.iter().enumerate() {
            let exchanged = diagonal + i64::from(item != other);
            diagonal = row[at + 1];
            row[at + 1] = exchanged.min(row[at] + 1).min(diagonal + 1);
        }
    }
    let distance = row[right.len()];
    Ok(Answer::Int(
        most.map_or(distance, |most| distance.min(most)),
    ))
}
