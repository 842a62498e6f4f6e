//! How many machines and how much storage so many assets a day take, from what one machine was measured
//! to do: `cargo run -p gateway --example sizing -- 1e9`. A calculation, not a measurement: it shows
//! which part gives out first as a newsroom grows, and what the answer to that is.
#![expect(clippy::print_stdout, reason = "the table is the output")]

use std::{env, process::ExitCode};

/// Released texts a second of one processor core, with the newsroom's rules (`gateway/README.md`).
const TEXTS_PER_CORE_S: f64 = 500.0;
/// Records of 1 KiB a second that one PostgreSQL server makes durable (`audit/README.md`).
const RECORDS_PER_LOG_S: f64 = 44_000.0;
/// Records of a released asset: it was admitted, it was released.
const RECORDS: f64 = 2.0;
/// Bytes of a record: of 1,000 texts by one key, 1,365 of the first and 3,237 of the second.
const RECORD_BYTES: f64 = 2_300.0;
/// Bytes of one record's share of hash tiles: 32 and 1/256 of that on each level above.
const TILE_BYTES: f64 = 32.2;
/// Bytes of one record in a gateway's index: the folder `log/index` after those 1,000.
const INDEX_BYTES: f64 = 1_600.0;
/// Objects of a released asset: its bytes, its manifest, the encrypted prompt, and whose it is.
const OBJECTS: f64 = 4.0;
/// Bytes of manifest, prompt and owner together, without the asset itself.
const BESIDE_BYTES: f64 = 7_000.0;
/// Records of one log up to which costs were measured to be flat; a longer log is divided.
const RECORDS_PER_LOG: f64 = 1e8;
/// The busiest second of a day, beside the mean.
const PEAK: f64 = 3.0;
/// Days for which records are looked up online; older ones stay in bundles and tiles.
const DAYS_ONLINE: f64 = 90.0;
/// The usual term of evidence.
const MONTHS: f64 = 24.0;
/// What a thousand creations cost in a large provider's object storage, US dollars.
const PUTS_DOLLARS: f64 = 0.005;

/// What a number of assets a day takes.
struct Size {
    a_day: f64,
}

impl Size {
    fn peak_s(&self) -> f64 {
        self.a_day / 86_400.0 * PEAK
    }

    fn cores(&self) -> f64 {
        (self.peak_s() / TEXTS_PER_CORE_S).ceil()
    }

    /// Logs, by what one server makes durable in the busiest second and by how long one may grow.
    fn logs(&self) -> (f64, f64) {
        let records_day = self.a_day * RECORDS;
        let by_rate = (self.peak_s() * RECORDS / RECORDS_PER_LOG_S).ceil();
        (by_rate.max(1.0), (records_day * DAYS_ONLINE / RECORDS_PER_LOG).ceil().max(1.0))
    }

    fn records_tib_of_term(&self) -> f64 {
        let bytes = self.a_day * RECORDS * (RECORD_BYTES * 2.0 + TILE_BYTES);
        tebi(bytes * MONTHS * 30.4)
    }

    fn objects_tib_of_term(&self, asset_bytes: f64) -> f64 {
        tebi(self.a_day * (asset_bytes + BESIDE_BYTES) * MONTHS * 30.4)
    }

    fn index_gib(&self) -> f64 {
        let (_, logs) = self.logs();
        self.a_day * RECORDS * DAYS_ONLINE * INDEX_BYTES / logs / f64::from(1 << 30)
    }

    fn print(&self) {
        let (by_rate, by_length) = self.logs();
        println!(
            "{:>8.0e} {:>10.0} {:>7.0} {:>8.0} {:>8.0} {:>9.1} {:>10.2} {:>10.2} {:>10.0} {:>10.0}",
            self.a_day,
            self.peak_s(),
            self.cores(),
            by_rate,
            by_length,
            self.index_gib(),
            self.records_tib_of_term(),
            self.objects_tib_of_term(2_000.0),
            self.objects_tib_of_term(500_000.0),
            self.a_day * OBJECTS / 1_000.0 * PUTS_DOLLARS,
        );
    }
}

fn tebi(bytes: f64) -> f64 {
    bytes / f64::from(1 << 20) / f64::from(1 << 20)
}

fn main() -> ExitCode {
    let wanted: Result<Vec<f64>, _> = env::args().skip(1).map(|text| text.parse()).collect();
    let Ok(wanted) = wanted else {
        println!("assets a day, for example 1e6");
        return ExitCode::from(2);
    };
    println!(
        "  assets   a second    cores      logs, by      index of   TiB in {MONTHS:.0} months: records,    \
         creations\n   a day    at peak  without     rate   length  one, GiB   and objects of 2 kB or 500 kB  \
         $ a day"
    );
    let rows = if wanted.is_empty() { vec![1e4, 1e5, 1e6, 1e7, 1e8, 1e9] } else { wanted };
    rows.into_iter().for_each(|a_day| Size { a_day }.print());
    ExitCode::SUCCESS
}
