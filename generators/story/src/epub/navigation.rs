//! The ways into a book: `nav.xhtml` for EPUB 3, `toc.ncx` for older readers.

use super::pages::page;
use crate::{Story, words, xml::escape};

/// A heading that is never empty.
pub(super) fn heading(story: &Story, at: usize) -> String {
    let heading = story.chapters.get(at).map_or("", |chapter| chapter.heading.as_str());
    let heading = escape(heading.trim());
    if heading.trim().is_empty() { format!("{}", at + 1) } else { heading }
}

pub(super) fn nav(story: &Story) -> String {
    let said = words::of(&story.language);
    let chapters: String = (0..story.chapters.len())
        .map(|at| {
            let heading = heading(story, at);
            format!("      <li><a href=\"chapter-{:02}.xhtml\">{heading}</a></li>\n", at + 1)
        })
        .collect();
    let (contents, cover, notice) = (said.contents, said.cover, said.notice);
    let body = format!(
        r#"  <nav epub:type="toc" role="doc-toc" aria-labelledby="contents" class="contents">
    <h1 id="contents">{contents}</h1>
    <ol>
      <li><a href="notice.xhtml">{notice}</a></li>
{chapters}    </ol>
  </nav>
  <nav epub:type="landmarks" aria-label="{cover}" hidden="hidden">
    <ol>
      <li><a epub:type="cover" href="cover.xhtml">{cover}</a></li>
      <li><a epub:type="toc" href="nav.xhtml">{contents}</a></li>
      <li><a epub:type="bodymatter" href="chapter-01.xhtml">{story}</a></li>
    </ol>
  </nav>
"#,
        story = said.story
    );
    page(story, contents, &body)
}

pub(super) fn ncx(story: &Story) -> String {
    let said = words::of(&story.language);
    let mut points = vec![point(1, said.notice, "notice.xhtml")];
    for at in 0..story.chapters.len() {
        points.push(point(at + 2, &heading(story, at), &format!("chapter-{:02}.xhtml", at + 1)));
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="{}">
  <head>
    <meta name="dtb:uid" content="{}"/>
    <meta name="dtb:depth" content="1"/>
    <meta name="dtb:totalPageCount" content="0"/>
    <meta name="dtb:maxPageNumber" content="0"/>
  </head>
  <docTitle><text>{}</text></docTitle>
  <navMap>
{}  </navMap>
</ncx>
"#,
        escape(&story.language),
        escape(&story.identifier),
        escape(&story.title),
        points.concat()
    )
}

fn point(order: usize, label: &str, target: &str) -> String {
    format!(
        "    <navPoint id=\"point-{order}\" playOrder=\"{order}\"><navLabel><text>{label}</text></navLabel><content src=\"{target}\"/></navPoint>\n"
    )
}
