//! Looks again at what was released: takes files out of the store and asks of them what others would.
//!
//! Each file is checked by the code that serves `/v1/verify`, as it is and without its metadata after
//! one more coding. What it showed is a record of its own, from which evidence reports decide.

mod choosing;
mod looking;
mod recoding;

use std::time::Duration;

use audit::{
    AssetEntry, Event, ExaminedRecord, LogError, ObjectError, Record, record::examined::Kept,
};
use futures::{StreamExt as _, stream};
use time::OffsetDateTime;

use self::{choosing::Chosen, looking::Looking};
use crate::{pipeline::Line, recording, wiring::Stages};

/// How often the configured examination runs.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Which assets are looked at.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Of one organisation; of all if absent.
    pub tenant: Option<String>,
    /// Made at this time or later.
    pub since: Option<OffsetDateTime>,
    /// Made before this time.
    pub until: Option<OffsetDateTime>,
    /// So many of them, drawn at random; all if absent.
    pub sample: Option<usize>,
    /// Also those that this version has looked at before.
    pub again: bool,
}

/// What came of looking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Examination {
    /// Assets of the period.
    pub of: usize,
    /// Those that this version had looked at before.
    pub before: usize,
    /// Those that were looked at now.
    pub looked_at: usize,
    /// Of those, whose files are missing.
    pub missing: usize,
    /// Of those, whose files have changed.
    pub changed: usize,
}

/// Why the examination ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExamineError {
    /// The log cannot be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store fails. A file that is missing or changed is a finding, not this.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The program is ending, or looking has failed.
    #[error("the examination ended before its end")]
    Stopped,
}

impl Stages {
    /// Looks at released assets; each look is on record before the next is counted. `progress` hears how
    /// many are done, and of how many.
    ///
    /// # Errors
    /// [`ExamineError`]; what was looked at before stays on record.
    pub async fn examine(
        &self,
        wish: &Wish,
        progress: impl Fn(u64, u64),
    ) -> Result<Examination, ExamineError> {
        let Chosen { assets, of, before, drawn_from } = self.choose(wish)?;
        let mut done = Examination { of, before, ..Examination::default() };
        let total = assets.len() as u64;
        let looks = assets.into_iter().map(|asset| self.look(asset));
        // One is taken out of the store while another is looked at.
        let mut looks = stream::iter(looks).buffered(2);
        while let Some(look) = looks.next().await {
            let (entry, examined) = look?;
            let examined = ExaminedRecord { drawn_from, ..examined };
            done.looked_at += 1;
            match worse(&examined) {
                Kept::Whole => {}
                Kept::Missing => done.missing += 1,
                Kept::Changed => done.changed += 1,
            }
            self.log.append(recording::examined(&entry, examined)).await?;
            progress(done.looked_at as u64, total);
        }
        Ok(done)
    }

    async fn look(&self, entry: AssetEntry) -> Result<(AssetEntry, ExaminedRecord), ExamineError> {
        let record = Record::parse(&self.log.entry(entry.index)?)?;
        let (file, kept) = self.stored(&entry.sha256).await?;
        let published = match entry.publication.as_ref().map(|now| now.sha256) {
            Some(digest) if digest != entry.sha256 => Some(self.stored(&digest).await?.1),
            _ => None,
        };
        let beside = self.stored(&entry.manifest_sha256).await?.0;
        let looking = Looking::new(self, &entry, &record);
        let examined = looking.at(kept, file.zip(Some(beside))).await?;
        Ok((entry, ExaminedRecord { published, ..examined }))
    }

    /// A file, if it is there as it was recorded.
    async fn stored(&self, digest: &types::Sha256) -> Result<(Option<Vec<u8>>, Kept), ObjectError> {
        match self.objects.get(digest).await {
            Ok(bytes) => Ok((Some(bytes), Kept::Whole)),
            Err(ObjectError::Missing(_)) => Ok((None, Kept::Missing)),
            Err(ObjectError::Damaged(_)) => Ok((None, Kept::Changed)),
            Err(error) => Err(error),
        }
    }
}

/// What counts of the delivered and of the published file.
fn worse(examined: &ExaminedRecord) -> Kept {
    match (examined.kept, examined.published) {
        (Kept::Whole, Some(published)) => published,
        (kept, _) => kept,
    }
}

/// Looks every day at as many assets of the day before as configuration says.
pub(crate) async fn daily(line: Line) {
    let mut days = tokio::time::interval(DAY);
    loop {
        days.tick().await;
        let stages = line.stages();
        let sample = stages.installation.config().audit.examination.daily;
        if sample == 0 {
            continue;
        }
        match stages.takes_turn_to_examine().await {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                tracing::warn!(%error, "whose turn it is to look at released files is not known");
                continue;
            }
        }
        let today = OffsetDateTime::now_utc().replace_time(time::Time::MIDNIGHT);
        let (since, until) = (Some(today - DAY), Some(today));
        let wish = Wish { since, until, sample: Some(sample), ..Wish::default() };
        match stages.examine(&wish, |_, _| {}).await {
            Ok(done) if done.missing + done.changed > 0 => {
                let Examination { missing, changed, .. } = done;
                tracing::error!(missing, changed, "released files are not as they were recorded");
            }
            Ok(done) => {
                tracing::info!(looked_at = done.looked_at, of = done.of, "looked at released files")
            }
            Err(error) => tracing::warn!(%error, "released files could not be looked at"),
        }
    }
}

/// The events with which an asset leaves the line.
const LEAVING: [Event; 2] = [Event::Released, Event::Held];
