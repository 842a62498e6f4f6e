//! The book in `gateway/docs/book`: its commands run, its names exist, its reference is the program's.

mod naming;
mod reference;
mod samples;

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::{console_blocks, tidy};

/// Where the pages are, below the top.
const PAGES: &str = "gateway/docs/book/src";

/// A page of the book: its path below [`PAGES`], and its text.
struct Page {
    name: String,
    text: String,
}

/// Every page, by name; not the table of contents.
fn pages() -> Vec<Page> {
    let folder = folder();
    let mut found = Vec::new();
    tidy::files(&folder, &mut found);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    let name = |path: &PathBuf| path.strip_prefix(&folder).unwrap().display().to_string();
    let mut pages: Vec<Page> = found
        .iter()
        .map(|path| Page { name: name(path), text: fs::read_to_string(path).unwrap() })
        .filter(|page| page.name != "SUMMARY.md")
        .collect();
    pages.sort_by(|one, other| one.name.cmp(&other.name));
    pages
}

fn folder() -> PathBuf {
    tidy::top().join(PAGES)
}

fn page(name: &str) -> String {
    tidy::read(&format!("{PAGES}/{name}"))
}

#[test]
fn the_table_of_contents_names_every_page_once() {
    let contents = page("SUMMARY.md");
    let named: Vec<String> = naming::links(&contents).into_iter().map(str::to_owned).collect();
    let unique: BTreeSet<String> = named.iter().cloned().collect();
    assert_eq!(named.len(), unique.len(), "a page is named twice");
    let there: BTreeSet<String> = pages().into_iter().map(|page| page.name).collect();
    assert_eq!(unique, there);
}

#[test]
fn the_tutorial_runs() {
    let ran = console_blocks::run("tutorial.md", &page("tutorial.md"));
    assert!(ran >= 15, "the tutorial has only {ran} commands");
}

#[test]
fn every_other_page_runs() {
    let ran: Vec<usize> = pages()
        .iter()
        .filter(|page| page.name != "tutorial.md")
        .map(|page| console_blocks::run(&page.name, &page.text))
        .filter(|ran| *ran > 0)
        .collect();
    assert!(ran.len() >= 8, "only {} other pages have commands", ran.len());
}
