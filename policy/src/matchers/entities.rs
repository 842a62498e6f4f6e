//! Personal data and secrets: patterns with a check of what they found.

use std::ops::Range;

use regex_automata::{Input, meta};
use regex_syntax::hir::Hir;

use super::{ClauseId, Kind, pattern};

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
    entity: &'static Entity,
    regex: meta::Regex,
    clauses: Vec<ClauseId>,
}

impl Entities {
    pub(super) fn new(mut wanted: Vec<(&'static Entity, ClauseId)>) -> Result<Self, String> {
        wanted.sort_by_key(|(entity, clause)| (entity.kind, *clause));
        wanted.dedup_by_key(|(entity, clause)| (entity.kind, *clause));
        let mut each: Vec<One> = Vec::new();
        let mut trees = Vec::new();
        for (entity, clause) in wanted {
            match each.last_mut() {
                Some(last) if last.entity.kind == entity.kind => last.clauses.push(clause),
                _ => {
                    let tree = entity.tree()?;
                    each.push(One {
                        entity,
                        regex: pattern::compile(&tree)?,
                        clauses: vec![clause],
                    });
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
        text: &str,
        mut from: usize,
        found: &mut impl FnMut(ClauseId, Kind, Range<usize>),
    ) {
        let Some(any) = &self.any else { return };
        while let Some(start) =
            any.search(&Input::new(text).span(from..text.len())).map(|hit| hit.start())
        {
            for One { entity, regex, clauses } in &self.each {
                let hit = pattern::at(regex, text, start);
                let real = |hit: &Range<usize>| text.get(hit.clone()).is_some_and(entity.check);
                if let Some(hit) = hit.filter(real) {
                    for clause in clauses {
                        found(*clause, entity.kind, hit.clone());
                    }
                }
            }
            let next = text.get(start..).and_then(|rest| rest.chars().next());
            let Some(next) = next else { break };
            from = start + next.len_utf8();
        }
    }
}
