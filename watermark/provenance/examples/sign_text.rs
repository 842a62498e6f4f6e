//! Signs texts so that they carry their manifest: `cargo run -p provenance --example sign_text --
//! FOLDER FILE...` makes keys in FOLDER, and there a signed copy of each file. Other validators can be
//! asked about them with FOLDER/root.pem as anchor.

use std::{env, error::Error, fs, path::Path};

use provenance::{Authority, Credentials, DigitalSourceType, SigningRequest};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("usage: sign_text FOLDER FILE...")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let credentials = Credentials::new(Authority::create(folder, "Example Press")?)?;
    for file in arguments {
        let name = Path::new(&file).file_name().ok_or("a file has a name")?;
        let title = name.to_string_lossy().into_owned();
        let request = SigningRequest::new(title, DigitalSourceType::TrainedAlgorithmicMedia);
        let signed = credentials.sign_text(&request, &fs::read_to_string(&file)?)?;
        fs::write(folder.join(name), signed.bytes)?;
    }
    Ok(())
}
