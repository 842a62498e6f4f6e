//! Draws every prompt of a list and writes one PPM file a picture. Without a model's folder the
//! starter draws. Several runs may share a folder: what one has begun, others leave alone.
//!
//!     cargo run --release -p generators --example contact_sheet -- PROMPTS.txt FOLDER [MODEL]
//!
//! `training/image/sheet.py` lays the pictures out on one sheet.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::Write as _,
    path::Path,
    time::Instant,
};

use generators::{EventSender, Job, Output, starter};
use types::{Message, Speaker};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(prompts), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("name a file of prompts and a folder".into());
    };
    let model = match arguments.next() {
        Some(path) => generators::open("diffusion", "sheet", Path::new(&path))?,
        None => starter::image()?,
    };
    for (number, prompt) in fs::read_to_string(prompts)?.lines().enumerate() {
        let path = Path::new(&folder).join(format!("{number:02}.ppm"));
        let Ok(mut file) = File::create_new(&path) else { continue };
        let message = Message { role: Speaker::User, text: prompt.to_owned() };
        let mut job = Job { messages: vec![message], ..Job::default() };
        job.sampling.seed = number as u64;
        let (events, mut receiver) = EventSender::channel(16);
        let began = Instant::now();
        let (output, ()) = tokio::join!(model.generate(job, events), async {
            while receiver.recv().await.is_some() {}
        });
        let Output::Image(image) = output? else { return Err("the model wrote no picture".into()) };
        writeln!(file, "P6 {} {} 255", image.width, image.height)?;
        file.write_all(&image.pixels)?;
        let warnings: Vec<String> = image.warnings.iter().map(ToString::to_string).collect();
        eprintln!("{number:02} {prompt} ({:.1?}) {}", began.elapsed(), warnings.join("; "));
    }
    Ok(())
}
