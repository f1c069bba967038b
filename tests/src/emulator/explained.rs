//! Differences between the emulator and the files, each with who is right and why, from `explained.txt`

use super::Difference;

const TEXT: &str = include_str!("explained.txt");

/// Who is right, in a word: `ours`, `emulator`, `either`, or `absent` for what the emulator does not know
pub fn verdict(difference: &Difference) -> Option<(&'static str, &'static str)> {
    TEXT.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .find_map(|line| {
            let (pattern, reason) = line.split_once(" => ")?;
            let mut parts = pattern.splitn(4, '|').map(str::trim);
            let verdict = parts.next()?;
            let file = parts.next().unwrap_or_default();
            let query = parts.next().unwrap_or_default();
            let answer = parts.next().unwrap_or_default();
            let fits = difference.file.contains(file)
                && query.split('…').all(|part| difference.sql.contains(part))
                && answer
                    .split('…')
                    .all(|part| difference.answer.contains(part));
            fits.then_some((verdict, reason))
        })
}
