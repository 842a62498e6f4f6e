//! When something that fails is left alone, and when it is tried again.
//!
//! Closed, it lets everything through. It opens after failures in a row, when half of many requests
//! fail, or when a server asks for time; when its rest is over, one request shows whether it works,
//! while all others stay away.

use std::time::Duration;

use tokio::time::Instant;

use super::health::State;

/// So many failures in a row open it.
pub(crate) const FAILURES_MAX: u32 = 5;
/// So many requests within the window say something about its share of failures.
const REQUESTS_MIN: u32 = 20;
/// The window: parts of a time each.
const PARTS: u64 = 6;
const PART: Duration = Duration::from_secs(5);
/// The first rest; it doubles with every probe that fails.
const REST_FIRST: Duration = Duration::from_secs(1);
/// The longest rest, also where more is asked for.
pub(crate) const REST_MAX: Duration = Duration::from_secs(60);
/// Who comes while another probes is told to wait so long.
const PROBE_WAIT: Duration = Duration::from_secs(1);

/// A circuit. It does not look at the clock: the caller says what time it is.
#[derive(Debug)]
pub(crate) struct Circuit {
    place: Place,
    /// Counts openings and closings: what was let through before one says nothing after it.
    era: u64,
    in_a_row: u32,
    window: Window,
    rest: Duration,
    opened: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Closed,
    Open { until: Instant },
    Probing,
}

/// The right to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    era: u64,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Worked,
    /// It failed; perhaps the other side asks for time.
    Failed {
        asked: Option<Duration>,
    },
    /// It was given up, which shows nothing.
    Nothing,
}

impl Default for Circuit {
    fn default() -> Self {
        let (place, window) = (Place::Closed, Window::default());
        Self { place, era: 0, in_a_row: 0, window, rest: REST_FIRST, opened: 0 }
    }
}

impl Circuit {
    /// Lets a request through.
    ///
    /// # Errors
    /// How long to wait.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<Ticket, Duration> {
        match self.place {
            Place::Closed => {}
            Place::Open { until } if until <= now => self.turn(Place::Probing),
            Place::Open { until } => return Err(until.saturating_duration_since(now)),
            Place::Probing => return Err(PROBE_WAIT),
        }
        Ok(Ticket { era: self.era })
    }

    /// What became of a request that was let through.
    pub(crate) fn report(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) {
        if ticket.era != self.era {
            return;
        }
        let probing = self.place == Place::Probing;
        match outcome {
            Outcome::Worked if probing => self.close(),
            Outcome::Worked => {
                self.in_a_row = 0;
                self.window.note(now, true);
            }
            Outcome::Failed { asked } => {
                self.in_a_row = self.in_a_row.saturating_add(1);
                self.window.note(now, false);
                let often = self.in_a_row >= FAILURES_MAX || self.window.is_bad(now);
                if probing || often || asked.is_some() {
                    self.open(now, asked);
                }
            }
            // The next request probes.
            Outcome::Nothing if probing => self.turn(Place::Open { until: now }),
            Outcome::Nothing => {}
        }
    }

    /// How it stands.
    pub(crate) fn state(&self, now: Instant) -> State {
        match self.place {
            Place::Closed => State::Ready,
            Place::Open { until } if until <= now => State::Due,
            Place::Open { .. } => State::Resting,
            Place::Probing => State::Probing,
        }
    }

    /// How often it has opened.
    pub(crate) const fn opened(&self) -> u64 {
        self.opened
    }

    fn open(&mut self, now: Instant, asked: Option<Duration>) {
        let rest = asked.unwrap_or(self.rest).min(REST_MAX);
        self.rest = self.rest.saturating_mul(2).min(REST_MAX);
        self.opened = self.opened.saturating_add(1);
        self.in_a_row = 0;
        self.window = Window::default();
        self.turn(Place::Open { until: now + rest });
    }

    fn close(&mut self) {
        self.rest = REST_FIRST;
        self.in_a_row = 0;
        self.turn(Place::Closed);
    }

    fn turn(&mut self, place: Place) {
        self.place = place;
        self.era = self.era.wrapping_add(1);
    }
}

/// Successes and failures of the last half minute.
#[derive(Debug, Default)]
struct Window {
    /// When the first part began.
    base: Option<Instant>,
    parts: [Part; PARTS as usize],
}

#[derive(Debug, Default, Clone, Copy)]
struct Part {
    number: u64,
    worked: u32,
    failed: u32,
}

impl Window {
    fn note(&mut self, now: Instant, worked: bool) {
        let number = self.number(now);
        let place = usize::try_from(number % PARTS).unwrap_or_default();
        let Some(part) = self.parts.get_mut(place) else { return };
        if part.number != number {
            *part = Part { number, ..Part::default() };
        }
        let count = if worked { &mut part.worked } else { &mut part.failed };
        *count = count.saturating_add(1);
    }

    /// Whether half of many requests failed.
    fn is_bad(&mut self, now: Instant) -> bool {
        let number = self.number(now);
        let (mut worked, mut failed) = (0_u32, 0_u32);
        for part in self.parts.iter().filter(|part| part.number + PARTS > number) {
            worked = worked.saturating_add(part.worked);
            failed = failed.saturating_add(part.failed);
        }
        worked.saturating_add(failed) >= REQUESTS_MIN && failed >= worked
    }

    fn number(&mut self, now: Instant) -> u64 {
        let base = *self.base.get_or_insert(now);
        now.saturating_duration_since(base).as_secs() / PART.as_secs()
    }
}

#[cfg(test)]
mod tests;
