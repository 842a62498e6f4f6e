//! What bundles say around a story, in the reader's language.

use crate::brief::is_chinese;

/// Words around a story.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) contents: &'static str,
    pub(crate) cover: &'static str,
    pub(crate) notice: &'static str,
    pub(crate) sources: &'static str,
    pub(crate) credits: &'static str,
    pub(crate) listen: &'static str,
    pub(crate) published: &'static str,
    pub(crate) files: &'static str,
    pub(crate) story: &'static str,
}

const ENGLISH: Words = Words {
    contents: "Contents",
    cover: "Cover",
    notice: "About this story",
    sources: "Sources",
    credits: "Made with",
    listen: "Listen to this chapter",
    published: "Published by",
    files: "Pictures and sound in this book carry content credentials, or have them beside them in its folder `credentials`.",
    story: "Story",
};

const CHINESE: Words = Words {
    contents: "目录",
    cover: "封面",
    notice: "关于本作品",
    sources: "资料来源",
    credits: "制作信息",
    listen: "收听本章",
    published: "发布方",
    files: "本书的图片和声音带有内容凭证，或在文件夹 credentials 中附有凭证。",
    story: "故事",
};

/// The words for a language; English where others are missing.
pub(crate) fn of(language: &str) -> Words {
    if is_chinese(language) { CHINESE } else { ENGLISH }
}
