//! `/console/people`: who comes in, and the keys that programs use.

use askama::Template;
use types::{Language, Role};

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// The roles that people and keys may have.
pub const ROLES: [Role; 5] =
    [Role::Journalist, Role::Editor, Role::Standards, Role::Auditor, Role::Ops];

/// Somebody who may sign in, or could.
#[derive(Debug, Clone)]
pub struct Person {
    /// Of paths and forms.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// The desk.
    pub desk: String,
    /// What the person may do.
    pub role: Role,
    /// Whether the person is kept out.
    pub disabled: bool,
    /// When the person was made, RFC 3339.
    pub created_at: String,
    /// Who vouches for the person, if not this installation.
    pub provider: Option<String>,
    /// Whether it is the reader.
    pub own: bool,
}

/// How a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It opens.
    Good,
    /// Somebody has ended it.
    Ended,
    /// Its time has run out.
    Expired,
}

/// An API key, without its secret.
#[derive(Debug, Clone)]
pub struct Key {
    /// Of paths and forms.
    pub id: String,
    /// Its first characters.
    pub prefix: String,
    /// Whom it stands for.
    pub subject: String,
    /// The desk.
    pub desk: String,
    /// What it may do.
    pub role: Role,
    /// What it is limited to; empty for all that the role may.
    pub scopes: String,
    /// When it ends by itself, RFC 3339.
    pub expires_at: Option<String>,
    /// When it was last used, RFC 3339.
    pub last_used_at: Option<String>,
    /// How it stands.
    pub state: KeyState,
}

/// What is shown once, after a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A person's name, and the address that signs them in.
    Link(String, String),
    /// For whom a key is, and the key.
    Key(String, String),
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Everybody of the organisation.
    pub people: Vec<Person>,
    /// Every key of the organisation.
    pub keys: Vec<Key>,
    /// What is shown once.
    pub told: Option<Told>,
    /// What stood in the way of a form.
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "console/people.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a People,
}

impl Page<'_> {
    const fn state(&self, key: &Key) -> &'static str {
        match key.state {
            KeyState::Good => self.t.console_key_good(),
            KeyState::Ended => self.t.console_key_ended(),
            KeyState::Expired => self.t.console_key_expired(),
        }
    }
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &People) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
