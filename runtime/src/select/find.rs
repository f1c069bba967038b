//! What a method finds, and what to say where it finds nothing

use std::collections::BTreeSet;

use diagnostic::{Code, Diagnostic, code, did_you_mean};
use globset::{GlobBuilder, GlobMatcher};
use sqlx_compiler::ActionKind;

use super::evidence::{Difference, Evidence};
use super::expression::{Atom, Method};
use super::items::{Item, target_names};

/// Finds what atoms mean
pub struct Finder<'a> {
    /// What there is
    pub items: &'a [Item<'a>],
    /// What is known of other times
    pub evidence: &'a Evidence,
}

impl Finder<'_> {
    /// The positions of what an atom means
    ///
    /// # Errors
    /// There is nothing of that name, or the word has no meaning
    pub fn find(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        match atom.method {
            Method::Name => self.named(atom),
            Method::Tag => self.tagged(atom),
            Method::Path => self.in_file(atom),
            Method::Type => self.of_type(atom),
            Method::Schema => self.in_dataset(atom),
            Method::Source => self.reading(atom),
            Method::State => self.differing(atom),
            Method::Changed => self.changed(atom),
            Method::Result => self.ended(atom),
        }
    }

    fn positions(&self, test: impl Fn(&Item<'_>) -> bool) -> Vec<usize> {
        let all = 0..self.items.len();
        all.filter(|&position| test(&self.items[position]))
            .collect()
    }

    fn named(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        let matcher = Matcher::new(atom)?;
        let found = self.positions(|item| item.names().iter().any(|name| matcher.is(name)));
        self.or_missing(found, atom, "no action is called", || {
            let names = self.items.iter().flat_map(Item::names);
            (names.collect(), None)
        })
    }

    fn tagged(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        let matcher = Matcher::new(atom)?;
        let found = self.positions(|item| item.tags().iter().any(|tag| matcher.is(tag)));
        self.or_missing(found, atom, "no action has the tag", || {
            let tags = self.items.iter().flat_map(|item| item.tags().iter());
            (tags.cloned().collect(), Some("tag"))
        })
    }

    /// A file, or a folder with all below it
    fn in_file(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        let written = atom.value.strip_prefix("./").unwrap_or(&atom.value);
        let written = written.trim_end_matches('/');
        let own = glob(written, true, atom)?;
        let below = glob(&format!("{written}/**"), true, atom)?;
        let found = self.positions(|item| {
            let file = item.file();
            !file.is_empty() && (own.is_match(file) || below.is_match(file))
        });
        self.or_missing(found, atom, "no action is defined in", || {
            let files = self.items.iter().map(|item| item.file().to_owned());
            (files.filter(|file| !file.is_empty()).collect(), None)
        })
    }

    fn of_type(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        const KINDS: [&str; 15] = [
            ActionKind::Table.as_str(),
            ActionKind::View.as_str(),
            ActionKind::Incremental.as_str(),
            ActionKind::Operation.as_str(),
            ActionKind::Assertion.as_str(),
            ActionKind::Declaration.as_str(),
            ActionKind::Notebook.as_str(),
            ActionKind::DataPreparation.as_str(),
            ActionKind::PropertyGraph.as_str(),
            ActionKind::Model.as_str(),
            ActionKind::Endpoint.as_str(),
            ActionKind::Deployment.as_str(),
            ActionKind::BatchPrediction.as_str(),
            ActionKind::Monitor.as_str(),
            "test",
        ];
        let wanted = plain(&atom.value);
        let Some(kind) = KINDS.into_iter().find(|kind| plain(kind) == wanted) else {
            return Err(unknown_word(atom, "type", &KINDS));
        };
        Ok(self.positions(|item| item.kind() == kind))
    }

    fn in_dataset(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        let matcher = Matcher::new(atom)?;
        let found = self.positions(|item| item.datasets().iter().any(|name| matcher.is(name)));
        self.or_missing(found, atom, "no action is in the dataset", || {
            let datasets = self.items.iter().flat_map(Item::datasets);
            (datasets.map(str::to_owned).collect(), Some("dataset"))
        })
    }

    /// What reads a declared source itself
    fn reading(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        let matcher = Matcher::new(atom)?;
        let actions = self.items.iter().filter_map(Item::action);
        let declared = actions.filter(|action| action.kind() == ActionKind::Declaration);
        let declared: Vec<_> = declared.map(|action| action.target()).collect();
        let meant: BTreeSet<_> = declared
            .iter()
            .filter(|target| target_names(target).iter().any(|name| matcher.is(name)))
            .collect();
        if meant.is_empty() {
            let names = declared.iter().flat_map(|target| target_names(target));
            let known = (names.collect(), Some("source"));
            return self.or_missing(Vec::new(), atom, "the project declares no source", || known);
        }
        Ok(self.positions(|item| {
            let targets = item.action().map(|action| action.dependency_targets());
            let mut targets = targets.into_iter().flatten();
            targets.any(|target| meant.contains(&target))
        }))
    }

    fn differing(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        let Some(state) = &self.evidence.state else {
            let message = format!("`{atom}` needs a saved graph to compare with");
            return Err(at(atom, code::COMPARISON_UNREADABLE, message).help(
                "save one with `sqlx-run compile --json > graph.json`, and name it with `--state graph.json`",
            ));
        };
        let wanted: &[Difference] = match atom.value.as_str() {
            "modified" => &[Difference::Modified, Difference::New],
            "new" => &[Difference::New],
            _ => return Err(unknown_word(atom, "state", &["modified", "new"])),
        };
        Ok(self.positions(|item| wanted.contains(&state.difference(item))))
    }

    fn changed(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        let Some(then) = self.evidence.revisions.get(&atom.value) else {
            let message = format!("the revision `{}` was not compiled", atom.value);
            return Err(at(atom, code::COMPARISON_UNREADABLE, message));
        };
        Ok(self.positions(|item| then.difference(item) != Difference::None))
    }

    fn ended(&self, atom: &Atom) -> Result<Vec<usize>, Diagnostic> {
        const WORDS: [&str; 7] = [
            "succeeded",
            "failed",
            "skipped",
            "disabled",
            "cancelled",
            "warned",
            "reused",
        ];
        let (status, run) = result_of(&atom.value);
        if !WORDS.contains(&status) {
            return Err(unknown_word(atom, "result", &WORDS));
        }
        let Some(results) = self.evidence.results.get(run) else {
            let message = format!("the run `{run}` was not read");
            return Err(at(atom, code::COMPARISON_UNREADABLE, message));
        };
        Ok(self.positions(|item| {
            let result = results.get(&item.name());
            item.action().is_some() && result.is_some_and(|result| result == status)
        }))
    }

    /// What was found; where nothing was, the nearest word or all there are
    fn or_missing(
        &self,
        found: Vec<usize>,
        atom: &Atom,
        message: &str,
        known: impl FnOnce() -> (BTreeSet<String>, Option<&'static str>),
    ) -> Result<Vec<usize>, Diagnostic> {
        if !found.is_empty() {
            return Ok(found);
        }
        let message = format!("{message} `{}`", atom.value);
        let mut diagnostic = at(atom, code::NOTHING_SELECTED, message);
        let (known, noun) = known();
        diagnostic.help = did_you_mean(&atom.value, known.iter().map(String::as_str));
        if diagnostic.help.is_none() {
            diagnostic.help = Some(match noun {
                Some(noun) if known.is_empty() => format!("the project has no {noun}s"),
                Some(noun) if known.len() <= MANY => {
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    format!("the project's {noun}s are: {}", known.join(", "))
                }
                _ => "`sqlx-run list` prints what there is".to_owned(),
            });
        }
        Err(diagnostic)
    }
}

/// How many words a message lists
const MANY: usize = 20;

/// Status and run of `failed@last`; the last run where none is named
pub fn result_of(value: &str) -> (&str, &str) {
    value.split_once('@').unwrap_or((value, "last"))
}

/// A glob in which `*` and `?` stand for any sign
struct Matcher(GlobMatcher);

impl Matcher {
    fn new(atom: &Atom) -> Result<Self, Diagnostic> {
        glob(&atom.value, false, atom).map(Self)
    }

    fn is(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

fn glob(pattern: &str, separators: bool, atom: &Atom) -> Result<GlobMatcher, Diagnostic> {
    let glob = GlobBuilder::new(pattern)
        .literal_separator(separators)
        .build();
    match glob {
        Ok(glob) => Ok(glob.compile_matcher()),
        Err(error) => Err(at(
            atom,
            code::SELECTOR_INVALID,
            format!("`{}` is not a glob: {}", atom.value, error.kind()),
        )),
    }
}

/// `operations`, `dataPreparation` and `data preparation` are the kinds that people mean
fn plain(word: &str) -> String {
    let letters = word.chars().filter(|sign| sign.is_alphanumeric());
    let word: String = letters.flat_map(char::to_lowercase).collect();
    word.strip_suffix('s').map_or(word.clone(), str::to_owned)
}

fn unknown_word(atom: &Atom, noun: &str, known: &[&str]) -> Diagnostic {
    let word = atom.value.split('@').next().unwrap_or_default();
    let help = did_you_mean(word, known.iter().copied());
    at(
        atom,
        code::SELECTOR_INVALID,
        format!("there is no {noun} `{word}`"),
    )
    .help(help.unwrap_or_else(|| format!("after `{noun}:` stands one of: {}", known.join(", "))))
}

/// At the atom's place, where it was written in a selector
fn at(atom: &Atom, code: Code, message: String) -> Diagnostic {
    let diagnostic = Diagnostic::error(code, message);
    match &atom.place {
        Some(place) => diagnostic.at(place.clone()),
        None => diagnostic,
    }
}
