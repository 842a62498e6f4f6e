//! Arguments of `people`.

use clap::{Args, Subcommand};

/// `people`
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Make somebody who signs in to the console, and a link that signs them in once
    Create(CreatePerson),
    /// Everybody, without their passwords
    List,
    /// Keep somebody out: their sessions, links and keys end; what they have approved stays approved
    Disable(Named),
    /// Let somebody in again; keys that ended stay so
    Enable(Named),
    /// Print a link that signs somebody in once, within 15 minutes
    Link(Named),
    /// Set a password, read from standard input
    Password {
        /// The person
        name: String,
        /// The person must change it at the next sign-in
        #[arg(long)]
        must_change: bool,
    },
    /// Give somebody another desk or role; they sign in again
    Change {
        /// The person
        name: String,
        /// The desk
        #[arg(long)]
        desk: Option<String>,
        /// journalist, editor, standards, auditor or ops
        #[arg(long)]
        role: Option<types::Role>,
    },
}

/// `people create`
#[derive(Debug, Args)]
pub struct CreatePerson {
    /// What the person signs in with; also the subject of their keys
    pub name: String,
    /// The organisation
    #[arg(long)]
    pub tenant: String,
    /// The desk
    #[arg(long)]
    pub desk: String,
    /// journalist, editor, standards, auditor or ops
    #[arg(long)]
    pub role: types::Role,
}

/// A person by name.
#[derive(Debug, Args)]
pub struct Named {
    /// The person
    pub name: String,
}
