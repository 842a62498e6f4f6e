//! A line in a text that says where the text comes from.

use super::{Place, measure, refused};
use crate::WatermarkError;

/// How a text is marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Markup {
    /// Not at all.
    #[default]
    Plain,
    /// Markdown (CommonMark): front matter stays in front, and fenced code stays whole.
    Markdown,
}

/// What a label line says and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextStyle {
    /// What it says, on one line.
    pub line: String,
    /// Where it stands.
    pub place: Place,
    /// How the text around it is marked up.
    pub markup: Markup,
}

/// Puts the line into a text, with a blank line to either side; what has it already stays as it is.
///
/// A text without a paragraph break has no middle: its label stands at the start then.
///
/// # Errors
/// [`WatermarkError::Label`] when the label is empty or has several lines.
pub fn text(text: &str, style: &TextStyle) -> Result<String, WatermarkError> {
    let line = style.line.trim();
    if line.is_empty() || line.contains(['\n', '\r']) {
        return Err(refused("a label in a text is one line that is not empty"));
    }
    if measure::line(text, &[line]).is_some() {
        return Ok(text.to_owned());
    }
    let line = match style.markup {
        Markup::Plain => line.to_owned(),
        Markup::Markdown => format!("*{line}*"),
    };
    let front = match style.markup {
        Markup::Plain => 0,
        Markup::Markdown => front_matter(text),
    };
    let at = match style.place {
        Place::Start => front,
        Place::Middle => middle(text, front, style.markup).unwrap_or(front),
        Place::End => text.len(),
    };
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    Ok(joined(before, &line, after))
}

fn joined(before: &str, line: &str, after: &str) -> String {
    let mut labelled = String::with_capacity(before.len() + line.len() + after.len() + 4);
    labelled.push_str(before);
    if !before.is_empty() {
        let breaks = before.len() - before.trim_end_matches('\n').len();
        labelled.extend(std::iter::repeat_n('\n', 2_usize.saturating_sub(breaks)));
    }
    labelled.push_str(line);
    let breaks = after.len() - after.trim_start_matches('\n').len();
    let wanted = if after.is_empty() { 0 } else { 2_usize.saturating_sub(breaks) };
    labelled.extend(std::iter::repeat_n('\n', wanted));
    labelled.push_str(after);
    labelled
}

/// Where YAML front matter ends: behind its second line of three dashes.
fn front_matter(text: &str) -> usize {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else { return 0 };
    let mut at = first.len();
    for line in lines {
        at += line.len();
        if line.trim_end() == "---" {
            return at;
        }
    }
    0
}

/// The start of the paragraph that is nearest the middle, behind `front` and outside of fences.
fn middle(text: &str, front: usize, markup: Markup) -> Option<usize> {
    let (mut at, mut fenced, mut blank) = (0, false, false);
    let mut starts = Vec::new();
    for line in text.split_inclusive('\n') {
        let is_fence = markup == Markup::Markdown
            && ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence));
        if blank && !fenced && !line.trim().is_empty() && at > front {
            starts.push(at);
        }
        fenced ^= is_fence;
        blank = line.trim().is_empty();
        at += line.len();
    }
    starts.into_iter().min_by_key(|start| start.abs_diff((front + text.len()) / 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn style(place: Place, markup: Markup) -> TextStyle {
        TextStyle { line: "AI-generated".to_owned(), place, markup }
    }

    #[test]
    fn the_line_stands_where_it_should() {
        let cases = [
            (Place::Start, Markup::Plain, "One.\n", "AI-generated\n\nOne.\n"),
            (Place::End, Markup::Plain, "One.\n", "One.\n\nAI-generated"),
            (Place::End, Markup::Plain, "One.", "One.\n\nAI-generated"),
            (Place::Middle, Markup::Plain, "One.\n\nTwo.", "One.\n\nAI-generated\n\nTwo."),
            (Place::Middle, Markup::Plain, "One.", "AI-generated\n\nOne."),
            (Place::Start, Markup::Plain, "", "AI-generated"),
            (Place::Start, Markup::Markdown, "# T\n", "*AI-generated*\n\n# T\n"),
            (
                Place::Start,
                Markup::Markdown,
                "---\na: 1\n---\n# T\n",
                "---\na: 1\n---\n\n*AI-generated*\n\n# T\n",
            ),
            (
                Place::Middle,
                Markup::Markdown,
                "A long first paragraph, longer than the rest.\n\n```\nx\n\ny\n```\n\nEnd.",
                "A long first paragraph, longer than the rest.\n\n*AI-generated*\n\n```\nx\n\ny\n```\n\nEnd.",
            ),
        ];
        for (place, markup, before, after) in cases {
            assert_eq!(text(before, &style(place, markup)).unwrap(), after, "{before}");
        }
    }

    #[test]
    fn a_label_is_one_line() {
        for line in ["", "  ", "AI\ngenerated"] {
            let style = TextStyle { line: line.to_owned(), ..TextStyle::default() };
            assert!(text("One.", &style).is_err(), "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_labelled_once_and_keeps_its_words(
            words in "[a-z新闻\n#`*~ -]{0,200}", place in 0..3_usize, markdown: bool,
        ) {
            let place = [Place::Start, Place::Middle, Place::End][place];
            let markup = if markdown { Markup::Markdown } else { Markup::Plain };
            let once = text(&words, &style(place, markup)).unwrap();
            prop_assert_eq!(text(&once, &style(place, markup)).unwrap(), once.clone());
            prop_assert!(measure::line(&once, &["AI-generated"]).is_some());
            let bare = |text: &str| text.replace('\n', "");
            let line = if markdown { "*AI-generated*" } else { "AI-generated" };
            prop_assert_eq!(bare(&once).replacen(line, "", 1), bare(&words));
        }
    }
}
