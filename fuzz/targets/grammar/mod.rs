//! Changes of a GoogleSQL text that mostly leave one

mod pieces;
mod words;

use words::{group, words};

/// A small generator of random numbers, so that the same seed gives the same text
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed) ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// A number below `count`, 0 where that is 0
    pub fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % count.max(1)
    }

    /// One of several
    pub fn one<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// The text after one to three changes
pub fn mutate(text: &str, seed: u32) -> String {
    let mut dice = Dice::new(seed);
    let mut text = text.to_owned();
    for _ in 0..=dice.below(3) {
        text = change(&text, &mut dice);
    }
    text
}

/// A part of the second text in the place of one of the first
pub fn cross(one: &str, other: &str, seed: u32) -> String {
    let mut dice = Dice::new(seed);
    let (mine, theirs) = (words(one), words(other));
    let (into, from) = (part(&mine, &mut dice), part(&theirs, &mut dice));
    let given = theirs[from].concat();
    let mut mine: Vec<&str> = mine;
    mine.splice(into, [given.as_str()]);
    mine.concat()
}

fn change(text: &str, dice: &mut Dice) -> String {
    let all = words(text);
    let mut changed = all.clone();
    let at = part(&all, dice);
    let here = all[at.clone()].concat();
    let new = match dice.below(12) {
        0 => String::new(),
        1 => format!("{here} {here}"),
        2 => format!("{here}, {here}"),
        3 | 4 => all[part(&all, dice)].concat(),
        5 | 6 => format!(" {} ", pieces::call(dice)),
        7 => format!(" {} ", pieces::operand(dice)),
        8 | 9 => pieces::wrap(&here, dice),
        10 => format!("{here} {} ", pieces::clause(dice)),
        _ => {
            // two parts change places
            let other = part(&all, dice);
            if other.start >= at.end {
                let there = all[other.clone()].concat();
                changed.splice(other, [here.as_str()]);
                changed.splice(at, [there.as_str()]);
                return changed.concat();
            }
            format!(" {} ", pieces::clause(dice))
        }
    };
    changed.splice(at, [new.as_str()]);
    changed.concat()
}

/// A word, a few words, or a bracket with what is in it
fn part(words: &[&str], dice: &mut Dice) -> std::ops::Range<usize> {
    if words.is_empty() {
        return 0..0;
    }
    let mut start = dice.below(words.len());
    while start + 1 < words.len() && words[start].trim().is_empty() {
        start += 1;
    }
    if let Some(end) = group(words, start) {
        return start..end;
    }
    let length = match dice.below(4) {
        0 => dice.below(12) + 1,
        _ => 1,
    };
    start..(start + length).min(words.len())
}
