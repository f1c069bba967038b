//! Differences that are meant to be there, each with its reason, from `explained.txt`

use super::Difference;

const TEXT: &str = include_str!("explained.txt");

/// The reason for a difference, where there is one: the first line whose words fit it
pub fn reason(difference: &Difference) -> Option<&'static str> {
    TEXT.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .find_map(|line| {
            let (pattern, reason) = line.split_once(" => ")?;
            let mut parts = pattern.splitn(3, " | ");
            let kind = parts.next()?;
            let query = parts.next().unwrap_or_default();
            let message = parts.next().unwrap_or_default();
            let fits = (kind == "any" || kind == difference.kind.name())
                && query.split('…').all(|part| difference.sql.contains(part))
                && message
                    .split('…')
                    .all(|part| difference.ours.contains(part) || difference.theirs.contains(part));
            fits.then_some(reason)
        })
}
