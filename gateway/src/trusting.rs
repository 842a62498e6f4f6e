//! Trust lists of an installation: its own, and those that were added to the folder `trust`.
//!
//! A list comes from a file, never from the network: whoever keeps the installation says which one
//! counts. An older or broken one is refused, and that a list changed is on record.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use audit::{Event, Record, vault::INSTALLATION};
use provenance::{ProvenanceError, TrustList, TrustLists};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    installation::{Installation, InstallationError},
    line_error::LineError,
    wiring::Stages,
};

/// No list is larger.
const LIST_BYTES_MAX: u64 = 8 << 20;
/// Names that mean something else.
const RESERVED: [&str; 2] = [TrustLists::OWN, "allowed"];

/// Why a list is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// A name that cannot be a file's.
    #[error(
        "`{0}` cannot name a list: take 1 to 64 lower-case letters, digits and -, and neither own nor allowed"
    )]
    Name(String),
    /// A file that is no list.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A list with no usable certificates.
    #[error(transparent)]
    List(#[from] ProvenanceError),
    /// A list from before the one that counts.
    #[error("the list {name} in use is of {held}, this one is of {offered}: a newer one is needed; to go back, remove {} first", path.display())]
    Older {
        /// The list's name.
        name: String,
        /// When the one in use was issued.
        held: String,
        /// When the one offered was issued.
        offered: String,
        /// The file of the list in use.
        path: PathBuf,
    },
    /// A list from the future is no list.
    #[error(
        "the list {name} says that it was issued at {at}, which is not yet: is this machine's clock right?"
    )]
    Future {
        /// The list's name.
        name: String,
        /// When it says that it was issued.
        at: String,
    },
    /// The change could not be recorded, so it was not made.
    #[error(transparent)]
    Line(#[from] LineError),
}

/// Adds the stored lists to others.
///
/// # Errors
/// [`InstallationError`] when a stored list cannot be used: nothing is judged by half of what was
/// meant to count.
pub fn with_stored(
    mut lists: TrustLists,
    installation: &Installation,
) -> Result<TrustLists, InstallationError> {
    for path in files(installation)? {
        let text = fs::read_to_string(&path);
        let text = text.map_err(|source| InstallationError::File { path: path.clone(), source })?;
        lists.add_pem(&name_of(&path), &text)?;
    }
    Ok(lists)
}

/// What is known of each stored list.
///
/// # Errors
/// [`InstallationError`] when one cannot be used.
pub fn stored(installation: &Installation) -> Result<Vec<TrustList>, InstallationError> {
    let lists = with_stored(TrustLists::default(), installation)?;
    Ok(lists.about().cloned().collect())
}

/// Takes a list from a file, in the place of the one of the same name. `false` if it is that one.
///
/// # Errors
/// [`TrustError`]; then the list before still counts.
pub async fn update(
    stages: &Stages,
    name: Option<&str>,
    from: &Path,
) -> Result<(TrustList, bool), TrustError> {
    let name = name.map_or_else(|| name_of(from), str::to_owned);
    let list = offered(&name, from)?;
    let place = folder(&stages.installation).join(format!("{name}.list"));
    if let Some(held) = held(&name, &place)? {
        if held.sha256 == list.sha256 {
            return Ok((held, false));
        }
        newer(&held, &list, &place)?;
    }
    let mut record = Record::new(Event::TrustListUpdated, INSTALLATION, "operator");
    record.detail = Some(format!("{name} {}", list.sha256));
    stages.append(record).await?;
    replace(&place, from).map_err(|error| wrong(&place, &error))?;
    Ok((list, true))
}

fn offered(name: &str, from: &Path) -> Result<TrustList, TrustError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) || RESERVED.contains(&name) {
        return Err(TrustError::Name(name.to_owned()));
    }
    let text = text(from).map_err(|error| wrong(from, &error))?;
    let list = TrustList::read(name, &text)?;
    // Also what only the parts that judge would refuse.
    TrustLists::default().add_pem(name, &text)?;
    let now = OffsetDateTime::now_utc();
    match list.as_of.as_ref().filter(|at| moment(at).is_none_or(|at| at > now)) {
        Some(at) => Err(TrustError::Future { name: name.to_owned(), at: at.clone() }),
        None => Ok(list),
    }
}

