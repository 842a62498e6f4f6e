//! Reads JSON of a grammar byte by byte, and knows how much is missing to its end.

use std::sync::Arc;

use super::{
    scalar::{InNumber, InString, Next},
    schema::{ANY, Grammar, Node, Property},
};

/// So deep may values lie in each other.
const DEPTH_MAX: usize = 128;
/// So many blanks may follow each other: a model must not write blanks for ever.
const BLANKS_MAX: u8 = 32;

/// Where a text stands.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    grammar: Arc<Grammar>,
    /// What is open, the innermost last.
    open: Vec<Frame>,
    blanks: u8,
}

/// Something that is open.
#[derive(Debug, Clone)]
enum Frame {
    /// A value is to begin.
    Value(usize),
    Members(Members),
    /// Inside a key of a closed object: which keys it may be, and how much of it is written.
    Key {
        among: Vec<usize>,
        at: usize,
    },
    Items {
        node: usize,
        count: usize,
        stage: Stage,
    },
    Text(InString),
    Number {
        state: InNumber,
        whole: bool,
    },
    /// Inside one of several texts.
    Literal {
        node: usize,
        among: Vec<usize>,
        at: usize,
    },
}

/// An object, and which of its members are written.
#[derive(Debug, Clone)]
struct Members {
    node: usize,
    seen: Vec<bool>,
    /// What the value after the next colon is.
    child: usize,
    stage: Stage,
}

/// Where an object or array stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing in it yet.
    First,
    /// After a comma.
    Next,
    /// After a key.
    Colon,
    /// After a member or item.
    After,
}

impl Machine {
    pub(super) fn new(grammar: Arc<Grammar>) -> Self {
        let open = vec![Frame::Value(grammar.root())];
        Self { grammar, open, blanks: 0 }
    }

    /// Whether the text is whole: nothing may follow.
    pub(super) const fn is_whole(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes a byte; `false` when it does not fit, after which the machine is of no use.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        while let Some(frame) = self.open.pop() {
            if is_blank(byte) && frame.takes_blanks() {
                self.open.push(frame);
                self.blanks = self.blanks.saturating_add(1);
                return self.blanks <= BLANKS_MAX;
            }
            if let Frame::Number { state, whole } = frame {
                if let Some(state) = state.push(byte, whole) {
                    self.open.push(Frame::Number { state, whole });
                    return true;
                }
                if !state.is_whole() {
                    return false;
                }
                continue; // the byte ends the number and belongs to what is around it
            }
            self.blanks = 0;
            return self.open.len() < DEPTH_MAX && self.step(frame, byte);
        }
        false
    }

    fn step(&mut self, frame: Frame, byte: u8) -> bool {
        match frame {
            Frame::Value(node) => self.begin(node, byte),
            Frame::Members(members) => self.member(members, byte),
            Frame::Items { node, count, stage } => self.item(node, count, stage, byte),
            Frame::Key { among, at } => self.key(among, at, byte),
            Frame::Text(state) => match state.push(byte) {
                Next::On(state) => self.go(Frame::Text(state)),
                Next::End => true,
                Next::Wrong => false,
            },
            Frame::Literal { node, among, at } => self.literal(node, among, at, byte),
            Frame::Number { .. } => false, // was handled before
        }
    }

    fn go(&mut self, frame: Frame) -> bool {
        self.open.push(frame);
        true
    }

    fn begin(&mut self, node: usize, byte: u8) -> bool {
        let grammar = Arc::clone(&self.grammar);
        match (grammar.node(node), byte) {
            (Node::Object(_) | Node::OpenObject | Node::Any, b'{') => self.object(node),
            (Node::Array { .. } | Node::Any, b'[') => {
                self.go(Frame::Items { node, count: 0, stage: Stage::First })
            }
            (Node::String | Node::Any, b'"') => self.go(Frame::Text(InString::Plain)),
            (Node::Number { whole }, _) => self.number(byte, *whole),
            (Node::Literals(texts), _) => {
                let all = (0..texts.len()).collect();
                self.literal(node, all, 0, byte)
            }
            (Node::Either(nodes), _) => nodes.iter().any(|node| {
                let depth = self.open.len();
                let began = self.begin(*node, byte);
                if !began {
                    self.open.truncate(depth);
                }
                began
            }),
            (Node::Any, b't' | b'f' | b'n') => self.literal(ANY, vec![0, 1, 2], 0, byte),
            (Node::Any, _) => self.number(byte, false),
            _ => false,
        }
    }

