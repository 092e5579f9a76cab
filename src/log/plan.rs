//! All paths of a mapping in one tree, so that one pass over a record finds them all.

mod keys;

use std::sync::OnceLock;

use self::keys::{ENDS, Ends, Usual};
use super::hidden::Hiding;
use crate::json;
use crate::source::Path;

/// In a path that hides or decodes: every item of a list, every member of an object.
pub(super) const EVERY: &str = "*";

/// One place of a record in which the mapping is interested, with the places below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    members: Vec<Member>,
    /// The members by their keys' hashes, with free places between them.
    slots: Vec<Option<Slot>>,
    every: Option<Box<Node>>,
    /// The members of the first object that came here, in its order: those that follow have theirs
    /// in the same, nearly always.
    usual: OnceLock<Vec<Usual>>,
    /// The number under which the value as it will be sent is noted.
    pub(super) mark: Option<usize>,
    /// The number under which the value as the API gave it is noted.
    pub(super) raw: Option<usize>,
    /// How the value is hidden.
    pub(super) hiding: Option<Hiding>,
    /// Whether a string here is opened where it holds JSON.
    pub(super) opens: bool,
    /// Whether a string here has only to be noted.
    pub(super) is_leaf: bool,
    /// What is of interest below.
    pub(super) below: Below,
}

/// What a place has below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Below {
    /// Whether something is hidden.
    pub(super) hides: bool,
    /// Whether a member or an item is left out.
    pub(super) drops: bool,
    /// The marks: a key that comes twice takes back what its first value left there.
    pub(super) marks: Vec<usize>,
    /// The raw values.
    pub(super) raws: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Member {
    key: Box<str>,
    index: Option<usize>,
    node: Node,
}

impl Node {
    /// Whether anything inside the value here is of interest.
    pub(super) fn is_inner(&self) -> bool {
        !self.members.is_empty() || self.every.is_some()
    }

    /// The node of a key.
    pub(super) fn keyed(&self, key: &[u8]) -> Option<&Node> {
        let last = self.slots.len().wrapping_sub(1);
        let ends = Ends::of(key);
        let mut at = ends.hash();
        // A member is at its hash or behind it, with no free place before it.
        while let Some(Some(slot)) = self.slots.get(at & last) {
            if slot.ends == ends
                && let Some(member) = self.members.get(slot.member)
                && (key.len() <= ENDS || member.key.as_bytes() == key)
            {
                return Some(&member.node);
            }
            at += 1;
        }
        self.every.as_deref()
    }

    /// The members to expect of the object at `at`, in order.
    #[inline]
    pub(super) fn usual(&self, text: &str, at: usize) -> &[Usual] {
        self.usual.get_or_init(|| self.members_of(text, at))
    }

    /// The node of a member that came as expected.
    #[inline]
    pub(super) fn expected(&self, usual: &Usual) -> Option<&Node> {
        let named = usual.member.and_then(|member| self.members.get(member));
        named.map(|m| &m.node).or(self.every.as_deref())
    }

    #[cold]
    fn members_of(&self, text: &str, at: usize) -> Vec<Usual> {
        let mut usual = Vec::new();
        // Where the object breaks, what came before will do.
        let _ = json::object(text, at, |key, at| {
            if usual.len() < MOST_USUAL && key.len() <= LONGEST_USUAL && !key.contains('\\') {
                let inside = &key[1..key.len() - 1];
                let member = self.members.iter().position(|m| *m.key == *inside);
                usual.push(Usual::new(&format!("{key}:"), member));
            }
            json::skip(text, at)
        });
        usual
    }

    /// The node of a list's item.
    pub(super) fn indexed(&self, index: usize) -> Option<&Node> {
        let named = self.members.iter().find(|m| m.index == Some(index));
        named.map(|m| &m.node).or(self.every.as_deref())
    }

    /// The node at a path, made where it is missing; `*` means every one only if `wild`.
    fn at(&mut self, path: &Path, wild: bool) -> &mut Node {
        path.0
            .iter()
            .fold(self, |node, step| node.child(step, wild))
    }

    fn child(&mut self, step: &str, wild: bool) -> &mut Node {
        if wild && step == EVERY {
            return self.every.get_or_insert_default();
        }
        let found = self.members.iter().position(|m| &*m.key == step);
        let position = found.unwrap_or(self.members.len());
        if found.is_none() {
            self.members.push(Member {
                key: step.into(),
                index: step.parse().ok(),
                node: Node::default(),
            });
        }
        &mut self.members[position].node
    }

