//! A text as words, each string literal and each run of blanks one of them

/// Runs of letters and digits, of blanks, texts between quotes, and every other letter alone
pub fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' => quoted(rest, first),
            _ if is_part(first) => run(rest, is_part),
            _ if first.is_whitespace() => run(rest, char::is_whitespace),
            _ => first.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after;
    }
    words
}

/// The end of a bracket that opens at a word; a call's name belongs to its bracket
pub fn group(words: &[&str], start: usize) -> Option<usize> {
    let opens = |at: usize| matches!(words.get(at), Some(&("(" | "[")));
    let mut at = match opens(start) {
        true => start,
        false if opens(start + 1) => start + 1,
        false => return None,
    };
    let mut depth = 0_usize;
    while let Some(word) = words.get(at) {
        at += 1;
        match *word {
            "(" | "[" => depth += 1,
            ")" | "]" if depth <= 1 => return Some(at),
            ")" | "]" => depth -= 1,
            _ => {}
        }
    }
    None
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !belongs(letter)).unwrap_or(text.len())
}

/// The length of a quoted text; of the quote alone where nothing closes it
fn quoted(text: &str, quote: char) -> usize {
    text[1..]
        .find([quote, '\n'])
        .filter(|end| text[1 + end..].starts_with(quote))
        .map_or(1, |end| end + 2)
}
