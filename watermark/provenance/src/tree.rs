//! What a file was made from, as a tree: each ingredient with what its own manifest says.
//!
//! A manifest store is a graph that strangers wrote, with whatever cycles and copies they like. The
//! tree is cut at a depth and a number of nodes, and says so.

use c2pa::{Ingredient, Manifest};
use serde::Serialize;

use crate::{
    Signer, Verdict,
    contents::plain,
    declared::declares,
    findings::{Findings, recorded_failures},
    judging::Judge,
    signature::Signature,
    thumbnails::Thumbnail,
};

/// Deeper ingredients are left out.
const DEPTH_MAX: usize = 16;
/// More ingredients are left out.
const NODES_MAX: usize = 256;

/// Something that the file was made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// Its name.
    pub title: Option<String>,
    /// `parentOf`, `componentOf` or `inputTo`.
    pub relationship: &'static str,
    /// Its media type, as stated.
    pub media_type: Option<String>,
    /// Its manifest's unique name, if it has credentials.
    pub manifest_label: Option<String>,
    /// What its own credentials say of it, checked here and when it was brought in. Its bytes are not
    /// here: that they fitted is the word of whoever brought it in.
    pub verdict: Verdict,
    /// Who signed its credentials, unless they are void.
    pub signer: Option<Signer>,
    /// When, as stated by its time-stamp.
    pub signed_at: Option<String>,
    /// Its manifest declares that generative AI took part.
    pub ai_declared: bool,
    /// The picture of it.
    pub thumbnail: Option<Thumbnail>,
    /// Status codes that speak against it.
    pub failures: Vec<String>,
    /// What it was made from itself.
    pub ingredients: Vec<Self>,
}

/// The ingredients of a manifest, and whether some were left out.
pub(crate) fn of(judge: &Judge<'_>, manifest: &Manifest) -> (Vec<Node>, bool) {
    let mut walk = Walk { judge, path: Vec::new(), nodes: 0, left_out: false };
    let nodes = walk.below(manifest);
    (nodes, walk.left_out)
}

struct Walk<'a> {
    judge: &'a Judge<'a>,
    /// Labels from the active manifest down to here.
    path: Vec<&'a str>,
    nodes: usize,
    left_out: bool,
}

impl<'a> Walk<'a> {
    fn below(&mut self, manifest: &'a Manifest) -> Vec<Node> {
        let mut nodes = Vec::new();
        for ingredient in manifest.ingredients() {
            if self.path.len() >= DEPTH_MAX || self.nodes >= NODES_MAX {
                self.left_out = true;
                break;
            }
            self.nodes += 1;
            nodes.push(self.node(ingredient));
        }
        nodes
    }

    fn node(&mut self, ingredient: &'a Ingredient) -> Node {
        let label = ingredient.active_manifest();
        let manifest = label.and_then(|label| self.judge.reader.get_manifest(label));
        let mut node = Node {
            title: ingredient.title().map(plain),
            relationship: ingredient.relationship().as_str(),
            media_type: ingredient.format().map(plain),
            manifest_label: label.map(plain),
            verdict: Verdict::None,
            signer: None,
            signed_at: None,
            ai_declared: manifest.is_some_and(declares),
            thumbnail: ingredient.thumbnail().and_then(|(_, bytes)| Thumbnail::of(&bytes)),
            failures: recorded_failures(ingredient),
            ingredients: Vec::new(),
        };
        match (label, manifest) {
            (Some(label), Some(manifest)) => self.judged(&mut node, ingredient, label, manifest),
            // It had credentials, and they are not here.
            (Some(_), None) => node.verdict = Verdict::Unreadable,
            (None, _) => {}
        }
        node
    }

    fn judged(
        &mut self,
        node: &mut Node,
        ingredient: &Ingredient,
        label: &'a str,
        manifest: &'a Manifest,
    ) {
        let mut findings = Findings::of_ingredient(&self.judge.statuses, label, ingredient);
        if self.judge.lists.at().is_some() {
            findings.forget_credentials();
        }
        let signature = Signature::of(self.judge, label, manifest, findings.is_stamped());
        findings.listed = signature.is_listed();
        findings.in_time = signature.in_time;
        node.verdict = findings.verdict();
        node.failures = findings.failures;
        node.signed_at = signature.signed_at;
        node.signer = signature.signer.filter(|_| node.verdict != Verdict::Invalid);
        // A manifest that leads to itself is shown once on each way down.
        if self.path.contains(&label) {
            self.left_out = true;
            return;
        }
        self.path.push(label);
        node.ingredients = self.below(manifest);
        self.path.pop();
    }
}