    /// Gives each named member what holds for every one, and counts up what is below.
    fn settle(&mut self) {
        if let Some(every) = self.every.clone() {
            for member in &mut self.members {
                member.node.merge(&every);
            }
        }
        let mut below = Below::default();
        let members = self.members.iter_mut().map(|member| &mut member.node);
        for child in members.chain(self.every.as_deref_mut()) {
            child.settle();
            below
                .marks
                .extend(child.mark.iter().chain(&child.below.marks));
            below.raws.extend(child.raw.iter().chain(&child.below.raws));
            below.hides |= child.hiding.is_some() || child.below.hides;
            below.drops |= child.hiding == Some(Hiding::Drop);
        }
        self.opens |= below.hides;
        let notes = !below.marks.is_empty() || !below.raws.is_empty();
        self.is_leaf = !self.opens && !notes && self.hiding.is_none();
        self.below = below;
        self.slots = slots(&self.members);
    }

    fn merge(&mut self, other: &Node) {
        self.hiding = self.hiding.max(other.hiding);
        self.opens |= other.opens;
        for member in &other.members {
            self.child(&member.key, false).merge(&member.node);
        }
        if let Some(every) = &other.every {
            self.every.get_or_insert_default().merge(every);
        }
    }
}

/// Larger objects are no records but tables, of which each has keys of its own.
const MOST_USUAL: usize = 64;
const LONGEST_USUAL: usize = 64;

/// Where a member is that is looked for by its key.
#[derive(Debug, Clone, Copy)]
struct Slot {
    ends: Ends,
    member: usize,
}

/// The members by their keys' hashes; three of four places or more stay free.
fn slots(members: &[Member]) -> Vec<Option<Slot>> {
    if members.is_empty() {
        return Vec::new();
    }
    let mut slots = vec![None; (members.len() * 4).next_power_of_two()];
    let last = slots.len() - 1;
    for (number, member) in members.iter().enumerate() {
        let ends = Ends::of(member.key.as_bytes());
        let mut at = ends.hash();
        while slots[at & last].is_some() {
            at += 1;
        }
        slots[at & last] = Some(Slot {
            ends,
            member: number,
        });
    }
    slots
}

/// The tree while it is put together, with the numbers handed out so far.
#[derive(Debug, Default)]
pub(super) struct Plan {
    root: Node,
    marks: usize,
    raws: usize,
    hidings: Vec<Path>,
}

impl Plan {
    /// The number under which the value at a path, as it will be sent, is noted.
    pub(super) fn mark(&mut self, path: &Path) -> usize {
        let next = self.marks;
        let mark = *self.root.at(path, false).mark.get_or_insert(next);
        self.marks = self.marks.max(mark + 1);
        mark
    }

    /// The number under which the value at a path, as the API gave it, is noted.
    pub(super) fn raw(&mut self, path: &Path) -> usize {
        let next = self.raws;
        let raw = *self.root.at(path, false).raw.get_or_insert(next);
        self.raws = self.raws.max(raw + 1);
        raw
    }

    /// Hides the values at a path.
    pub(super) fn hide(&mut self, path: &Path, hiding: Hiding) {
        let node = self.root.at(path, true);
        node.hiding = node.hiding.max(Some(hiding));
        self.hidings.push(path.clone());
    }

    /// Opens the strings at a path.
    pub(super) fn open(&mut self, path: &Path) {
        self.root.at(path, true).opens = true;
    }

    /// Whether a path lies at or inside something hidden.
    pub(super) fn hides(&self, path: &Path) -> bool {
        self.hidings.iter().any(|hidden| {
            let steps = hidden.0.iter().zip(&path.0);
            hidden.0.len() <= path.0.len() && { steps }.all(|(h, p)| h == EVERY || h == p)
        })
    }

    /// Whether anything is hidden.
    pub(super) fn is_hiding(&self) -> bool {
        !self.hidings.is_empty()
    }

