//! Who asks

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

/// Headers that say who asks, or why there are none
pub type Tokens = Pin<Box<dyn Future<Output = Result<Vec<(String, String)>, String>> + Send>>;

/// Gives the headers of each request, with a token that is still valid
pub trait TokenSource: Send + Sync {
    /// For a request that is sent now
    fn headers(&self) -> Tokens;
}

/// Who asks
#[derive(Clone, Default)]
pub enum Identity {
    /// Nobody in particular
    #[default]
    Nobody,
    /// Whoever holds this token
    Token(String),
    /// Whom an account's credentials name
    Account(Arc<dyn TokenSource>),
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // tokens are never shown
        formatter.write_str(match self {
            Self::Nobody => "Nobody",
            Self::Token(_) => "Token",
            Self::Account(_) => "Account",
        })
    }
}

impl Identity {
    /// The headers of a request
    pub(super) async fn headers(&self) -> Result<Vec<(String, String)>, String> {
        match self {
            Self::Nobody => Ok(Vec::new()),
            Self::Token(token) => Ok(vec![(
                "authorization".to_owned(),
                format!("Bearer {token}"),
            )]),
            Self::Account(source) => source.headers().await,
        }
    }
}
