//! What a check asks of a file that was looked at again.

use serde::Deserialize;

use crate::{
    ExaminedRecord,
    record::examined::{AnswerRecord, Maker, MarkRead, Says, ShownRecord},
    report::Words,
};

/// What is asked of a file.
#[derive(Debug, Deserialize)]
#[serde(tag = "asks", rename_all = "kebab-case")]
pub(super) enum Asking {
    /// Its manifest validates, is time-stamped, and states how the content came about.
    Manifest {
        /// The terms that may stand there, by who has made it.
        source_types: SourceTypes,
    },
    /// Its mark is read after its metadata was removed and it was coded once more.
    Mark,
    /// A detector that everybody may ask says where it comes from, and nothing about people.
    Answer,
    /// Its credentials name the provider.
    Provider,
    /// Its XMP states the source type of its manifest.
    SameSource,
}

/// Terms of IPTC's digital source types, by who has made an asset.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTypes {
    model: Vec<String>,
    rules: Vec<String>,
}

/// What a look says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// It is as asked.
    Holds,
    /// It is not.
    Against,
    /// It cannot be told for this file.
    Unfit,
    /// The check asks nothing of it.
    Spared,
}

impl Asking {
    pub(super) const fn is_mark(&self) -> bool {
        matches!(self, Self::Mark)
    }

    pub(super) const fn is_manifest(&self) -> bool {
        matches!(self, Self::Manifest { .. })
    }

    /// `None` where the asset's own record has said it already: it carries no mark.
    pub(super) fn judge(&self, examined: &ExaminedRecord) -> Option<Judged> {
        if self.is_mark() && !examined.marked {
            return None;
        }
        let shows = examined.shows.as_ref().filter(|_| examined.is_kept());
        Some(shows.map_or(Judged::Against, |shows| self.judge_shown(examined.maker, shows)))
    }

    fn judge_shown(&self, maker: Maker, shows: &ShownRecord) -> Judged {
        let holds = match self {
            Self::Manifest { source_types } => {
                shows.verdict == "trusted"
                    && shows.stamp.is_some()
                    && source_types.admit(maker, shows.source_type.as_deref())
            }
            Self::Mark => return read(shows),
            Self::Answer => says(&shows.answer),
            Self::Provider => shows.provider.is_some(),
            Self::SameSource => match &shows.source_type {
                // What states no source type has none that XMP could contradict.
                None => return Judged::Spared,
                stated => *stated == shows.xmp_source_type,
            },
        };
        if holds { Judged::Holds } else { Judged::Against }
    }

    /// The words for a pass and for a failure.
    pub(super) const fn words(&self) -> (Words, Words) {
        match self {
            Self::Manifest { .. } => (
                Words::fixed(
                    "each file that was examined has a manifest that validates, is time-stamped and states how the content came about, and each manifest store is kept as recorded",
                    "所检查的每个文件均有通过验证、带时间戳并声明内容来源的清单，且每份清单均按记录保存",
                ),
                Words::fixed(
                    "a manifest store or file is missing or differs from its record, or a manifest does not validate, has no time-stamp or states another source type",
                    "有清单或文件缺失、与记录不符，或清单未通过验证、无时间戳、来源类型不符",
                ),
            ),
            Self::Mark => (
                Words::fixed(
                    "each mark was read without metadata and after one more coding, and its id leads to the asset",
                    "每个标记在去除元数据并重新编码一次后均可读出，其编号指向该素材",
                ),
                Words::fixed(
                    "an asset has no mark, or its mark was not read without metadata and after one more coding, or its file is missing or changed",
                    "有素材未加标记，或在去除元数据并重新编码一次后无法读出标记，或文件缺失、已变更",
                ),
            ),
            Self::Answer => (
                Words::fixed(
                    "for each file that was examined, what anybody is answered says where it comes from and names nobody",
                    "对所检查的每个文件，公开答复均说明其来源且不涉及任何个人",
                ),
                Words::fixed(
                    "what anybody is answered about a file does not say where it comes from, or names somebody, or the file is missing or changed",
                    "有文件的公开答复未说明来源，或涉及个人，或文件缺失、已变更",
                ),
            ),
            Self::Provider => (
                Words::fixed(
                    "the credentials of each file that was examined name the provider",
                    "所检查的每个文件的凭证均载明提供者名称",
                ),
                Words::fixed(
                    "the credentials of a file name no provider, or the file is missing or changed",
                    "有文件的凭证未载明提供者，或文件缺失、已变更",
                ),
            ),
            Self::SameSource => (
                Words::fixed(
                    "in each file that was examined XMP states the source type of the manifest",
                    "所检查的每个文件的 XMP 来源类型均与清单一致",
                ),
                Words::fixed(
                    "in a file XMP states another source type than the manifest, or the file is missing or changed",
                    "有文件的 XMP 来源类型与清单不一致，或文件缺失、已变更",
                ),
            ),
        }
    }
}

impl SourceTypes {
    /// Of what was brought in nobody here knows how it came about.
    fn admit(&self, maker: Maker, stated: Option<&str>) -> bool {
        let among =
            |terms: &[String]| stated.is_some_and(|stated| terms.iter().any(|term| term == stated));
        match maker {
            Maker::Brought => true,
            Maker::Model => among(&self.model),
            Maker::Rules => among(&self.rules),
            Maker::Unknown => among(&self.model) || among(&self.rules),
        }
    }
}

/// The mark after one more coding.
fn read(shows: &ShownRecord) -> Judged {
    match shows.recoded.and_then(|recoded| recoded.mark) {
        None => Judged::Unfit,
        Some(MarkRead::Recorded) => Judged::Holds,
        Some(MarkRead::Other | MarkRead::Nothing) => Judged::Against,
    }
}

const fn says(answer: &AnswerRecord) -> bool {
    matches!(answer.says, Says::Signer | Says::Origin) && !answer.names_people
}