    /// The tree, and how many marks and raw values it notes.
    pub(super) fn finish(mut self) -> (Node, usize, usize) {
        self.root.settle();
        (self.root, self.marks, self.raws)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn path(text: &str) -> Path {
        Path(text.split('.').map(str::to_owned).collect())
    }

    #[test]
    fn what_holds_for_every_member_holds_for_the_named_ones_too() {
        let mut plan = Plan::default();
        let mark = plan.mark(&path("a.b.c"));
        plan.hide(&path("*.b.d"), Hiding::Redact);
        plan.hide(&path("a.*.c"), Hiding::Drop);
        let (root, ..) = plan.finish();
        let b = root.keyed(b"a").unwrap().keyed(b"b").unwrap();
        let c = b.keyed(b"c").unwrap();
        assert_eq!((c.mark, c.hiding), (Some(mark), Some(Hiding::Drop)));
        assert_eq!(b.keyed(b"d").unwrap().hiding, Some(Hiding::Redact));
        let other = root.keyed(b"x").unwrap().keyed(b"b").unwrap();
        assert_eq!(other.keyed(b"d").unwrap().hiding, Some(Hiding::Redact));
        assert!(other.keyed(b"c").is_none());
    }

    #[test]
    fn every_key_of_many_is_found_and_no_other() {
        let mut plan = Plan::default();
        let keys: Vec<String> = (0..500).map(|key| format!("k{key}")).collect();
        let marks: Vec<usize> = keys.iter().map(|key| plan.mark(&path(key))).collect();
        let (root, ..) = plan.finish();
        for (key, mark) in keys.iter().zip(marks) {
            assert_eq!(root.keyed(key.as_bytes()).unwrap().mark, Some(mark));
        }
        assert!(root.keyed(b"").is_none() && root.keyed(b"k500").is_none());
        assert!(Node::default().keyed(b"k1").is_none());
    }

    #[test]
    fn a_member_is_expected_as_the_first_object_had_it() {
        let mut plan = Plan::default();
        let mark = plan.mark(&path("a_key_longer_than_two_words"));
        plan.hide(&path("*.x"), Hiding::Redact);
        let (root, ..) = plan.finish();
        let long = "\"a_key_longer_than_two_words\":";
        let first = format!(" {{ {long}1, \"\" : 2, \"\\u0061\":3, \"b\":4, \"c\" x");
        let usual = root.usual(&first, 1).to_vec();
        let found = |text: &str| -> Vec<Option<usize>> {
            let each = usual.iter();
            each.map(|usual| usual.length_in(text.as_bytes())).collect()
        };
        assert_eq!(found(&format!("{long}1")), [Some(long.len()), None, None]);
        assert_eq!(found("\"\":1"), [None, Some(3), None]);
        assert_eq!(found("\"b\":"), [None, None, Some(4)]);
        let other = long.replace("longer", "larger");
        for other in [
            &*other, "\"b\" :1", "\"b", "\"B\":1", "\"bb\":1", "'b':1", "",
        ] {
            assert_eq!(found(other), [None; 3], "{other}");
        }
        assert_eq!(root.expected(&usual[0]).unwrap().mark, Some(mark));
        assert!(root.expected(&usual[2]).unwrap().keyed(b"x").is_some());
        // Whatever comes later, the first stays.
        assert_eq!(root.usual("{\"d\":1}", 0).len(), 3);
    }

    #[test]
    fn of_a_table_only_the_first_members_are_expected() {
        let (root, ..) = Plan::default().finish();
        let long = "k".repeat(LONGEST_USUAL);
        let members: Vec<String> = (0..1_000).map(|key| format!("\"{key}\":0")).collect();
        let table = format!("{{\"{long}\":0,{}}}", members.join(","));
        let usual = root.usual(&table, 0);
        assert_eq!(usual.len(), MOST_USUAL);
        assert_eq!(usual[0].length_in(b"\"0\":"), Some(4));
    }

    #[test]
    fn a_value_hidden_in_several_ways_is_hidden_in_the_strongest() {
        let mut plan = Plan::default();
        plan.hide(&path("a"), Hiding::Redact);
        plan.hide(&path("a"), Hiding::Hash);
        let (root, ..) = plan.finish();
        assert_eq!(root.keyed(b"a").unwrap().hiding, Some(Hiding::Redact));
    }

    #[test]
    fn one_path_used_twice_is_noted_once() {
        let mut plan = Plan::default();
        assert_eq!(plan.mark(&path("a")), plan.mark(&path("a")));
        assert_ne!(plan.mark(&path("a")), plan.mark(&path("b")));
    }

    #[test]
    fn a_path_inside_something_hidden_is_hidden() {
        let mut plan = Plan::default();
        plan.hide(&path("a.*"), Hiding::Drop);
        assert!(plan.hides(&path("a.b")) && plan.hides(&path("a.b.c")));
        assert!(!plan.hides(&path("a")) && !plan.hides(&path("b.a")));
    }
}
