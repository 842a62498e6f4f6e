//! Personal data and secrets: patterns with a check of what they found.

use std::ops::Range;

use regex_automata::{Input, meta};
use regex_syntax::hir::Hir;

use super::{ClauseId, Kind, pattern};
use crate::normalise::View;

/// So many code points before a form may announce it.
pub(crate) const BEFORE: usize = 32;

/// A kind of personal data or secret.
#[derive(Debug)]
pub(crate) struct Entity {
    /// Its family and its name in packs.
    pub(crate) kind: Kind,
    /// How it is written. Borders are `(?-u:\b)` or classes: a Unicode `\b` is none between a Han
    /// character and a digit.
    pub(crate) pattern: &'static str,
    /// Whether what is so written can be one: checksums, ranges, entropy.
    pub(crate) check: fn(&str) -> bool,
}

/// A form of a kind that counts only beside words that announce it.
#[derive(Debug)]
pub(super) struct Announced {
    pub(super) entity: Entity,
    pub(super) by: By,
}

/// Where the words stand.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    /// Before the form: whether the last [`BEFORE`] code points before it announce it.
    Before(fn(&str) -> bool),
    /// In the end of what the pattern matches: where they begin. They are no part of what is found.
    After(fn(&str) -> usize),
}

/// What entities are searched for by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) entity: &'static Entity,
    pub(super) by: Option<By>,
}

impl Form {
    /// The part of a match that is found, if it counts.
    fn found(self, view: &View<'_>, hit: Range<usize>) -> Option<Range<usize>> {
        let text = view.text();
        let letters = text.get(hit.clone())?;
        let end = match self.by {
            Some(By::After(label)) => hit.start + label(letters),
            Some(By::Before(_)) | None => hit.end,
        };
        if let Some(By::Before(announces)) = self.by {
            let point = view.span(hit.clone()).start.saturating_sub(BEFORE);
            if !announces(text.get(view.byte_of(point)..hit.start)?) {
                return None;
            }
        }
        (self.entity.check)(text.get(hit.start..end)?).then_some(hit.start..end)
    }
}

impl Entity {
    const fn name(&self) -> &'static str {
        match self.kind {
            Kind::Pii(name) | Kind::Secret(name) => name,
            Kind::Term | Kind::Regex | Kind::Classifier(_) => "",
        }
    }

    /// The tree of its pattern, in which case matters.
    pub(super) fn tree(&self) -> Result<Hir, String> {
        pattern::tree(self.pattern, false)
    }
}

/// The entities of a name in a pack: one, or `all`.
pub(super) fn named(
    entities: &'static [Entity],
    family: &str,
    name: &str,
) -> Result<Vec<&'static Entity>, String> {
    let found: Vec<_> =
        entities.iter().filter(|entity| name == "all" || entity.name() == name).collect();
    if found.is_empty() {
        let names: Vec<&str> = entities.iter().map(Entity::name).collect();
        return Err(format!(
            "{family} has no `{name}`: write all, or some of {}",
            names.join(", ")
        ));
    }
    Ok(found)
}

/// Entities of a pack that no literal announces, searched for together.
#[derive(Debug)]
pub(super) struct Entities {
    /// Matches where any of them begins.
    any: Option<meta::Regex>,
    each: Vec<One>,
}

#[derive(Debug)]
struct One {
    form: Form,
    regex: meta::Regex,
    clauses: Vec<ClauseId>,
}

impl Entities {
    pub(super) fn new(mut wanted: Vec<(Form, ClauseId)>) -> Result<Self, String> {
        wanted.sort_by_key(|(form, clause)| (form.entity.kind, form.entity.pattern, *clause));
        wanted.dedup_by_key(|(form, clause)| (form.entity.pattern, *clause));
        let mut each: Vec<One> = Vec::new();
        let mut trees = Vec::new();
        for (form, clause) in wanted {
            match each.last_mut() {
                Some(last) if last.form.entity.pattern == form.entity.pattern => {
                    last.clauses.push(clause);
                }
                _ => {
                    let tree = form.entity.tree()?;
                    each.push(One { form, regex: pattern::compile(&tree)?, clauses: vec![clause] });
                    trees.push(tree);
                }
            }
        }
        let any = if trees.is_empty() { None } else { Some(pattern::compile_all(&trees)?) };
        Ok(Self { any, each })
    }

    pub(super) fn clauses(&self) -> impl Iterator<Item = ClauseId> {
        self.each.iter().flat_map(|one| one.clauses.iter().copied())
    }

    /// Gives back the memory of its searches: a clone has the same program and an empty cache.
    pub(super) fn forget(&mut self) {
        self.any = self.any.clone();
        self.each.iter_mut().for_each(|one| one.regex = one.regex.clone());
    }

    /// Calls `found` for every entity that begins at byte `from` or later.
    pub(super) fn scan(
        &self,
        view: &View<'_>,
        mut from: usize,
        found: &mut impl FnMut(ClauseId, Kind, Range<usize>),
    ) {
        let Some(any) = &self.any else { return };
        let text = view.text();
        while let Some(start) =
            any.search(&Input::new(text).span(from..text.len())).map(|hit| hit.start())
        {
            for One { form, regex, clauses } in &self.each {
                let hit = pattern::at(regex, text, start);
                if let Some(hit) = hit.and_then(|hit| form.found(view, hit)) {
                    for clause in clauses {
                        found(*clause, form.entity.kind, hit.clone());
                    }
                }
            }
            let next = text.get(start..).and_then(|rest| rest.chars().next());
            let Some(next) = next else { break };
            from = start + next.len_utf8();
        }
    }
}
