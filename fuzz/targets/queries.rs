//! GoogleSQL whose words are moved, doubled, left out and exchanged: most of it still parses

#![no_main]

mod front_end;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|text: &str| front_end::check(text));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let Ok(text) = std::str::from_utf8(&data[..size]) else {
        return fuzzer_mutate(data, size, max_size);
    };
    // one in eight keeps the bytes moving, and with them the words there are
    if seed % 8 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut words = words(text);
    if words.is_empty() {
        return fuzzer_mutate(data, size, max_size);
    }
    let count = words.len() as u32;
    let (one, other) = ((seed / 8 % count) as usize, (seed / 64 % count) as usize);
    let length = (seed / 512 % 8) as usize + 1;
    match seed % 5 {
        0 => words.swap(one, other),
        1 => words.insert(one, words[other]),
        2 => {
            let end = (one + length).min(words.len());
            words.drain(one..end);
        }
        3 => {
            let end = (other + length).min(words.len());
            let copy: Vec<_> = words[other..end].to_vec();
            words.splice(one..one, copy);
        }
        _ => words[one] = words[other],
    }
    let mutated = words.concat();
    let mut end = mutated.len().min(max_size);
    while !mutated.is_char_boundary(end) {
        end -= 1;
    }
    data[..end].copy_from_slice(&mutated.as_bytes()[..end]);
    end
});

/// Runs of letters and digits, and every other letter alone
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut within = false;
    for (at, letter) in text.char_indices() {
        let part = letter.is_alphanumeric() || letter == '_';
        if at > start && !(within && part) {
            words.push(&text[start..at]);
            start = at;
        }
        within = part;
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}
