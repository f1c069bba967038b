//! Where actions stand in the JSON of a graph

use sqlx_compiler::{ActionKind, ActionRef, SnapshotAction};

/// The lists of actions in the JSON, with one kind of what is in them
const LISTS: [(&str, ActionKind); 7] = [
    ("    \"tables\": [", ActionKind::Table),
    ("    \"operations\": [", ActionKind::Operation),
    ("    \"assertions\": [", ActionKind::Assertion),
    ("    \"declarations\": [", ActionKind::Declaration),
    ("    \"notebooks\": [", ActionKind::Notebook),
    ("    \"dataPreparations\": [", ActionKind::DataPreparation),
    ("    \"propertyGraphs\": [", ActionKind::PropertyGraph),
];

/// Before each line of an action but the first
const MARGIN: &str = "\n        ";

/// The start and end of each action, in the order of `actions`; `None` if the text is not laid out as expected.
///
/// Line ends in strings are escaped, so that every line of the text is a line of its layout.
pub fn places(text: &str, actions: &[SnapshotAction<'_>]) -> Option<Vec<(u64, u64)>> {
    let mut found: [Vec<(u64, u64)>; LISTS.len()] = Default::default();
    let mut list = None;
    let mut start = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let plain = line.strip_suffix('\n').unwrap_or(line);
        if plain.starts_with("    \"") {
            list = LISTS.iter().position(|(head, _)| *head == plain);
        } else if let Some(list) = list {
            match plain {
                "        {" => start = Some(at + 8),
                "        }" | "        }," => found[list].push((start.take()?, at + 9)),
                _ => {}
            }
        }
        at += u64::try_from(line.len()).ok()?;
    }
    let mut found = found.map(Vec::into_iter);
    let places: Option<Vec<_>> = actions
        .iter()
        .map(|action| {
            let list = LISTS
                .iter()
                .position(|(_, kind)| action.kind.shares_list(*kind))?;
            found[list].next()
        })
        .collect();
    let rest = found.iter().any(|list| list.len() > 0);
    places.filter(|_| !rest)
}

/// The JSON of an action, as it stands in that of a graph
pub fn of_action(action: ActionRef<'_>) -> Option<String> {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    serde::Serialize::serialize(&action, &mut serializer).ok()?;
    Some(String::from_utf8(out).ok()?.replace('\n', MARGIN))
}