/// The list in use; one that cannot be read is no reason to keep a good one out.
fn held(name: &str, place: &Path) -> Result<Option<TrustList>, TrustError> {
    if !place.exists() {
        return Ok(None);
    }
    let text = text(place).map_err(|error| wrong(place, &error))?;
    Ok(TrustList::read(name, &text).ok())
}

/// A list that does not say when it was issued never replaces one that does.
fn newer(held: &TrustList, list: &TrustList, place: &Path) -> Result<(), TrustError> {
    let at = |list: &TrustList| list.as_of.as_deref().and_then(moment);
    if at(list) >= at(held) {
        return Ok(());
    }
    let said = |list: &TrustList| list.as_of.clone().unwrap_or_else(|| "an unknown day".to_owned());
    Err(TrustError::Older {
        name: list.name.clone(),
        held: said(held),
        offered: said(list),
        path: place.to_path_buf(),
    })
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

fn replace(place: &Path, from: &Path) -> std::io::Result<()> {
    let folder = place.parent().unwrap_or(place);
    fs::create_dir_all(folder)?;
    let new = place.with_extension("new");
    let mut file = fs::File::create(&new)?;
    file.write_all(text(from)?.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, place)?;
    fs::File::open(folder)?.sync_all()
}

fn text(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let length = fs::File::open(path)?.take(LIST_BYTES_MAX + 1).read_to_string(&mut text)?;
    let large = u64::try_from(length).is_ok_and(|length| length > LIST_BYTES_MAX);
    if large { Err(std::io::Error::other("it is too large for a trust list")) } else { Ok(text) }
}

fn wrong(path: &Path, error: &std::io::Error) -> TrustError {
    TrustError::File { path: path.to_path_buf(), reason: error.to_string() }
}

fn folder(installation: &Installation) -> PathBuf {
    installation.folder().join("trust")
}

/// The stored lists' files, by name.
fn files(installation: &Installation) -> Result<Vec<PathBuf>, InstallationError> {
    let folder = folder(installation);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let failed = |source| InstallationError::File { path: folder.clone(), source };
    let entries: Result<Vec<_>, _> = fs::read_dir(&folder).map_err(failed)?.collect();
    let mut files: Vec<PathBuf> =
        entries.map_err(failed)?.into_iter().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "list"));
    files.sort();
    Ok(files)
}

fn name_of(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(as_of: Option<&str>) -> TrustList {
        TrustList {
            name: "some".to_owned(),
            sha256: types::Sha256::of(b""),
            certificates: 1,
            expired: 0,
            as_of: as_of.map(str::to_owned),
            next_update: None,
        }
    }

    #[test]
    fn an_older_list_never_takes_the_place_of_a_newer_one() {
        let (old, new) = (Some("2026-01-01T00:00:00Z"), Some("2026-08-05T00:11:39Z"));
        for (held, offered, taken) in [
            (old, new, true),
            (new, old, false),
            (new, new, true),
            (new, None, false),
            (None, old, true),
            (None, None, true),
        ] {
            let judged = newer(&list(held), &list(offered), Path::new("place"));
            assert_eq!(judged.is_ok(), taken, "{held:?} {offered:?}");
        }
    }

    #[test]
    fn a_list_has_a_name_of_its_own_and_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.pem");
        fs::write(&file, "no certificates").unwrap();
        for name in ["", "own", "allowed", "Upper", "a/b", "..", &"x".repeat(65)] {
            assert!(matches!(offered(name, &file), Err(TrustError::Name(_))), "{name}");
        }
        assert!(matches!(offered("some", &file), Err(TrustError::List(_))));
        assert!(matches!(
            offered("some", &folder.path().join("none")),
            Err(TrustError::File { .. })
        ));
    }
}
