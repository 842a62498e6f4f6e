//! Promises of a log that several gateways write. Each keeps them in its own folder; here it gives
//! them to the shared place and takes those of the others.

use std::{fs, path::Path};

use crate::{
    Checkpoint, Driver, LogError, Place, note,
    rotation::{self, Rotation},
    witness::cosigned,
};

/// Where statements of rotation lie in the place.
const ROTATIONS: &str = "log/rotations";
/// The last cosigned checkpoint there.
const COSIGNED: &str = "log/checkpoint.cosigned";

/// Brings the promises in `folder` and those in `place` together. What came from the place is
/// believed as little as the rest of the folder: opening the log checks it.
///
/// # Errors
/// [`LogError::Forked`] when two gateways state different things about the same size,
/// [`LogError::Note`] for what is no promise, [`LogError::Unreachable`], [`LogError::File`].
pub fn exchange(place: &Place, driver: &Driver, folder: &Path) -> Result<(), LogError> {
    let (place, folder) = (place.clone(), folder.to_path_buf());
    let exchanging = async move {
        statements(&place, &folder).await?;
        checkpoint(&place, &folder).await
    };
    driver.wait(exchanging).map_err(unreachable)?
}

async fn statements(place: &Place, folder: &Path) -> Result<(), LogError> {
    let own = rotation::statements(folder)?;
    for statement in &own {
        let key = format!("{ROTATIONS}/{}", rotation::file_name(statement.size));
        let note = statement.note.clone().into_bytes();
        if !place.create(&key, note.clone()).await.map_err(unreachable)?
            && text(place, &key).await?.map(String::into_bytes) != Some(note)
        {
            return Err(LogError::Forked(format!(
                "two gateways state different rotations of its key at {}",
                statement.size
            )));
        }
    }
    for name in place.below(ROTATIONS).await.map_err(unreachable)?.objects {
        if own.iter().any(|statement| rotation::file_name(statement.size) == name) {
            continue;
        }
        if let Some(note) = text(place, &format!("{ROTATIONS}/{name}")).await? {
            rotation::keep(folder, &Rotation::parse(&note)?)?;
        }
    }
    Ok(())
}

/// The larger of both is the promise.
async fn checkpoint(place: &Place, folder: &Path) -> Result<(), LogError> {
    let own = cosigned::text(folder)?;
    let size = |note: &Option<String>| note.as_deref().and_then(note::size);
    loop {
        let seen = place.read(COSIGNED).await.map_err(unreachable)?;
        let theirs = seen.as_ref().map(|seen| String::from_utf8_lossy(&seen.bytes).into_owned());
        match (&own, &theirs) {
            (_, Some(theirs)) if size(&own) < note::size(theirs) => {
                let theirs = Checkpoint::unverified(theirs)?;
                fs::create_dir_all(folder).map_err(|error| LogError::file(folder, &error))?;
                return cosigned::replace(folder, &theirs);
            }
            (Some(note), _) if size(&own) > size(&theirs) => {
                let note = note.clone().into_bytes();
                if place.swap(COSIGNED, seen.as_ref(), note).await.map_err(unreachable)? {
                    return Ok(());
                }
                // Another gateway was first: see what it has promised.
            }
            _ => return Ok(()),
        }
    }
}

async fn text(place: &Place, key: &str) -> Result<Option<String>, LogError> {
    let seen = place.read(key).await.map_err(unreachable)?;
    let text = seen.map(|seen| String::from_utf8(seen.bytes)).transpose();
    text.map_err(|_| note::wrong("shared promise", "it is no text"))
}

fn unreachable(error: impl std::error::Error) -> LogError {
    LogError::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Log, LogKey, LogOptions, Record};

    /// A log whose key was rotated once, with its last checkpoint as the cosigned one.
    async fn rotated(folder: &Path) -> Log {
        let key_file = folder.join("k");
        let open = |key| Log::open(&folder.join("log"), key, LogOptions::new("test/log")).unwrap();
        let log = open(LogKey::create(&key_file).unwrap());
        let record = Record::new(Event::PolicyLoaded, "a", "a");
        rotation::rotate(&log, &folder.join("log"), &key_file, record).await.unwrap();
        drop(log);
        let log = open(rotation::current_key(&key_file, &folder.join("log")).unwrap());
        let checkpoint = log.checkpoint_now().await.unwrap();
        cosigned::store(&folder.join("log"), log.verifier(), &checkpoint).unwrap();
        log
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_one_has_promised_the_other_knows() {
        let folder = tempfile::tempdir().unwrap();
        let driver = Driver::start().unwrap();
        let place = Place::folder(&folder.path().join("shared")).unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::create_dir_all(&one).unwrap();
        fs::create_dir_all(two.join("log")).unwrap();
        let log = rotated(&one).await;
        let meet = |folder: &Path| exchange(&place, &driver, &folder.join("log"));
        // An empty folder has nothing to say, and takes nothing where nothing is.
        meet(&two).unwrap();
        assert_eq!(rotation::statements(&two.join("log")).unwrap(), []);
        for folder in [&one, &two, &one] {
            meet(folder).unwrap();
        }
        let [own, theirs] = [&one, &two].map(|at| rotation::statements(&at.join("log")).unwrap());
        assert_eq!((own.len(), &own), (1, &theirs));
        let load = |at: &Path| cosigned::load(&at.join("log"), log.verifier()).unwrap();
        assert_eq!(load(&two), load(&one));
        assert!(load(&two).is_some());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn two_rotations_at_one_size_are_a_fork() {
        let folder = tempfile::tempdir().unwrap();
        let driver = Driver::start().unwrap();
        let place = Place::folder(&folder.path().join("shared")).unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        for at in [&one, &two] {
            fs::create_dir_all(at).unwrap();
            rotated(at).await;
        }
        exchange(&place, &driver, &one.join("log")).unwrap();
        let error = exchange(&place, &driver, &two.join("log")).unwrap_err();
        assert!(matches!(error, LogError::Forked(_)), "{error}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_no_promise_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let driver = Driver::start().unwrap();
        let place = Place::folder(&folder.path().join("shared")).unwrap();
        let key = format!("{ROTATIONS}/{}", rotation::file_name(3));
        place.create(&key, b"no statement".to_vec()).await.unwrap();
        let error = exchange(&place, &driver, folder.path()).unwrap_err();
        assert!(matches!(error, LogError::Note { .. }), "{error}");
    }
}
