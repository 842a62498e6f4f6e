use proptest::prelude::*;

use super::*;

const FAILED: Outcome = Outcome::Failed { asked: None };

/// Reports so many outcomes, a request each.
fn report(circuit: &mut Circuit, now: Instant, outcome: Outcome, count: u32) {
    for _ in 0..count {
        if let Ok(ticket) = circuit.admit(now) {
            circuit.report(ticket, outcome, now);
        }
    }
}

#[test]
fn half_of_many_requests_open_it_and_few_do_not() {
    let now = Instant::now();
    let mut circuit = Circuit::default();
    for _ in 0..9 {
        report(&mut circuit, now, Outcome::Worked, 1);
        report(&mut circuit, now, FAILED, 1);
    }
    assert_eq!(circuit.state(now), State::Ready, "eighteen requests are few");
    report(&mut circuit, now, Outcome::Worked, 1);
    report(&mut circuit, now, FAILED, 1);
    assert_eq!(circuit.state(now), State::Resting);
}

#[test]
fn what_is_long_ago_does_not_count() {
    let start = Instant::now();
    let mut circuit = Circuit::default();
    for _ in 0..9 {
        report(&mut circuit, start, Outcome::Worked, 1);
        report(&mut circuit, start, FAILED, 1);
    }
    let later = start + Duration::from_secs(31);
    report(&mut circuit, later, Outcome::Worked, 1);
    report(&mut circuit, later, FAILED, 1);
    assert_eq!(circuit.state(later), State::Ready);
}

#[test]
fn what_was_let_through_before_says_nothing_after() {
    let now = Instant::now();
    let mut circuit = Circuit::default();
    let early = circuit.admit(now).unwrap();
    report(&mut circuit, now, FAILED, FAILURES_MAX);
    circuit.report(early, Outcome::Worked, now);
    assert_eq!(circuit.state(now), State::Resting, "a late success does not close it");
    let then = now + REST_FIRST;
    let probe = circuit.admit(then).unwrap();
    circuit.report(early, FAILED, then);
    assert_eq!(circuit.state(then), State::Probing, "a late failure is not the probe's");
    circuit.report(probe, Outcome::Worked, then);
    assert_eq!((circuit.state(then), circuit.opened()), (State::Ready, 1));
}

#[derive(Debug, Clone)]
enum Act {
    Ask,
    Answer(usize, u8),
    Wait(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => Just(Act::Ask),
        4 => (any::<prop::sample::Index>(), 0_u8..4)
            .prop_map(|(index, kind)| Act::Answer(index.index(64), kind)),
        2 => (0_u64..70_000).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 0..200)
}

proptest! {
    /// Whatever happens in whatever order: nobody passes an open circuit, one at a time probes, a
    /// wait that is told is enough, and no rest is longer than the longest.
    #[test]
    fn it_keeps_its_word(acts in acts()) {
        let mut now = Instant::now();
        let mut circuit = Circuit::default();
        let mut under_way: Vec<(Ticket, State)> = Vec::new();
        for act in acts {
            let before = circuit.state(now);
            match act {
                Act::Wait(millis) => now += Duration::from_millis(millis),
                Act::Ask => match circuit.admit(now) {
                    Ok(ticket) => {
                        prop_assert!(matches!(before, State::Ready | State::Due));
                        let probing = circuit.state(now) == State::Probing;
                        prop_assert_eq!(probing, before == State::Due);
                        under_way.push((ticket, circuit.state(now)));
                    }
                    Err(wait) => {
                        prop_assert!(matches!(before, State::Resting | State::Probing));
                        prop_assert!(wait <= REST_MAX);
                        if before == State::Resting {
                            prop_assert_eq!(circuit.state(now + wait), State::Due);
                        }
                    }
                },
                Act::Answer(place, kind) if !under_way.is_empty() => {
                    let (ticket, _) = under_way.swap_remove(place % under_way.len());
                    let asked = Some(Duration::from_secs(600));
                    let outcome = match kind {
                        0 => Outcome::Worked,
                        1 => FAILED,
                        2 => Outcome::Failed { asked },
                        _ => Outcome::Nothing,
                    };
                    let current = ticket.era == circuit.era;
                    circuit.report(ticket, outcome, now);
                    let after = circuit.state(now);
                    match (current, before, outcome) {
                        (false, ..) => prop_assert_eq!(after, before),
                        (true, State::Probing, Outcome::Worked) => prop_assert_eq!(after, State::Ready),
                        (true, State::Probing, Outcome::Nothing) => prop_assert_eq!(after, State::Due),
                        (true, State::Probing, _) => prop_assert_eq!(after, State::Resting),
                        (true, _, Outcome::Failed { asked: Some(_) }) => {
                            prop_assert_eq!(after, State::Resting);
                        }
                        (true, _, Outcome::Worked | Outcome::Nothing) => prop_assert_eq!(after, before),
                        _ => {}
                    }
                }
                Act::Answer(..) => {}
            }
            let probes = under_way
                .iter()
                .filter(|(ticket, state)| *state == State::Probing && ticket.era == circuit.era);
            prop_assert!(probes.count() <= 1);
            prop_assert!(circuit.rest <= REST_MAX && circuit.in_a_row < FAILURES_MAX);
        }
    }
}
