//! `/docs`: every endpoint for people, from the document that programs read at `/openapi.json`.
//!
//! What the document says is English; only what stands around it is in the reader's language.

use askama::Template;
use types::Language;

use crate::{Frame, Html, Theme, texts::Texts, written};

/// Everything that the page tells.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    /// Endpoints that belong together.
    pub groups: Vec<Group>,
    /// Shapes of bodies and answers, by their names.
    pub shapes: Vec<Shape>,
}

/// Endpoints that belong together.
#[derive(Debug, Clone)]
pub struct Group {
    /// The part of the path that they share, such as `images`.
    pub name: String,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// An endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path, with its places in braces.
    pub path: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// What else is to be known; may be empty.
    pub about: String,
    /// Whether strangers get 401.
    pub keyed: bool,
    /// What it takes in path, query and headers.
    pub parameters: Vec<Member>,
    /// What it takes as a body, by media type.
    pub bodies: Vec<Kind>,
    /// What it answers, by status.
    pub answers: Vec<Answer>,
}

/// A parameter, or a member of a shape.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it stands, such as `query`; empty for members of shapes.
    pub place: String,
    /// It may not be absent.
    pub required: bool,
    /// What it means.
    pub about: String,
}

/// What a value is: words around the name of a shape, where it has one.
#[derive(Debug, Clone, Default)]
pub struct Kind {
    /// The words, or the media type of a body.
    pub words: String,
    /// The shape.
    pub shape: Option<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: String,
    /// When it comes.
    pub about: String,
    /// What it holds, by media type.
    pub bodies: Vec<Kind>,
}

/// The shape of a body or an answer.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: String,
    /// What it is, where it has no members.
    pub kind: Kind,
    /// Its members.
    pub members: Vec<Member>,
}

#[derive(Template)]
#[template(path = "public/reference.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    view: &'a Reference,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, view: &Reference) -> Html {
    written(&Page { f: frame, t: frame.t(), view })
}
