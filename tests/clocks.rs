//! The clock jumps: records keep their order, say so, and the doctor names it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use audit::{Clock, Event, LogOptions, Record};
use gateway::{outcome::Outcome, pipeline::Delivery};
use time::OffsetDateTime;

use crate::{inside, newsroom::Newsroom};

/// A clock that the test sets, in Unix seconds.
#[derive(Debug, Clone)]
struct Hands(Arc<AtomicI64>);

impl Clock for Hands {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_is_noted_and_the_order_of_the_records_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Arc::new(AtomicI64::new(1_800_000_000));
    let options =
        || LogOptions { clock: Box::new(Hands(Arc::clone(&hands))), ..inside::log_options() };
    let mut times = Vec::new();
    for restart in 0..2 {
        let installation = if restart == 0 {
            inside::installation(folder.path())
        } else {
            inside::reopen(folder.path())
        };
        let line = inside::line(inside::open(installation, options()).await.unwrap());
        for step in [60, -3600, 0, 7200] {
            let now = hands.fetch_add(step, Ordering::SeqCst) + step;
            let done = line.run(inside::journalist(), inside::ask("null"), Delivery::Whole).await;
            assert!(matches!(done, Ok(Outcome::Released(_))), "{done:?}");
            times.push(now);
        }
        line.stages().verify_log().await.unwrap();
        // Behind the last record again, while nobody writes.
        hands.fetch_sub(86_400, Ordering::SeqCst);
    }
    let stages = inside::open(inside::reopen(folder.path()), options()).await.unwrap();
    let entries = stages.log.entries(0, stages.log.size()).unwrap();
    let records: Vec<Record> = entries.iter().map(|e| Record::parse(e).unwrap()).collect();
    assert!(records.windows(2).all(|pair| pair[0].time <= pair[1].time), "order is kept");

    let ended: Vec<&Record> = records.iter().filter(|r| r.event == Event::Released).collect();
    let mut latest = 0;
    for (record, now) in ended.iter().zip(&times) {
        assert_eq!(record.clock_adjusted, *now < latest, "at {now}: {}", record.time);
        latest = latest.max(*now);
    }
    assert_eq!(ended.iter().filter(|record| record.clock_adjusted).count(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_that_the_clock_is_behind_and_what_to_do() {
    let newsroom = Newsroom::new();
    newsroom.json(&["doctor"], 0);
    let tomorrow = OffsetDateTime::now_utc().unix_timestamp() + 86_400;
    let clock = Box::new(Hands(Arc::new(AtomicI64::new(tomorrow))));
    let options = LogOptions { clock, ..inside::log_options() };
    {
        let stages = inside::open(inside::reopen(&newsroom.path(".")), options).await.unwrap();
        stages.log.append(Record::new(Event::Exported, "press", "actor")).await.unwrap();
    }

    let report = newsroom.json(&["doctor"], 1);
    let mut findings = report["findings"].as_array().unwrap().iter();
    let clock = findings.find(|finding| finding["check"] == "clock");
    let clock = clock.unwrap_or_else(|| panic!("{report}"));
    assert!(clock["problem"].as_str().unwrap().contains("behind the last record"), "{clock}");
    assert!(clock["fix"].as_str().unwrap().contains("NTP"), "{clock}");
}