    fn object(&mut self, node: usize) -> bool {
        let count = self.properties(node).len();
        let seen = vec![false; count];
        self.go(Frame::Members(Members { node, seen, child: ANY, stage: Stage::First }))
    }

    fn number(&mut self, byte: u8, whole: bool) -> bool {
        InNumber::begin(byte).is_some_and(|state| self.go(Frame::Number { state, whole }))
    }

    /// The members that are described; none where any may be.
    fn properties(&self, node: usize) -> &[Property] {
        match self.grammar.node(node) {
            Node::Object(properties) => properties,
            _ => &[],
        }
    }

    fn is_open(&self, node: usize) -> bool {
        !matches!(self.grammar.node(node), Node::Object(_))
    }

    /// Places of members that are missing: those that must come, or all.
    fn missing(&self, members: &Members, required: bool) -> Vec<usize> {
        let all = self.properties(members.node).iter().zip(&members.seen).enumerate();
        let missing = all.filter(|(_, (one, seen))| !**seen && (one.required || !required));
        missing.map(|(place, _)| place).collect()
    }

    fn member(&mut self, members: Members, byte: u8) -> bool {
        let Members { node, stage, child, .. } = members;
        match (stage, byte) {
            (Stage::First | Stage::After, b'}') => self.missing(&members, true).is_empty(),
            (Stage::First | Stage::Next, b'"') => {
                let among = self.missing(&members, false);
                self.open.push(Frame::Members(Members {
                    child: ANY,
                    stage: Stage::Colon,
                    ..members
                }));
                if self.is_open(node) {
                    return self.go(Frame::Text(InString::Plain));
                }
                !among.is_empty() && self.go(Frame::Key { among, at: 1 })
            }
            (Stage::Colon, b':') => {
                self.open.push(Frame::Members(Members { stage: Stage::After, ..members }));
                self.go(Frame::Value(child))
            }
            (Stage::After, b',') => {
                let more = self.is_open(node) || !self.missing(&members, false).is_empty();
                more && self.go(Frame::Members(Members { stage: Stage::Next, ..members }))
            }
            _ => false,
        }
    }

    fn key(&mut self, among: Vec<usize>, at: usize, byte: u8) -> bool {
        let Some(Frame::Members(Members { node, .. })) = self.open.last() else { return false };
        let properties = self.properties(*node);
        let fits = |place: &usize| {
            properties.get(*place).is_some_and(|one| one.key.get(at) == Some(&byte))
        };
        let among: Vec<usize> = among.into_iter().filter(fits).collect();
        let ended =
            |place: &&usize| properties.get(**place).is_some_and(|one| one.key.len() == at + 1);
        let whole = among.iter().find(ended).copied();
        let found = whole.and_then(|place| Some((place, properties.get(place)?.node)));
        match (found, self.open.last_mut()) {
            (Some((place, node)), Some(Frame::Members(Members { seen, child, .. }))) => {
                *child = node;
                seen.iter_mut().skip(place).take(1).for_each(|seen| *seen = true);
                true
            }
            _ => !among.is_empty() && self.go(Frame::Key { among, at: at + 1 }),
        }
    }

    fn item(&mut self, node: usize, count: usize, stage: Stage, byte: u8) -> bool {
        let (items, least, most) = self.bounds(node);
        match (stage, byte) {
            (Stage::First | Stage::After, b']') => count >= least,
            (Stage::After, b',') => {
                count < most && self.go(Frame::Items { node, count, stage: Stage::Next })
            }
            (Stage::First | Stage::Next, _) => {
                let stage = Stage::After;
                self.open.push(Frame::Items { node, count: count + 1, stage });
                count < most && self.begin(items, byte)
            }
            _ => false,
        }
    }

