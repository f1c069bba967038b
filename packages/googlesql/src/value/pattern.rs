//! Regular expressions: compiled once per thread

use std::cell::RefCell;

use regex::Regex;

thread_local! {
    static LAST: RefCell<Vec<(String, Regex)>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` with the compiled pattern
pub fn with<T>(pattern: &str, f: impl FnOnce(&Regex) -> T) -> Result<T, String> {
    LAST.with(|last| {
        let mut last = last.borrow_mut();
        let known = last.iter().position(|(text, _)| text == pattern);
        let at = match known {
            Some(at) => at,
            None => {
                let regex = Regex::new(pattern)
                    .map_err(|_| format!("invalid regular expression `{pattern}`"))?;
                if last.len() >= 8 {
                    last.remove(0);
                }
                last.push((pattern.to_owned(), regex));
                last.len() - 1
            }
        };
        Ok(f(&last[at].1))
    })
}
