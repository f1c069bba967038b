//! Files for the thread that runs JavaScript: those of the project are there from the start, others are
//! asked for over a channel, since the file system stays with the caller

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::project::{FileError, FileSystem};

/// A question to the file system
#[derive(Debug)]
pub enum Request {
    /// The text of a file
    Read(String),
    /// Whether there is such a folder
    IsFolder(String),
}

/// An answer of the file system
#[derive(Debug)]
pub enum Served {
    /// A text, if there is such a file
    Text(Result<Option<Arc<str>>, FileError>),
    /// Yes or no
    Is(bool),
}

/// The files as the JavaScript thread sees them
#[derive(Debug)]
pub struct ProjectFiles {
    known: RefCell<HashMap<String, Option<Arc<str>>>>,
    requests: Sender<Request>,
    answers: Receiver<Served>,
}

impl ProjectFiles {
    /// With the files that are known from the start, and the other end for [`serve`]
    pub fn new(
        known: HashMap<String, Option<Arc<str>>>,
    ) -> (Self, Receiver<Request>, Sender<Served>) {
        let (requests, requested) = channel();
        let (answer, answers) = channel();
        let files = Self {
            known: RefCell::new(known),
            requests,
            answers,
        };
        (files, requested, answer)
    }

    /// The text of a file, or `None` when there is none that may be read
    pub fn read(&self, path: &str) -> Result<Option<Arc<str>>, FileError> {
        if let Some(text) = self.known.borrow().get(path) {
            return Ok(text.clone());
        }
        let text = match self.ask(Request::Read(path.to_owned())) {
            Some(Served::Text(text)) => text?,
            _ => None,
        };
        self.known
            .borrow_mut()
            .insert(path.to_owned(), text.clone());
        Ok(text)
    }

    /// Whether there is such a folder
    pub fn is_folder(&self, path: &str) -> bool {
        matches!(
            self.ask(Request::IsFolder(path.to_owned())),
            Some(Served::Is(true))
        )
    }

    fn ask(&self, request: Request) -> Option<Served> {
        self.requests.send(request).ok()?;
        self.answers.recv().ok()
    }

    /// Every text that was read
    pub fn into_texts(self) -> HashMap<String, Arc<str>> {
        self.known
            .into_inner()
            .into_iter()
            .filter_map(|(path, text)| Some((path, text?)))
            .collect()
    }
}

/// Answers requests until the other end is gone
pub fn serve(files: &dyn FileSystem, requests: &Receiver<Request>, answers: &Sender<Served>) {
    while let Ok(request) = requests.recv() {
        let answer = match request {
            Request::Read(path) => Served::Text(files.read(&path).map(|text| text.map(Arc::from))),
            Request::IsFolder(path) => Served::Is(files.is_folder(&path)),
        };
        if answers.send(answer).is_err() {
            return;
        }
    }
}