    fn bounds(&self, node: usize) -> (usize, usize, usize) {
        match self.grammar.node(node) {
            Node::Array { items, least, most } => (*items, *least, *most),
            _ => (ANY, 0, usize::MAX),
        }
    }

    fn literal(&mut self, node: usize, among: Vec<usize>, at: usize, byte: u8) -> bool {
        let fits = |place: &usize| self.text(node, *place).get(at) == Some(&byte);
        let among: Vec<usize> = among.into_iter().filter(fits).collect();
        if among.iter().any(|place| self.text(node, *place).len() == at + 1) {
            return true;
        }
        !among.is_empty() && self.go(Frame::Literal { node, among, at: at + 1 })
    }

    fn text(&self, node: usize, place: usize) -> &[u8] {
        let any: [&[u8]; 3] = [b"true", b"false", b"null"];
        match self.grammar.node(node) {
            Node::Literals(texts) => texts.get(place).map_or(b"", Vec::as_slice),
            _ => any.get(place).copied().unwrap_or_default(),
        }
    }

    /// How many bytes are missing at least, by one way to the end.
    pub(super) fn closing(&self) -> usize {
        let (mut machine, mut bytes) = (self.clone(), 0);
        while let Some(frame) = machine.open.last() {
            if matches!(frame, Frame::Number { state, .. } if state.is_whole()) {
                machine.open.pop();
                continue;
            }
            let piece = machine.towards_end(frame);
            bytes += piece.len();
            machine.blanks = 0;
            if piece.is_empty() || !piece.iter().all(|byte| machine.push(*byte)) {
                return usize::MAX; // no way to the end: nothing of the kind is let in
            }
        }
        bytes
    }

    /// The next bytes on a short way to the end.
    fn towards_end(&self, frame: &Frame) -> Vec<u8> {
        match frame {
            Frame::Value(node) => self.grammar.shortest(*node).to_vec(),
            Frame::Members(members) => self.towards_brace(members),
            Frame::Items { node, count, stage } => {
                let (items, least, _) = self.bounds(*node);
                match stage {
                    Stage::Next => self.grammar.shortest(items).to_vec(),
                    Stage::First if least > 0 => self.grammar.shortest(items).to_vec(),
                    Stage::After if *count < least => vec![b','],
                    _ => vec![b']'],
                }
            }
            Frame::Key { among, at } => {
                let Some(Frame::Members(Members { node, .. })) = self.open.iter().rev().nth(1)
                else {
                    return Vec::new();
                };
                let best = self.cheapest(*node, among);
                best.and_then(|one| one.key.get(*at..)).unwrap_or_default().to_vec()
            }
            Frame::Text(state) => vec![state.closing()],
            Frame::Number { state, .. } => vec![state.closing()],
            Frame::Literal { node, among, at } => {
                let texts = among.iter().map(|place| self.text(*node, *place));
                let shortest = texts.min_by_key(|text| text.len());
                shortest.and_then(|text| text.get(*at..)).unwrap_or_default().to_vec()
            }
        }
    }

    /// The member that costs least: one that must come anyway costs nothing more.
    fn cheapest(&self, node: usize, places: &[usize]) -> Option<&Property> {
        let members = places.iter().filter_map(|place| self.properties(node).get(*place));
        members.min_by_key(|one| {
            (!one.required, one.key.len() + self.grammar.shortest(one.node).len())
        })
    }

    fn towards_brace(&self, members: &Members) -> Vec<u8> {
        let needed = self.missing(members, true);
        let key = |places: &[usize]| {
            let best = self.cheapest(members.node, places);
            best.map_or_else(|| b"\"\"".to_vec(), |one| one.key.clone())
        };
        match members.stage {
            Stage::Colon => vec![b':'],
            Stage::First | Stage::After if needed.is_empty() => vec![b'}'],
            Stage::After => vec![b','],
            Stage::Next if needed.is_empty() => key(&self.missing(members, false)),
            Stage::First | Stage::Next => key(&needed),
        }
    }
}

impl Frame {
    const fn takes_blanks(&self) -> bool {
        matches!(self, Self::Value(_) | Self::Members(_) | Self::Items { .. })
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}
