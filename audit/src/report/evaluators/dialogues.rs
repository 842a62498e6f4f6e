//! Who talks with a machine is told so first.

use super::Evaluator;
use crate::{
    Event,
    report::{
        Seen, Words,
        outcome::{Finding, Tally},
    },
};

#[derive(Debug, Default)]
pub(super) struct Dialogues {
    tally: Tally,
    spoken: u64,
}

impl Evaluator for Dialogues {
    fn see(&mut self, seen: &Seen<'_>) {
        if seen.record.event != Event::DialogueBegun {
            return;
        }
        let Some(begun) = &seen.record.dialogue else { return };
        self.spoken += u64::from(begun.spoken.is_some());
        self.tally.judge(seen.index, begun.notice && begun.spoken != Some(false));
    }

    fn finish(self: Box<Self>) -> Finding {
        let Self { tally, spoken } = *self;
        let (with, without) = (tally.supporting.count(), tally.opposing.count());
        tally.finding(
            Words::made(
                format!("all {with} dialogues began with the notice, {spoken} of them aloud"),
                format!("全部 {with} 次对话均以告知开始，其中 {spoken} 次以语音告知"),
            ),
            Words::made(
                format!("{without} dialogues began without the notice, {with} with it"),
                format!("{without} 次对话未以告知开始，{with} 次以告知开始"),
            ),
            Words::fixed("no dialogue began in this extent", "此范围内没有对话"),
        )
    }
}
