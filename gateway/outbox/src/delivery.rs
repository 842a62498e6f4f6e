//! Attempts: who is called, how often, and until when.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use time::OffsetDateTime;

use crate::{
    Call, Failure, Message, Reply, Subscription, Time, Transport, courier::rfc3339,
    signature::signatures,
};

/// So many calls of one receiver are under way at once.
const CALLS_MAX: usize = 8;
/// After this time a round begins no more calls: its turn is not for ever.
const ROUND: time::Duration = time::Duration::seconds(20);
/// The first pause; the next is four times as long.
const PAUSE_FIRST_S: i64 = 5;
const PAUSE_FACTOR: i64 = 4;
/// The longest pause, also where the receiver asks for more.
const PAUSE_MAX_S: i64 = 3600;
/// After this time a message is given up.
pub(crate) const GIVEN_UP_S: i64 = 24 * 3600;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    Delivered,
    Failed {
        failure: Failure,
        retry_after: Option<Duration>,
    },
    /// The receiver wants to hear no more.
    Gone,
}

/// Sends groups at once, the messages of each one after the other: what comes after one that was not
/// delivered waits behind it.
pub(crate) async fn send(
    to: &Subscription,
    transport: &dyn Transport,
    time: &dyn Time,
    groups: Vec<Vec<(u64, Message)>>,
) -> Vec<(u64, Message, Sent)> {
    let latest = time.now() + ROUND;
    let each = stream::iter(groups).map(|group| async move {
        let (mut sent, mut open) = (Vec::with_capacity(group.len()), true);
        for (index, message) in group {
            let now = time.now();
            let became = if open && now < latest {
                let call = call(to, &message.id, message.body.clone(), now);
                became(transport.post(call).await)
            } else {
                Sent::Failed { failure: Failure::Behind, retry_after: None }
            };
            open &= became == Sent::Delivered;
            sent.push((index, message, became));
        }
        sent
    });
    each.buffer_unordered(CALLS_MAX).collect::<Vec<_>>().await.into_iter().flatten().collect()
}

/// Sends a message that says nothing but that the way is open.
///
/// # Errors
/// [`Failure`] when it is not taken.
pub async fn test(
    to: &Subscription,
    transport: &dyn Transport,
    origin: &str,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    let (id, body) =
        Message::test(origin, &format!("{:016x}", rand::random::<u64>()), &rfc3339(now));
    match became(transport.post(call(to, &id, body, now)).await) {
        Sent::Delivered => Ok(()),
        Sent::Failed { failure, .. } => Err(failure),
        Sent::Gone => Err(Failure::Status(410)),
    }
}

/// The time of an attempt is signed with it, so that receivers can refuse old ones.
fn call(to: &Subscription, id: &str, body: String, now: OffsetDateTime) -> Call {
    let timestamp = now.unix_timestamp();
    let headers = [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signatures(&to.secrets, id, timestamp, &body)),
    ];
    Call { url: to.url.clone(), body, headers, deadline: to.deadline }
}

fn became(answer: Result<Reply, Failure>) -> Sent {
    match answer {
        Ok(Reply { status: 200..=299, .. }) => Sent::Delivered,
        Ok(Reply { status: 410, .. }) => Sent::Gone,
        Ok(Reply { status, retry_after }) => {
            Sent::Failed { failure: Failure::Status(status), retry_after }
        }
        Err(failure) => Sent::Failed { failure, retry_after: None },
    }
}

/// When a message is tried after so many attempts, the first of them at `first`; `None` when it is
/// given up. A fifth of the pause is left to chance.
pub(crate) fn next_try(
    now: i64,
    first: i64,
    attempts: u32,
    retry_after: Option<Duration>,
) -> Option<i64> {
    if attempts == 0 {
        return Some(now);
    }
    let latest = first.saturating_add(GIVEN_UP_S);
    if now >= latest {
        return None;
    }
    let factor = PAUSE_FACTOR.saturating_pow(attempts - 1);
    let pause = PAUSE_FIRST_S.saturating_mul(factor).min(PAUSE_MAX_S);
    let asked = retry_after.map_or(0, |asked| i64::try_from(asked.as_secs()).unwrap_or(i64::MAX));
    let pause = pause.max(asked.min(PAUSE_MAX_S));
    let chance = rand::random_range(0..=pause / 5);
    Some((now + pause + chance).min(latest.max(now + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_after_a_day() {
        let pauses =
            |attempts, retry_after| next_try(1000, 1000, attempts, retry_after).unwrap() - 1000;
        for (attempts, low, high) in [(1, 5, 6), (2, 20, 24), (3, 80, 96), (9, 3600, 4320)] {
            let pause = pauses(attempts, None);
            assert!((low..=high).contains(&pause), "{attempts}: {pause}");
        }
        let asked = pauses(1, Some(Duration::from_secs(100)));
        assert!((100..=120).contains(&asked), "{asked}");
        assert!(
            pauses(1, Some(Duration::from_secs(1 << 40))) <= 4320,
            "nobody is waited for longer"
        );
        let day = GIVEN_UP_S;
        assert_eq!(next_try(day - 10, 0, 20, None), Some(day), "a last try after a day");
        assert_eq!(next_try(day, 0, 20, None), None);
        assert_eq!(next_try(day, 0, 0, None), Some(day), "what was never tried is not given up");
    }
}
