//! GoogleSQL that is changed by its grammar: words and bracketed parts are moved, doubled, left out,
//! exchanged and wrapped, and calls of all functions there are put in; most of it still parses

#![no_main]

mod front_end;
mod grammar;

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|text: &str| front_end::check(text));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let text = std::str::from_utf8(&data[..size]).ok();
    // one in sixteen keeps the bytes moving, and with them the words there are
    let Some(text) = text.filter(|_| seed % 16 != 0) else {
        return fuzzer_mutate(data, size, max_size);
    };
    let mutated = grammar::mutate(text, seed / 16);
    write(&mutated, &mut data[..max_size])
});

fuzz_crossover!(|one: &[u8], other: &[u8], out: &mut [u8], seed: u32| {
    let (Ok(one), Ok(other)) = (std::str::from_utf8(one), std::str::from_utf8(other)) else {
        return 0;
    };
    write(&grammar::cross(one, other, seed), out)
});

/// Writes as much as fits; gives its length
fn write(text: &str, out: &mut [u8]) -> usize {
    let mut end = text.len().min(out.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    out[..end].copy_from_slice(&text.as_bytes()[..end]);
    end
}
