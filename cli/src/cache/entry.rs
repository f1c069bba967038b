//! What is stored of a compilation

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sqlx_compiler::Snapshot;

use super::inputs::Inputs;

/// All of it, but for the JSON of the graph, which has a file of its own; texts are borrowed from the file
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry<'a> {
    /// What the compilation saw
    #[serde(borrow)]
    pub inputs: Inputs<'a>,
    /// What project code wrote on its console
    pub console: Vec<Cow<'a, str>>,
    /// The actions
    pub snapshot: Snapshot<'a>,
    /// The JSON of the graph, where it was asked for
    pub text: Option<GraphText<'a>>,
}

/// The JSON of a graph
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GraphText<'a> {
    /// The length of the file
    pub length: u64,
    /// Its checksum
    pub checksum: u64,
    /// Where each action stands in it, start and end, in the order of definition
    pub places: Vec<(u64, u64)>,
    /// What is printed in the place of some actions, by their numbers
    #[serde(borrow)]
    pub patches: Vec<(u32, Cow<'a, str>)>,
}

impl<'a> Entry<'a> {
    /// Reads an entry
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// The bytes of an entry
    pub fn encode(&self) -> Option<Vec<u8>> {
        postcard::to_stdvec(self).ok()
    }
}

impl<'a> GraphText<'a> {
    /// Puts another text in the place of an action's
    pub fn patch(&mut self, number: u32, text: String) {
        let text = Cow::Owned(text);
        match self.patches.iter_mut().find(|(known, _)| *known == number) {
            Some((_, known)) => *known = text,
            None => self.patches.push((number, text)),
        }
    }

    /// The JSON, piece by piece, out of the text of the file
    pub fn pieces<'t>(&'t self, text: &'t str) -> Vec<Cow<'t, str>> {
        let mut patches: Vec<(usize, usize, &str)> = self
            .patches
            .iter()
            .filter_map(|(number, patch)| {
                let (start, end) = *self.places.get(*number as usize)?;
                Some((
                    usize::try_from(start).ok()?,
                    usize::try_from(end).ok()?,
                    &**patch,
                ))
            })
            .collect();
        patches.sort_unstable();
        let mut pieces = Vec::with_capacity(2 * patches.len() + 1);
        let mut from = 0;
        for (start, end, patch) in patches {
            pieces.push(Cow::Borrowed(text.get(from..start).unwrap_or_default()));
            pieces.push(Cow::Borrowed(patch));
            from = end;
        }
        pieces.push(Cow::Borrowed(text.get(from..).unwrap_or_default()));
        pieces
    }
}
