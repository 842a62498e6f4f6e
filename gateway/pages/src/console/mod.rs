//! The console: pages for people who have signed in.
//!
//! Every page knows the [`Member`] who reads it: navigation shows what the role may use, and every form
//! carries the session's token as its first field. What a role may do is decided where a request
//! arrives, never here.

pub mod asset;
pub mod audit;
pub mod complaints;
pub mod consents;
pub mod create;
pub mod desk;
pub mod entry;
pub mod gallery;
pub mod home;
pub mod listing;
pub mod password;
pub mod people;
pub mod policy;
pub mod queue;
pub mod reports;
pub mod request;
pub mod review;
pub mod sign_in;
pub mod story;
mod words;

use types::Role;

use crate::Frame;

/// Who has signed in.
#[derive(Debug, Clone)]
pub struct Member {
    /// The name that the person signs in with.
    pub name: String,
    /// The desk.
    pub desk: String,
    /// What they may do.
    pub role: Role,
    /// What every form of theirs carries.
    pub csrf: String,
}

impl Member {
    pub(crate) const fn asks(&self) -> bool {
        self.role.may_generate()
    }

    pub(crate) const fn reviews(&self) -> bool {
        self.role.may_review()
    }

    pub(crate) fn runs(&self) -> bool {
        self.role == Role::Ops
    }

    pub(crate) const fn audits(&self) -> bool {
        self.role.may_audit()
    }
}

/// What a form that only asks must carry, so that the reader's choices stay in the address.
fn kept(frame: &Frame) -> Vec<(&'static str, &'static str)> {
    let language = frame.language_chosen.then(|| ("lang", crate::frame::code(frame.language)));
    let theme = frame.theme.map(|theme| ("theme", theme.name()));
    language.into_iter().chain(theme).collect()
}

/// The address of one thing below `/console`.
fn at(frame: &Frame, below: &str, id: &(impl std::fmt::Display + ?Sized)) -> String {
    frame.to(&format!("/console/{below}/{id}"))
}
